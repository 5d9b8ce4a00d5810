package metrics_test

import (
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var at = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// company is a synthetic assessment: every control judges every account with
// every outcome, which is more than any real company has.
type company struct {
	accounts, controls, criteria, collectors, regions int
}

func (c company) assessment() soc2.Assessment {
	a := soc2.Assessment{ID: "a", At: at, Outcomes: map[soc2.Outcome]int{}}
	for _, kind := range soc2.DecisionKinds {
		a.Decisions = append(a.Decisions, soc2.DecisionState{
			Life:          soc2.DecisionInForce,
			KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "D", Kind: kind, Expires: at.AddDate(0, 0, 9)}},
		})
	}
	for i := range c.criteria {
		a.Criteria = append(a.Criteria, soc2.CriterionResult{ID: fmt.Sprintf("CC%d", i), Category: "Security", State: soc2.CriterionStates[i%4]})
	}
	for i := range c.controls {
		a.Controls = append(a.Controls, soc2.ControlResult{
			ID: fmt.Sprintf("control-%d", i), Adoption: "proposed", State: soc2.Outcomes[i%4], Severity: soc2.Severities[i%4],
		})
	}
	for account := range c.accounts {
		provider := []string{"aws", "github", "okta"}[account%3]
		name := fmt.Sprintf("account-%d", account)
		for _, control := range a.Controls {
			for i, outcome := range soc2.Outcomes {
				a.Findings = append(a.Findings, soc2.Finding{
					Control: control.ID, Check: "c", Outcome: outcome,
					Resource: evidence.Resource{Provider: provider, Account: name, Kind: "User", Type: "t", ID: fmt.Sprint(i)},
				})
				a.Outcomes[outcome]++
			}
		}
		for collector := range c.collectors {
			for region := range c.regions {
				a.Feeds = append(a.Feeds, feed(provider, name, fmt.Sprintf("%s_collector_%d", provider, collector), fmt.Sprint(region)))
			}
		}
	}
	return a
}

// feed is one that was just seen completely.
func feed(provider, account, collector, region string) evidence.FeedState {
	scope := evidence.Scope{Provider: provider, Account: account, Region: region}
	populations := []evidence.Population{{Kind: "User", Type: "t"}}
	pull := evidence.Pull{
		Source: provider + "/" + account, Collector: collector, Scope: scope, Populations: populations,
		StartedAt: at.Add(-time.Minute), FinishedAt: at, Clock: &evidence.Clock{OffsetSeconds: -0.5, Answers: 3},
	}
	return evidence.FeedState{
		Source: pull.Source, ID: pull.Feed(), Populations: populations, Last: &pull, MaxAge: time.Hour,
		Complete: map[string]time.Time{"t": pull.StartedAt},
	}
}
