package soc2

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// A period is told of the controls that were adopted at any time of it, and its
// criteria hold by those alone.
func TestAPeriodOfAdoptedControls(t *testing.T) {
	t.Parallel()
	cat := Catalogue{
		Criteria: []Criterion{{ID: "CC6.1", Category: "Security"}, {ID: "CC6.2", Category: "Security"}},
		Controls: []Control{
			{ID: "a", Criteria: []Mapping{{ID: "CC6.1"}}, Checks: []Check{{ID: "k", Kind: "User"}}},
			{ID: "b", Criteria: []Mapping{{ID: "CC6.1"}, {ID: "CC6.2"}}, Checks: []Check{{ID: "k", Kind: "User"}}},
		},
	}
	all := Intervals{half}
	seen := func() *ControlHistory { return &ControlHistory{Catalogued: all, Resources: 1, Applicable: 1} }
	tell := func(company Company, known ...KnownAdoption) Period {
		ev := PeriodEvidence{
			Window: half, Until: half.To, Began: half.From.AddDate(0, -1, 0),
			Populations: []PopulationHistory{{Population: evidence.Population{Kind: "User", Type: "u"}, Scope: all}},
			Controls:    map[string]*ControlHistory{"a": seen(), "b": seen()}, Adoptions: known, Company: company,
		}
		ev.Controls["a"].Deviations = []Deviation{{Control: "a", FirstBad: half.From}}
		return PeriodOf(ev, PeriodAsked{Window: half, Zone: time.UTC, Catalogue: cat, Categories: []string{"Security"}})
	}
	day := func(n int) time.Time { return half.From.AddDate(0, 0, n) }
	adopts := func(n int, state AdoptionState, controls ...string) KnownAdoption {
		k := KnownAdoption{ID: "e", State: state, Controls: controls, AskedAt: day(n), Consent: Approved}
		if state == Declined {
			k.SignOff = SignOff{ID: "s", At: day(n)}
		}
		return k
	}
	told := func(p Period) (ids []string) {
		for _, c := range p.Told() {
			ids = append(ids, c.ID)
		}
		return ids
	}
	for _, c := range []struct {
		name     string
		known    []KnownAdoption
		told     []string
		adopting bool
		cc61     PeriodState
		cc62     PeriodState
	}{
		{"nobody decided", nil, []string{"a", "b"}, false, DeviationSeen, NoDeviationSeen},
		{"advisory alone is no adoption", []KnownAdoption{adopts(-9, Advisory, "a")}, []string{"a", "b"}, false, DeviationSeen, NoDeviationSeen},
		{"one is adopted before", []KnownAdoption{adopts(-9, Adopted, "b")}, []string{"b"}, true, NoDeviationSeen, NoDeviationSeen},
		{"the other is", []KnownAdoption{adopts(-9, Adopted, "a")}, []string{"a"}, true, DeviationSeen, PeriodIncomplete},
		{"declined within it", []KnownAdoption{adopts(-9, Adopted, "a", "b"), adopts(20, Declined, "a")}, []string{"a", "b"}, true, DeviationSeen, NoDeviationSeen},
		{"declined before it", []KnownAdoption{adopts(-9, Adopted, "a", "b"), adopts(-5, Declined, "a")}, []string{"b"}, true, NoDeviationSeen, NoDeviationSeen},
		{"adopted after it", []KnownAdoption{adopts(-9, Adopted, "b"), adopts(400, Adopted, "a")}, []string{"b"}, true, NoDeviationSeen, NoDeviationSeen},
		{"adopted for a day", []KnownAdoption{adopts(10, Adopted, "a"), adopts(11, Advisory, "a")}, []string{"a"}, true, DeviationSeen, PeriodIncomplete},
	} {
		p := tell(Company{}, c.known...)
		require.Equal(t, c.told, told(p), c.name)
		require.Equal(t, c.adopting, p.Adopting, c.name)
		require.Len(t, p.Controls, 2, "nothing leaves in silence")
		require.Len(t, p.NotAdopted(), 2-len(c.told), c.name)
		require.Equal(t, c.cc61, p.Criteria[0].State, c.name)
		require.Equal(t, c.cc62, p.Criteria[1].State, c.name)
	}

	own := Company{Controls: []CompanyControl{{ID: "AC-1", Wording: "We  do\nthis", Controls: []string{"a"}}, {ID: "AC-2", Wording: "And that"}}}
	p := tell(own, adopts(-9, Adopted, "AC-1", "AC-2"))
	require.Equal(t, []string{"a"}, told(p), "what shows that an adopted control of the company's holds")
	require.Equal(t, "AC-1: We do this", p.Told()[0].Worded())
	require.Equal(t, "AC-2", p.Unlinked[0].ID)
}
