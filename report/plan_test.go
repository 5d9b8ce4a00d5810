package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// evilPlan is a plan in which every text that people or providers choose does harm
// where it is not escaped.
func evilPlan() soc2.Plan {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	evil := "=cmd|' /C calc'!A0\n| <script>x</script> \u202e `y` ünï 漢字"
	return soc2.Plan{
		Schema: soc2.PlanV1, At: at, SampleData: true, Counting: 2, Holding: 1,
		Items: []soc2.PlanItem{{
			Gap: "control:a", Title: evil, Owner: evil, OwnerBy: evil, Kind: soc2.NotOperating, Severity: soc2.High, Status: soc2.PlanOpen, Why: evil, DueBy: evil, Success: evil,
			Opened: at.AddDate(0, 0, -40), Due: at.AddDate(0, 0, -10), Overdue: true, Tasks: []soc2.PlanTask{{Text: evil, Commands: []string{"aws iam do-it --user-name NAME"}}},
		}, {Gap: "control:b", Kind: soc2.NoEvidence, Severity: soc2.Low, Status: soc2.PlanUnobserved, Due: at.AddDate(0, 0, 3)}},
	}
}

func TestPlanFormats(t *testing.T) {
	t.Parallel()
	p := evilPlan()
	t.Run("csv", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.PlanCSV(&b, p))
		rows, err := csv.NewReader(&b).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 3)
		for _, cell := range rows[1] {
			require.False(t, strings.HasPrefix(cell, "="), cell)
			require.NotContains(t, cell, "\u202e")
		}
		require.Equal(t, "labels", rows[0][len(rows[0])-1])
		require.Equal(t, "controlwatch severity-high not-operating", rows[1][len(rows[1])-1])
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.PlanJSON(&b, p))
		var back soc2.Plan
		require.NoError(t, json.Unmarshal(b.Bytes(), &back))
		require.Equal(t, p, back)
	})
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.PlanText(&b, p, report.Options{}))
		require.NotContains(t, b.String(), "\u202e")
		require.Contains(t, b.String(), "SAMPLE DATA")
		require.Contains(t, b.String(), "Overdue (1)")
		require.Contains(t, b.String(), "owner: NOBODY")
		require.Contains(t, b.String(), "1 of which it cannot be told")
		require.NotContains(t, b.String(), "Closed")
	})
	t.Run("markdown", func(t *testing.T) {
		t.Parallel()
		var b bytes.Buffer
		require.NoError(t, report.PlanMarkdown(&b, p))
		require.NotContains(t, b.String(), "<script>")
		require.NotContains(t, b.String(), "\u202e")
		require.Contains(t, b.String(), "SAMPLE DATA")
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "| ") {
				require.Equal(t, 3, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), line)
			}
		}
	})
}
