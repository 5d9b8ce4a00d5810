package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func askedQuestions() []report.Question {
	return []report.Question{
		{Section: "1 Process", Standing: soc2.AttestationStanding{Control: soc2.Control{
			ID: "a-control", Title: "=HYPERLINK(\"x\")", AttestationAsked: &soc2.AttestationAsked{Question: "<b>Was it?</b>", Evidence: []string{"@list"}},
		}, State: soc2.AttestedNever}},
		{Section: "2 Planning", Standing: soc2.AttestationStanding{Control: soc2.Control{
			ID: "b-control", Title: "日本語 שלום", AttestationAsked: &soc2.AttestationAsked{Question: "And it?"},
		}, System: "+shop", State: soc2.AttestedOverdue}},
	}
}

func TestAQuestionnaireGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	t.Run("as CSV: formulas are defused, and names come back as they were", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.QuestionnaireCSV(&b, askedQuestions(), time.UTC))
		require.Contains(t, b.String(), `"'=HYPERLINK`)
		answers, err := report.QuestionnaireAnswers(bytes.NewReader(b.Bytes()), false)
		require.NoError(t, err)
		require.Empty(t, answers, "nobody has answered yet")
		lines := strings.Split(b.String(), "\r\n")
		lines[2] = strings.TrimSuffix(lines[2], ",,,,,,,,") + "met,2026-09-30,2026-07-01/2026-09-30,3,3,0,\"one, two\",a.pdf; b.pdf,Grace"
		answers, err = report.QuestionnaireAnswers(strings.NewReader("\ufeff"+strings.Join(lines, "\r\n")), false)
		require.NoError(t, err)
		require.Equal(t, []report.Answer{{Row: 3, Files: []string{"a.pdf", "b.pdf"}, Written: soc2.WrittenAttestation{
			Control: "b-control", System: "+shop", Result: "met", Performed: "2026-09-30", Covers: "2026-07-01/2026-09-30",
			Population: "3", Tested: "3", Deviation: "0", Note: "one, two", ReviewedBy: "Grace",
		}}}, answers)
	})
	t.Run("as XLSX: a day that became a number is a day, and a formula is refused", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.QuestionnaireXLSX(&b, askedQuestions(), time.UTC))
		book, err := excelize.OpenReader(&b)
		require.NoError(t, err)
		title, err := book.GetCellType("Questionnaire", "D2")
		require.NoError(t, err)
		require.NotEqual(t, excelize.CellTypeFormula, title)
		require.NoError(t, book.SetCellValue("Questionnaire", "K2", "not-met"))
		require.NoError(t, book.SetCellValue("Questionnaire", "L2", time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)))
		save := func() []byte {
			var out bytes.Buffer
			require.NoError(t, book.Write(&out))
			return out.Bytes()
		}
		answers, err := report.QuestionnaireAnswers(bytes.NewReader(save()), true)
		require.NoError(t, err)
		require.Len(t, answers, 1)
		require.Equal(t, "2026-09-30", answers[0].Written.Performed)
		require.Equal(t, "a-control", answers[0].Written.Control)
		require.NoError(t, book.SetCellFormula("Questionnaire", "K3", "A1"))
		require.NoError(t, book.SetCellValue("Questionnaire", "L3", "x"))
		_, err = report.QuestionnaireAnswers(bytes.NewReader(save()), true)
		require.ErrorContains(t, err, "cell K3: is a formula")
	})
	t.Run("what is no questionnaire is said", func(t *testing.T) {
		t.Parallel()
		for src, want := range map[string]string{"": "is empty", "a,b\n": "column control is missing", "control,control\n": "column control is there twice"} {
			_, err := report.QuestionnaireAnswers(strings.NewReader(src), false)
			require.ErrorContains(t, err, want)
		}
		_, err := report.QuestionnaireAnswers(strings.NewReader("control"), true)
		require.ErrorContains(t, err, "is no workbook")
	})
}
