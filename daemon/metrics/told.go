package metrics

import (
	"fmt"
	"slices"
)

// What the published assessment goes with, where it is asked for.
var told = gauge("controlwatch_told",
	"1 for what goes with the published assessment and is asked for (attestations, period, plan, reviews), 0 where it could not be told: its series are absent then, and nothing is mended by that. Absent where nobody asks for it.", "part")

// A Part is something that is told beside an assessment, and can fail alone.
type Part string

// The parts.
const (
	Attestations Part = "attestations"
	Period       Part = "period"
	Plan         Part = "plan"
	Reviews      Part = "reviews"
)

// Told is the projection with whether a part that is asked for could be told.
func (p Projection) Told(part Part, could bool) (Projection, error) {
	q := projector{series: slices.Clone(p.series), seen: map[string]bool{}}
	q.add(told, is(could, true), string(part))
	if q.err != nil {
		return Projection{}, fmt.Errorf("project what was told: %w", q.err)
	}
	return Projection{series: q.series}, nil
}
