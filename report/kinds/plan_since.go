package kinds

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// SinceFrozen is what became of the plan since somebody froze it last.
type SinceFrozen struct {
	Version  int           `json:"version"`
	At       time.Time     `json:"at"`
	By       string        `json:"by"`
	Approved bool          `json:"approved"`
	Approver string        `json:"approver,omitempty"` // whose newest word counts, yes or no
	Opened   []string      `json:"opened"`             // ids of gaps
	Closed   []string      `json:"closed"`
	Reopened []string      `json:"reopened"`
	Lost     []string      `json:"lost"` // it cannot be told of them any more
	Slipped  int           `json:"slipped"`
	Diff     soc2.PlanDiff `json:"diff"`
}

// sinceFrozen compares with the newest version; nil: nobody froze any.
func sinceFrozen(versions []soc2.PlanVersion, plan soc2.Plan) *SinceFrozen {
	if len(versions) == 0 {
		return nil
	}
	return since(versions[len(versions)-1], plan)
}

// sinceApproved compares with the newest version that is approved; nil: none is.
func sinceApproved(versions []soc2.PlanVersion, plan soc2.Plan) *SinceFrozen {
	for _, v := range slices.Backward(versions) {
		if v.Approved() {
			return since(v, plan)
		}
	}
	return nil
}

func since(v soc2.PlanVersion, plan soc2.Plan) *SinceFrozen {
	s := &SinceFrozen{
		Version: v.Number, At: v.At, By: v.By, Approved: v.Approved(), Diff: soc2.DiffPlans(v.Plan, plan),
		Opened: []string{}, Closed: []string{}, Reopened: []string{}, Lost: []string{},
	}
	if word, ok := v.Approval(); ok {
		s.Approver = word.By.String()
	}
	s.Slipped = s.Diff.Slipped
	for _, c := range s.Diff.Changes {
		switch {
		case c.What == "added":
			s.Opened = append(s.Opened, c.Gap)
		case c.What != "status":
		case c.To == string(soc2.PlanClosed):
			s.Closed = append(s.Closed, c.Gap)
		case c.To == string(soc2.PlanUnobserved):
			s.Lost = append(s.Lost, c.Gap)
		case c.To == string(soc2.PlanReopened) || c.From == string(soc2.PlanClosed):
			s.Reopened = append(s.Reopened, c.Gap)
		}
	}
	return s
}
