package kinds

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestAnswersDocument(t *testing.T) {
	t.Parallel()
	cat, a := world()
	answers, err := soc2.CustomerAnswers(soc2.AnswerInputs{Catalogue: cat, Assessment: &a, Questions: []soc2.CustomerQuestion{
		{ID: "mfa", Topic: "Access", Question: "Second factor?", Controls: []string{"users-have-mfa"}, Yes: "All do.", Person: "Name the rest."},
		{ID: "backups", Topic: "Continuity", Question: "Backups?", Controls: []string{"backups-are-made"}, Yes: "They are.", Person: "Say when."},
	}})
	require.NoError(t, err)
	d := AnswersDocument(Head{}, AnswersOf(Head{}, answers, a), a)
	rows := writtenAs(t, d, "csv", "")
	require.Contains(t, rows, "Access,Second factor?,gaps seen,")
	require.Contains(t, rows, "Continuity,Backups?,not determined,Could not be determined. backups-are-made: it was not judged.,Say when.")
	text := writtenAs(t, d, "md", "")
	require.Contains(t, text, "Name the rest.")
	require.NotRegexp(t, never, text)
	require.NotContains(t, text, "All do.")
	tone, _ := answerStateTone("")
	require.Equal(t, document.Unseen, tone)
}

func TestQuestionnaireDocument(t *testing.T) {
	t.Parallel()
	cat, a := world()
	cat.Controls[1].AttestationAsked = &soc2.AttestationAsked{Question: "Is it encrypted?"}
	in := QuestionnaireInputs{
		Zone: time.UTC, Catalogue: cat,
		Sections:  []ChecklistItem{{ID: "1", Title: "One", Controls: []string{"users-have-mfa", "data-is-encrypted", "backups-are-made"}}, {ID: "11", Title: "Eleven"}},
		Questions: []ChecklistItem{{ID: "1.1", Title: "Second factors", Controls: []string{"users-have-mfa"}}, {ID: "11.1", Title: "None", Controls: nil}},
		Standings: []soc2.AttestationStanding{{Control: cat.Controls[1], System: "shop", State: soc2.AttestedIncomplete, ID: "e1.0", Result: "met", By: "ada", Performed: at, Until: at, Lacks: []string{"evidence files"}}},
	}
	q := QuestionnaireOf(Head{}, in, a)
	require.Len(t, q.Sections, 2)
	require.Len(t, q.Sections[0].Questions, 2)
	require.Equal(t, soc2.GapSeen, q.Sections[0].Questions[0].State)
	require.Equal(t, soc2.EvidenceIncomplete, q.Sections[0].Questions[1].State, "one of what else it asks was not judged")
	require.Equal(t, "11.1", q.Sections[1].Questions[0].ID)
	require.Equal(t, soc2.EvidenceIncomplete, q.Sections[1].Questions[0].State, "nothing answers it")
	rows := writtenAs(t, QuestionnaireDocument(Head{}, q, a), "csv", "")
	require.Contains(t, rows, "1.1 Second factors,gap seen,users have mfa,fails,")
	require.Contains(t, rows, "shop: met on 2026-11-16 by ada (incomplete); lacks evidence files,")
	require.Contains(t, rows, "backups are made,not judged,")
	require.Contains(t, rows, "11 Eleven,11.1 None,evidence incomplete,No control answers it.,")
}

func TestDescriptionSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, a := world()
	empty := DescriptionOf(Head{}, soc2.Scope{}, time.UTC, a)
	fields := func(d Description) (all []string) {
		for _, m := range d.Missing {
			all = append(all, m.Field)
		}
		return all
	}
	require.Len(t, fields(empty), 15)
	a.Holes = []soc2.ScopedHole{{Lack: &soc2.Lack{}}}
	scope := soc2.Scope{
		From: at, To: at.AddDate(1, 0, 0), Systems: []soc2.System{{ID: "shop", Title: "Shop"}}, Data: []soc2.DataClass{{ID: "orders", Level: "internal", Owner: "ada"}}, Commitments: []soc2.Commitment{{ID: "c", Text: "Up."}},
		Description: soc2.Description{
			Services: []string{"A"}, Requirements: []string{"B"}, Boundary: "C", Incidents: []soc2.Incident{{On: at, Text: "I"}}, UserControls: []soc2.UserControl{{Text: "U"}},
			Components:  soc2.Components{Infrastructure: []string{"i"}, Software: []string{"s"}, People: []string{"p"}, Procedures: []string{"r"}},
			Subservices: []soc2.Subservice{{Name: "Cloud", Method: soc2.CarveOut}}, Changes: []soc2.SystemChange{{On: at, Text: "X"}},
			NotRelevant: []soc2.NotRelevant{{Criterion: "CC6.1", Reason: "We think so"}},
		},
	}
	full := DescriptionOf(Head{}, scope, time.UTC, a)
	require.Equal(t, []string{"scope.systems.shop.description", "scope.description.subservices.Cloud.controls"}, fields(full))
	require.False(t, full.AssetsSeen, "a list was not seen")
	d := DescriptionDocument(Head{}, full, a)
	require.Contains(t, writtenAs(t, d, "csv", "not-relevant"), "CC6.1,We think so,gap seen", "its state stays")
	text := writtenAs(t, d, "md", "")
	require.NotRegexp(t, never, text)
	for _, want := range []string{"carve-out", "orders (internal), owner ada", "At least, as not every list"} {
		require.Contains(t, text, want)
	}
	require.Contains(t, writtenAs(t, DescriptionDocument(Head{}, empty, a), "md", ""), "Nobody has stated it.")
}
