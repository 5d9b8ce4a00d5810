package export

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

var findingColumns = []string{
	"control", "check", "outcome", "severity", "provider", "account", "region", "kind", "type", "id", "name",
	"first_seen", "last_changed", "accepted_until", "no_longer_judged", "inputs", "commit",
}

// finding is a row of findings as a page shows it.
type finding struct {
	Check, Severity, Type, Name, Account, Region string
	Outcome                                      soc2.Outcome
	Since                                        time.Time
	Accepted                                     time.Time
}

// statesLine is a line of bodies/states: the bytes whose SHA-256 the log has, and
// the same for people.
type statesLine struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	Resource evidence.Resource `json:"resource"`
	States   []byte            `json:"states"`
	Readable []stateLine       `json:"readable"`
}

type stateLine struct {
	Control       string       `json:"control"`
	Check         string       `json:"check"`
	Outcome       soc2.Outcome `json:"outcome"`
	Severity      string       `json:"severity,omitempty"`
	FirstSeen     time.Time    `json:"first_seen"`
	LastChanged   time.Time    `json:"last_changed"`
	AcceptedUntil time.Time    `json:"accepted_until,omitzero"`
	Resolved      bool         `json:"resolved,omitempty"`
	Gone          bool         `json:"gone,omitempty"`
	Inputs        string       `json:"inputs"`
}

// states: what was found of each resource at any moment of the window. The last of
// a resource is what held when the window ended, and goes to its controls.
func (x *exporter) states(ctx context.Context) error {
	var to io.Writer
	lines, files := 0, 0
	for row, err := range x.from.States(ctx) {
		if err != nil {
			return err
		}
		mine := 0
		for i := range row.States {
			if part := x.byControl[row.States[i].Key.Control]; part != nil {
				mine++
				if row.Last {
					if err := x.finding(part, row, &row.States[i]); err != nil {
						return err
					}
				}
			}
		}
		if x.limited() && mine == 0 {
			continue
		}
		x.need(row.Seq)
		digest := bundle.Digest(sha256.Sum256(row.Packed))
		x.have[digest] = true
		if lines%packLines == 0 {
			files++
			if to, err = x.out.Create(bundle.StatesFile(files)); err != nil {
				return err
			}
		}
		lines++
		line := statesLine{Seq: row.Seq, At: row.At, Resource: row.Resource, States: row.Packed}
		for i := range row.States {
			s := &row.States[i]
			line.Readable = append(line.Readable, stateLine{
				Control: s.Key.Control, Check: s.Key.Check, Outcome: s.Outcome, Severity: severity(s.Severity), FirstSeen: s.FirstSeen,
				LastChanged: s.LastChanged, AcceptedUntil: s.AcceptedUntil, Resolved: s.Resolved, Gone: s.Gone, Inputs: s.Inputs,
			})
		}
		b, err := json.Marshal(line)
		if err == nil {
			_, err = to.Write(append(b, '\n'))
		}
		if err != nil {
			return fmt.Errorf("states of %s: %w", row.Resource.ID, err)
		}
	}
	return nil
}

// mostShown is how many findings that fail or were not seen a page shows; all are
// in the table beside it.
const mostShown = 500

func (x *exporter) finding(part *controlPart, row store.StatesRow, s *soc2.FindingState) error {
	r := row.Resource
	if !s.Gone {
		counts := part.checks[s.Key.Check]
		if counts == nil {
			counts = map[soc2.Outcome]int{}
			part.checks[s.Key.Check] = counts
		}
		counts[s.Outcome]++
		if s.Outcome == soc2.Fail || s.Outcome == soc2.Unobserved {
			if len(part.bad) < mostShown {
				part.bad = append(part.bad, finding{
					Check: s.Key.Check, Severity: severity(s.Severity), Type: r.Type, Name: r.Label(), Account: r.Account, Region: r.Region,
					Outcome: s.Outcome, Since: s.LastChanged, Accepted: s.AcceptedUntil,
				})
			} else {
				part.badMore++
			}
		}
	}
	return x.pile.put(&part.findings, report.CSVRow(
		s.Key.Control, s.Key.Check, s.Outcome.String(), severity(s.Severity), r.Provider, r.Account, r.Region, string(r.Kind), r.Type, r.ID, r.Name,
		stamp(s.FirstSeen), stamp(s.LastChanged), stamp(s.AcceptedUntil), fmt.Sprint(s.Gone), s.Inputs, fmt.Sprint(row.Seq)))
}

func severity(s soc2.Severity) string {
	if s == 0 {
		return ""
	}
	return s.String()
}
