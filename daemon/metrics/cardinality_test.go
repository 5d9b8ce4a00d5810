package metrics_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// large is a company with accounts of AWS, and resources in them, as large as the shipped
// catalogue and the real collectors make it: every control that judges anything of AWS
// does so in every account, and every collector reads it in 17 regions. There is one
// organisation at GitHub and one at Okta.
func large(t *testing.T, accounts, resources int) (a soc2.Assessment, calls []transport.Call) {
	t.Helper()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	a = company{criteria: 61}.assessment()
	for i, c := range cat.Controls {
		a.Controls = append(a.Controls, soc2.ControlResult{ID: c.ID, Adoption: "adopted", Owner: c.Owner, Severity: c.Severity(), State: soc2.Outcomes[i%4]})
	}
	populations := 0
	for _, c := range collectors.Providers[0].Collectors {
		populations += len(c.Populations)
	}
	for _, p := range collectors.Providers {
		places := 1
		if p.Name == "aws" {
			places = accounts
		}
		for account := range places {
			name := fmt.Sprintf("%s-%012d", p.Name, account)
			for i, c := range append([]evidence.Collector{p.Discovery}, p.Collectors...) {
				if c.Name == "" {
					continue
				}
				regions := 1
				if p.Name == "aws" && i%2 == 1 {
					regions = 17
				}
				for region := range regions {
					f := feed(p.Name, name, c.Name, fmt.Sprint(region))
					f.Populations = c.Populations
					a.Feeds = append(a.Feeds, f)
				}
				for _, op := range c.Reads {
					for _, status := range []int{200, 304, 403, 503} {
						calls = append(calls, transport.Call{Provider: p.Name, Account: name, Operation: op, Status: status})
					}
					calls = append(calls, transport.Call{Provider: p.Name, Operation: op, Err: errors.New("half an answer")})
				}
				for _, control := range cat.Controls {
					for _, check := range control.Checks {
						for _, population := range c.Populations {
							if check.Kind != population.Kind || !check.AppliesTo(population.Type) {
								continue
							}
							for n := range resources/accounts/populations + 1 {
								a.Findings = append(a.Findings, soc2.Finding{
									Control: control.ID, Check: check.ID, Outcome: soc2.Outcomes[n%4],
									Resource: evidence.Resource{Provider: p.Name, Account: name, Kind: check.Kind, Type: population.Type, ID: fmt.Sprint(n)},
								})
							}
						}
					}
				}
			}
		}
	}
	return a, calls
}

func TestCardinality(t *testing.T) {
	t.Parallel()
	const accounts, resources = 50, 50_000
	a, calls := large(t, accounts, resources)
	require.Greater(t, len(a.Findings), resources)
	var drift []store.DriftTotal
	for _, c := range a.Controls {
		for _, change := range soc2.Changes {
			for _, cause := range soc2.Causes {
				if change == soc2.AcceptanceExpired && cause != soc2.CauseTime && cause != soc2.CauseScope {
					continue // soc2 knows no others
				}
				drift = append(drift, store.DriftTotal{Control: c.ID, Change: change, Cause: cause, Count: 7})
			}
		}
	}
	m := metrics.New("1.0.0")
	publishWithPeriod(t, m, a, drift...)
	for _, c := range calls {
		m.ObserveCall(c)
	}
	for _, f := range a.Feeds {
		m.Source(f.Source, f.ID.Scope.Provider)
		m.Next(f.Source, at)
		m.Ran(f.Source, f.ID.Scope.Provider, time.Second, nil)
	}
	m.Assessed(time.Second, nil)
	m.Withdrawn(a)
	m.AnchorRound(nil)
	var round anchor.Round
	for i := range 5 {
		round.Results = append(round.Results, anchor.Result{Anchor: fmt.Sprint(i), Kind: "rfc3161"})
	}
	m.Anchored(round)
	m.IssuesKept(githubissues.Run{}, nil, at)
	m.Pruned(at, 1, 1, nil)

	all := series(t, m)
	families, values := map[string]int{}, map[string]map[string]bool{}
	for s := range all {
		name, labels, _ := strings.Cut(s, "{")
		families[name]++
		for pair := range strings.SplitSeq(strings.TrimSuffix(labels, "}"), ",") {
			if key, value, ok := strings.Cut(pair, "="); ok {
				if values[key] == nil {
					values[key] = map[string]bool{}
				}
				values[key][value] = true
			}
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(families), func(a, b string) int { return families[b] - families[a] }) {
		t.Logf("%6d %s", families[name], name)
	}
	t.Logf("%6d in all, of %d findings, %d controls, %d feeds", len(all), len(a.Findings), len(a.Controls), len(a.Feeds))
	require.LessOrEqual(t, len(all), metrics.Budget)
	for key := range values {
		require.Contains(t, []string{
			"account", "adoption", "anchor", "category", "cause", "change", "code", "collector", "control", "criterion", "goversion", "kind", "le",
			"operation", "outcome", "outside", "owner", "part", "provider", "quantile", "reason", "result", "severity", "source", "state", "status",
			"system", "target", "type", "version",
		}, key, "a label that nothing bounds")
	}
}
