package soc2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func narrowWorld() (soc2.Assessment, soc2.Catalogue) {
	cat := soc2.Catalogue{
		Criteria: []soc2.Criterion{{ID: "CC6.1", Category: "Security"}, {ID: "CC8.1", Category: "Security"}},
		Controls: []soc2.Control{
			{ID: "a", Likelihood: 5, Impact: 5, Criteria: []soc2.Mapping{{ID: "CC6.1"}}, Checks: []soc2.Check{{ID: "k", Kind: "User"}}},
			{ID: "b", Likelihood: 1, Impact: 1, Criteria: []soc2.Mapping{{ID: "CC8.1"}}, Checks: []soc2.Check{{ID: "k", Kind: "Repository"}}},
		},
	}
	finding := func(control, provider, account, name string, kind evidence.Kind, o soc2.Outcome) soc2.Finding {
		f := soc2.Finding{Control: control, Check: "k", Outcome: o, Severity: soc2.High, Resource: evidence.Resource{
			Provider: provider, Account: account, Kind: kind, Type: provider + "." + string(kind), ID: name,
		}}
		if o == soc2.Unobserved {
			f.Holes = []evidence.Hole{{Field: "mfa", Reason: evidence.Denied}}
		}
		return f
	}
	excluded := finding("a", "okta", "o", "robot", "User", soc2.Pass)
	excluded.ExcludedBy = "d1"
	a := soc2.Assessment{Findings: []soc2.Finding{
		finding("a", "aws", "1", "ada", "User", soc2.Fail),
		finding("a", "aws", "2", "bob", "User", soc2.Pass),
		finding("a", "github", "g", "cyd", "User", soc2.Unobserved),
		excluded,
		finding("b", "github", "g", "repo", "Repository", soc2.Pass),
	}}
	all := a.Findings
	soc2.Summarise(&a, cat, evidence.Snapshot{}, []string{"Security"})
	a.All = func(each func(soc2.Finding) error) error {
		for _, f := range all {
			if err := each(f); err != nil {
				return err
			}
		}
		return nil
	}
	a.Findings = []soc2.Finding{all[0], all[2]} // as after a scan: those that pass are not held
	return a, cat
}

func TestNarrowCountsThePartAndSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	a, cat := narrowWorld()
	whole, err := soc2.Narrow(a, soc2.Filter{}, cat)
	require.NoError(t, err)
	require.Nil(t, whole.Narrowed)
	require.True(t, whole.GapAt(soc2.Low))

	github, err := soc2.Narrow(a, soc2.Filter{Providers: []string{"github"}}, cat)
	require.NoError(t, err)
	require.False(t, github.GapAt(soc2.Low), "the gap is at another provider")
	require.True(t, github.Incomplete())
	require.Equal(t, map[soc2.Outcome]int{soc2.Unobserved: 1, soc2.Pass: 1}, github.Outcomes)
	require.Equal(t, map[soc2.Outcome]int{soc2.Fail: 1, soc2.Pass: 1}, github.Narrowed.Outcomes)
	require.Len(t, github.Holes, 1)
	require.Equal(t, soc2.Unobserved, github.Controls[0].State)
	require.Equal(t, a.Criteria, github.Criteria, "a part cannot tell the state of a criterion")

	account, err := soc2.Narrow(a, soc2.Filter{Accounts: []string{"2"}}, cat)
	require.NoError(t, err)
	require.Equal(t, soc2.Pass, account.Controls[0].State)
	require.Len(t, account.Controls, 1, "nothing judges the other control there")
	require.Equal(t, 1, account.Narrowed.Controls)
	require.Equal(t, 1, account.Narrowed.Holes)
	var seen []string
	require.NoError(t, account.Every(func(f soc2.Finding) error {
		seen = append(seen, f.Resource.ID)
		return nil
	}))
	require.Equal(t, []string{"bob"}, seen)

	control, err := soc2.Narrow(a, soc2.Filter{Controls: []string{"b"}}, cat)
	require.NoError(t, err)
	require.False(t, control.Incomplete(), "the hole bears on the other control only")
	require.False(t, control.GapAt(soc2.Low))
	require.Len(t, control.Criteria, 1)

	criterion, err := soc2.Narrow(a, soc2.Filter{Criteria: []string{"CC6.1"}}, cat)
	require.NoError(t, err)
	require.True(t, criterion.GapAt(soc2.Low))
	require.Len(t, criterion.Holes, 1)
	require.Equal(t, 1, criterion.Controls[0].Excluded)
}

func TestNarrowToWhatIsExcludedOnlyIsNoPass(t *testing.T) {
	t.Parallel()
	a, cat := narrowWorld()
	okta, err := soc2.Narrow(a, soc2.Filter{Providers: []string{"okta"}}, cat)
	require.NoError(t, err)
	require.Len(t, okta.Controls, 1)
	require.Equal(t, 1, okta.Controls[0].Excluded)
	require.Equal(t, soc2.Unobserved, okta.Controls[0].State)
	require.True(t, okta.Incomplete())
}
