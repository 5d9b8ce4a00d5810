package oscal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/report/oscal"
	"github.com/controlwatch/controlwatch/soc2"
)

type props []struct{ Name, Value string }

func (p props) of(name string) string {
	for _, one := range p {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}

type read struct {
	POAM struct {
		UUID     string
		Metadata struct {
			Parties []struct{ UUID, Type, Name string }
		}
		Risks []struct {
			UUID, Status, Deadline string
			Props                  props
			Characterizations      []struct {
				Facets []struct{ Name, Value string }
			}
			Remediations []struct {
				Lifecycle string
				Tasks     []struct {
					UUID, Type   string
					Dependencies []struct {
						Task string `json:"task-uuid"`
					}
				}
			}
		}
		Findings []struct {
			UUID   string
			Props  props
			Target struct {
				ID     string `json:"target-id"`
				Status struct{ State, Reason, Remarks string }
			}
		}
		Items []struct {
			UUID  string
			Props props
		} `json:"poam-items"`
	} `json:"plan-of-action-and-milestones"`
}

func readPOAM(t require.TestingT, text string) (r read) {
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	return r
}

func (r read) risk(t require.TestingT, gap string) (status string, p props) {
	for _, k := range r.POAM.Risks {
		if k.Props.of("gap") == gap {
			return k.Status, k.Props
		}
	}
	require.Failf(t, "no risk", gap)
	return "", nil
}

func TestPlansAreValid(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for name, w := range map[string]*world{
		"nothing was seen": newWorld(),
		"some":             newWorld().find("people-use-mfa", "ada", soc2.Fail, 3).find("keys-are-young", "k", soc2.Unobserved, 2).find("systems-are-patched", "s", soc2.Pass, 1),
		"hostile":          newWorld().hostile(),
		"many":             newWorld().find("people-use-mfa", "ada", soc2.Fail, 25_000).find("keys-are-young", "k", soc2.Unobserved, 25_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			valid(t, s, poam(t, w.planned()))
		})
	}
	t.Run("no gap at all", func(t *testing.T) {
		t.Parallel()
		text := poam(t, oscal.Planned{Plan: soc2.Plan{At: now, Counting: 3, Holding: 3}})
		valid(t, s, text)
		require.Contains(t, text, "evidence showed 3 of 3 controls to hold")
	})
	t.Run("a plan without a time is none", func(t *testing.T) {
		t.Parallel()
		require.ErrorContains(t, oscal.POAM(nil, oscal.Planned{}), "the time of the plan is no time that OSCAL takes")
	})
}

func TestEveryGapIsInThePlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for _, c := range w.in.Catalogue.Controls {
			for _, o := range []soc2.Outcome{soc2.Fail, soc2.Unobserved, soc2.Pass} {
				w.find(c.ID, rapid.String().Draw(t, "name"), o, rapid.IntRange(0, 3).Draw(t, "n"))
			}
		}
		p := w.planned()
		// A plan that is older than the analysis has not all of it.
		p.Plan.Items = p.Plan.Items[:rapid.IntRange(0, len(p.Plan.Items)).Draw(t, "items")]
		r := readPOAM(t, poam(t, p))
		there := map[string]bool{}
		for _, i := range r.POAM.Items {
			there[i.Props.of("gap")] = true
		}
		for _, g := range p.Analysis.Gaps {
			if !there[g.ID] {
				t.Fatalf("%s is not in it", g.ID)
			}
		}
		for _, f := range r.POAM.Findings {
			if f.Target.Status.State != "not-satisfied" {
				t.Fatalf("%s is %s", f.Target.ID, f.Target.Status.State)
			}
		}
	})
}

func TestStatusesOfAPlan(t *testing.T) {
	t.Parallel()
	s := schema(t)
	w := newWorld().find("people-use-mfa", "ada", soc2.Fail, 2).find("keys-are-young", "k", soc2.Fail, 4).find("systems-are-patched", "s", soc2.Unobserved, 1)
	w.in.Decisions = []soc2.Decision{
		{ID: "d1", Kind: soc2.Accept, Control: "people-use-mfa", Reason: "We live with it.", Requester: "ada", Approver: "grace", Expires: now.AddDate(0, 1, 0)},
		{ID: "d2", Kind: soc2.Accept, Control: "keys-are-young", Reason: "Please.", Requester: "ada", Expires: now.AddDate(0, 1, 0)},
	}
	w.changes = []soc2.PlanChange{{ID: "e7.0", Gap: "control:keys-are-young", Owner: "platform", Due: now.AddDate(0, 2, 0), Reason: "new hardware", By: "grace", At: now.Add(-time.Hour)}}
	p := w.planned()
	text := poam(t, p)
	valid(t, s, text)
	r := readPOAM(t, text)

	status, properties := r.risk(t, "control:people-use-mfa")
	require.Equal(t, "deviation-approved", status)
	require.Equal(t, "d1", properties.of("decision-in-force"))
	status, properties = r.risk(t, "control:keys-are-young")
	require.Equal(t, "open", status, "nobody approved it")
	require.Equal(t, "d2", properties.of("decision-requested"))
	require.Equal(t, "2027-01-16", properties.of("due"))
	status, _ = r.risk(t, "control:systems-are-patched")
	require.Equal(t, "investigating", status)
	for _, f := range r.POAM.Findings {
		want := map[string]string{"people-use-mfa": "fail", "keys-are-young": "fail", "systems-are-patched": "other"}[f.Target.ID]
		if want != "" {
			require.Equal(t, want, f.Target.Status.Reason, f.Target.ID)
		}
	}
	require.Contains(t, text, `"deadline": "2027-01-16T09:00:00Z"`)
	require.Contains(t, text, `"type": "organization"`, "the team")
	for _, k := range r.POAM.Risks {
		if k.Props.of("gap") == "control:keys-are-young" {
			require.Equal(t, "planned", k.Remediations[0].Lifecycle)
			require.Len(t, k.Characterizations, 2)
			milestone := k.Remediations[0].Tasks[len(k.Remediations[0].Tasks)-1]
			require.Equal(t, "milestone", milestone.Type)
			require.Len(t, milestone.Dependencies, len(k.Remediations[0].Tasks), "its own tasks, and what must come first")
		} else {
			require.Equal(t, "recommendation", k.Remediations[0].Lifecycle)
		}
	}

	// Half of it is mended, then all; one that is out of sight is not closed.
	later := newWorld().find("people-use-mfa", "ada", soc2.Pass, 2).find("keys-are-young", "k", soc2.Fail, 2).find("systems-are-patched", "s", soc2.Unobserved, 1)
	later.previous = &p.Plan
	later.in.HeldBefore["people-use-mfa"] = true
	text = poam(t, later.planned())
	valid(t, s, text)
	r = readPOAM(t, text)
	for gap, want := range map[string]string{"control:people-use-mfa": "closed", "control:keys-are-young": "remediating", "control:systems-are-patched": "investigating"} {
		status, _ = r.risk(t, gap)
		require.Equal(t, want, status, gap)
	}
	for _, f := range r.POAM.Findings {
		require.NotEqual(t, "people-use-mfa", f.Target.ID, "what is closed is no finding")
	}
}

func TestIdentifiersOfAPlanStay(t *testing.T) {
	t.Parallel()
	make := func(n int, system string) (string, read) {
		p := newWorld().find("people-use-mfa", "ada", soc2.Fail, n).planned()
		p.System = system
		text := poam(t, p)
		return text, readPOAM(t, text)
	}
	one, a := make(2, "ours")
	again, _ := make(2, "ours")
	require.Equal(t, one, again)
	_, b := make(3, "ours")
	require.NotEqual(t, a.POAM.UUID, b.POAM.UUID, "it says something else")
	ids := func(r read) (all []string) {
		for i := range r.POAM.Items {
			all = append(all, r.POAM.Items[i].UUID, r.POAM.Risks[i].UUID, r.POAM.Findings[i].UUID)
		}
		return all
	}
	require.ElementsMatch(t, ids(a), ids(b), "it is about the same")
	_, theirs := make(2, "theirs")
	for _, id := range ids(theirs) {
		require.NotContains(t, ids(a), id)
	}
}

func TestNamesOfOthersAreNoMarkup(t *testing.T) {
	t.Parallel()
	text := poam(t, newWorld().hostile().planned())
	var document any
	require.NoError(t, json.Unmarshal([]byte(text), &document))
	var each func(key string, v any)
	each = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				each(k, e)
			}
		case []any:
			for _, e := range v {
				each(key, e)
			}
		case string:
			require.NotContains(t, v, "\u202e", key)
			require.NotContains(t, v, "\x00", key)
			switch key {
			case "title", "description", "statement", "text", "remarks":
				plain := strings.NewReplacer(`\\`, "", `\<`, "", `\[`, "", `\*`, "", "\\`", "", `\{`, "").Replace(v)
				require.NotContains(t, plain, "<", key)
				require.NotContains(t, plain, "[", key)
				require.NotContains(t, plain, "*", key)
				require.NotContains(t, plain, "{", key)
				require.NotContains(t, plain, "`", key)
			}
		}
	}
	each("", document)
	require.Contains(t, text, "你好")
}
