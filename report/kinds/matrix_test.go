package kinds

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

var at = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

var listedFrameworks = []soc2.Framework{
	{ID: "iso27001", Name: "ISO/IEC 27001:2022, Annex A", Short: "ISO 27001", Lists: "all that matter here", Requirements: map[string]string{"A.5.9": "assets", "A.5.10": "their use", "A.5.11": "their return"}},
}

func world() (soc2.Catalogue, soc2.Assessment) {
	control := func(id string, state soc2.Outcome, frameworks map[string][]string, criteria ...soc2.Mapping) (soc2.Control, soc2.ControlResult) {
		c := soc2.Control{ID: id, Title: strings.ReplaceAll(id, "-", " "), Likelihood: 4, Impact: 5, Criteria: criteria, Frameworks: frameworks}
		return c, soc2.ControlResult{ID: id, Title: c.Title, State: state}
	}
	a, ra := control("users-have-mfa", soc2.Fail, map[string][]string{"iso27001": {"A.5.9", "A.5.10"}, "cis": {"CIS AWS 5.0.0: 1.9, 1.10"}}, soc2.Mapping{ID: "CC6.1", Strength: soc2.Direct})
	b, rb := control("data-is-encrypted", soc2.Pass, map[string][]string{"iso27001": {"A.5.10"}, "own": {"X-1"}}, soc2.Mapping{ID: "CC6.1", Strength: soc2.Supporting}, soc2.Mapping{ID: "CC6.7", Strength: soc2.Supporting})
	never, _ := control("backups-are-made", soc2.Pass, nil, soc2.Mapping{ID: "A1.2", Strength: soc2.Direct})
	cat := soc2.Catalogue{Digest: "abc", Controls: []soc2.Control{a, b, never}, Criteria: []soc2.Criterion{{ID: "CC6.1", Title: "Access"}, {ID: "CC6.7", Title: "Transport"}, {ID: "A1.2", Title: "Recovery"}, {ID: "P1.1", Title: "Notice"}}}
	return cat, soc2.Assessment{
		At: at, Controls: []soc2.ControlResult{ra, rb}, Outcomes: map[soc2.Outcome]int{soc2.Fail: 1, soc2.Pass: 2}, Feeds: make([]evidence.FeedState, 2),
		Criteria: []soc2.CriterionResult{{ID: "CC6.1", State: soc2.GapSeen}, {ID: "CC6.7", State: soc2.NoGapSeen}, {ID: "P1.1", State: soc2.OutOfScope}},
	}
}

func TestMatrixMapsControlsToRequirements(t *testing.T) {
	t.Parallel()
	cat, a := world()
	m := MatrixOf(Head{}, cat, a, listedFrameworks)
	by := map[string]Requirement{}
	var order []string
	for _, r := range m.Requirements {
		by[r.Framework+" "+r.ID] = r
		order = append(order, r.ID)
	}
	require.Equal(t, []string{"CC6.1", "CC6.7", "A1.2", "P1.1", "A.5.9", "A.5.10", "A.5.11", "CIS AWS 5.0.0: 1.9", "CIS AWS 5.0.0: 1.10", "X-1"}, order)
	require.Equal(t, Requirement{"tsc", "CC6.1", "Access", soc2.GapSeen, []string{"data-is-encrypted", "users-have-mfa"}, 1}, by["tsc CC6.1"])
	require.Equal(t, soc2.GapSeen, by["iso27001 A.5.10"].State, "one of two fails")
	require.Equal(t, soc2.NoGapSeen, by["own X-1"].State)
	require.Empty(t, by["tsc P1.1"].Controls)
	require.Equal(t, Requirement{"iso27001", "A.5.11", "their return", soc2.EvidenceIncomplete, []string{}, -1}, by["iso27001 A.5.11"], "nobody looks")

	// What the assessment did not speak of is not seen, whatever else is.
	require.Equal(t, soc2.EvidenceIncomplete, by["tsc A1.2"].State)
	for _, c := range m.Controls {
		if c.ID == "backups-are-made" {
			require.False(t, c.Judged)
			require.Equal(t, soc2.Unobserved, c.State)
		}
	}
}

func TestMatrixDocumentNamesWhatNoControlBearsOn(t *testing.T) {
	t.Parallel()
	cat, a := world()
	d := MatrixDocument(Head{}, MatrixOf(Head{}, cat, a, listedFrameworks), a)
	text := func(table string) string {
		var b bytes.Buffer
		f, _ := document.FormatOf("csv")
		require.NoError(t, f.Write(&b, d, document.Options{Table: table}))
		return b.String()
	}
	require.Equal(t, "Requirement,What it is about,Evidence\r\nCC6.7,Transport,supported only\r\nP1.1,Notice,no control\r\n", text("unmapped-tsc"))
	require.Equal(t, "Requirement,What it is about,Evidence\r\nA.5.11,their return,no control\r\n", text("unmapped-iso27001"))
	require.Contains(t, text("controls"), "users have mfa,fails,critical,0,0,CC6.1*,\"A.5.9, A.5.10\",\"CIS AWS 5.0.0: 1.9, 1.10\",,users-have-mfa")
	require.Contains(t, text("controls"), "backups are made,not judged,")

	var b bytes.Buffer
	f, _ := document.FormatOf("md")
	require.NoError(t, f.Write(&b, d, document.Options{}))
	require.Contains(t, b.String(), "Nothing here says that there are none")
	require.NotRegexp(t, `(?i)\b(met|complian(t|ce)|certified)\b`, b.String())
}

func TestHeadSaysFirstWhatIsMissing(t *testing.T) {
	t.Parallel()
	titles := func(h Head, a soc2.Assessment) (all []string) {
		for _, n := range h.begin("x", "X", "", a).Notices {
			all = append(all, n.Title)
		}
		return all
	}
	_, a := world()
	require.Equal(t, []string{"The evidence log was not checked for this report."}, titles(Head{}, a))
	require.Empty(t, titles(Head{Checked: true}, a))
	a.SampleData, a.Holes = true, []soc2.ScopedHole{{Lack: &soc2.Lack{}}}
	require.Equal(t, []string{"Sample data.", "Not all was observed."}, titles(Head{Checked: true}, a))
	require.Equal(t, []string{"Not all was observed."}, titles(Head{Checked: true}, soc2.Assessment{}), "nothing was read")
}

// TestNothingUnseenLooksWell: no state of an assessment shows well that is not a pass.
func TestNothingUnseenLooksWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cat, a := world()
		for i := range a.Controls {
			a.Controls[i].State = rapid.SampledFrom([]soc2.Outcome{soc2.Fail, soc2.Unobserved, soc2.NotApplicable, soc2.Outcome(9)}).Draw(t, "state")
		}
		a.Criteria = nil
		m := MatrixOf(Head{}, cat, a, listedFrameworks)
		for _, r := range m.Requirements {
			if tone, _ := criterionTone(r.State); tone == document.Good {
				t.Fatalf("%s %s looks well", r.Framework, r.ID)
			}
		}
		for _, c := range m.Controls {
			if tone, _ := outcomeTone(c.State); tone == document.Good {
				t.Fatalf("%s looks well", c.ID)
			}
		}
	})
}

func TestNaturalOrder(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"A.5.9", "A.5.10"}, {"AC-2", "AC-10"}, {"AC-2", "AC-2(1)"}, {"164.308(a)(1)(i)", "164.308(a)(5)(i)"}, {"CIS AWS 5.0.0: 1.9", "CIS AWS 5.0.0: 1.10"}} {
		require.Negative(t, naturally(pair[0], pair[1]), pair)
		require.Positive(t, naturally(pair[1], pair[0]), pair)
	}
	require.Zero(t, naturally("A.5", "A.5"))
}
