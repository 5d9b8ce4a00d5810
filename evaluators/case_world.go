package evaluators

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// caseMaxAge is how old a fact of a case may grow before it is stale.
const caseMaxAge = 24 * time.Hour

// world is a case as a snapshot: every type its facts name is a population seen
// to its end, unless the case says otherwise.
func (c testCase) world() evidence.Snapshot {
	populations := slices.Clone(c.Populations)
	for _, f := range c.facts {
		r := f.Resource
		if !slices.ContainsFunc(populations, func(p casePopulation) bool { return p.Type == r.Type && p.Account == r.Account }) {
			populations = append(populations, casePopulation{Type: r.Type, Kind: r.Kind, Account: r.Account})
		}
	}
	snap := evidence.Snapshot{At: c.Now, Facts: slices.Clone(c.facts)}
	for _, p := range populations {
		snap.Feeds = append(snap.Feeds, p.feed(c.Now))
	}
	return snap
}

func (p casePopulation) feed(now time.Time) evidence.FeedState {
	provider, _, _ := strings.Cut(p.Type, ".")
	f := evidence.FeedState{
		Source:      "case",
		ID:          evidence.FeedID{Collector: "case_" + strings.ReplaceAll(p.Type, ".", "_"), Scope: evidence.Scope{Provider: provider, Account: p.Account}},
		Populations: []evidence.Population{{Kind: p.Kind, Type: p.Type}},
		MaxAge:      caseMaxAge,
		Last:        &evidence.Pull{StartedAt: now, FinishedAt: now},
		Complete:    map[string]time.Time{p.Type: now},
	}
	if p.Hole != "" {
		f.Last.Holes = []evidence.Hole{{Type: p.Type, Reason: p.Hole}}
	}
	return f
}

type caseVerdict struct {
	outcome soc2.Outcome
	reason  string
}

// judged is what the check says of the first fact; where there is none, of all
// there is.
func (c testCase) judged(ctx context.Context, engine *Engine, snap evidence.Snapshot) (caseVerdict, error) {
	findings, err := engine.Evaluate(ctx, snap)
	if err != nil {
		return caseVerdict{}, err
	}
	v := caseVerdict{outcome: soc2.NotApplicable}
	found := false
	for _, f := range findings {
		if f.Check != c.Check {
			continue
		}
		if len(c.facts) > 0 && c.Check != soc2.AttestationCheck && f.Resource.Key() != c.facts[0].Resource.Key() {
			continue
		}
		found = true
		v.outcome = soc2.RollUp(v.outcome, f.Outcome)
		v.reason += f.Reason
	}
	if len(c.facts) > 0 && !found {
		return v, fmt.Errorf("check %s does not judge a %s of type %s", c.Check, c.facts[0].Resource.Kind, c.facts[0].Resource.Type)
	}
	return v, nil
}

// derivedField names a derived field that holds something.
func derivedField(body any) string {
	v := reflect.ValueOf(body).Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("derived") == "true" && !v.Field(i).IsZero() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}
