package metrics

import (
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/soc2"
)

// How attested controls stand.
var (
	attestationDue = gauge("controlwatch_attestation_due_timestamp_seconds",
		"Until when the last statement on a control, and a system where each has one, is valid; past: overdue. Absent where nobody attested it, or it is not met.", "control", "system")
	attestationState = gauge("controlwatch_attestation_state",
		"1 for the state of a control that a person attests (not-met, overdue, never, incomplete, due, soon or performed).", "control", "system", "state")
	attestationControls = gauge("controlwatch_attestation_controls",
		"Controls that a person attests, and systems of them, by state. Only performed, soon and due are evidence that they were performed.", "state")
)

// WithAttestations is the projection with how attested controls stand.
func (p Projection) WithAttestations(all []soc2.AttestationStanding) (Projection, error) {
	q := projector{series: slices.Clone(p.series), seen: map[string]bool{}}
	counts := map[soc2.AttestationState]int{}
	for _, s := range all {
		counts[s.State]++
		q.add(attestationState, 1, s.Control.ID, s.System, string(s.State))
		if !s.Until.IsZero() {
			q.add(attestationDue, seconds(s.Until), s.Control.ID, s.System)
		}
	}
	for _, state := range soc2.AttestationStates {
		q.add(attestationControls, float64(counts[state]), string(state))
	}
	if q.err != nil {
		return Projection{}, fmt.Errorf("project attestations: %w", q.err)
	}
	return Projection{series: q.series}, nil
}
