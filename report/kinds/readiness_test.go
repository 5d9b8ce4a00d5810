package kinds

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// never are words that no report of ours says of a company.
var never = regexp.MustCompile(`(?i)\b(ready|complian(t|ce)|certified|passed the audit)\b`)

func writtenAs(t *testing.T, d document.Document, format, table string) string {
	t.Helper()
	var b bytes.Buffer
	f, ok := document.FormatOf(format)
	require.True(t, ok)
	require.NoError(t, f.Write(&b, d, document.Options{Table: table, Width: 120}))
	return b.String()
}

func readinessWorld(answer soc2.ReadinessAnswer, reasons ...soc2.ReadinessReason) Readiness {
	_, a := world()
	return ReadinessOf(Head{Organization: "Acme"}, soc2.Readiness{
		At: at, Zone: "Europe/Berlin", Answer: answer, Counting: 2, Reasons: reasons, Starts: []soc2.LatestStart{},
		From: time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), To: time.Date(2027, 12, 31, 23, 0, 0, 0, time.UTC),
	}, a)
}

func TestReadinessDocumentSaysNoMoreThanIsKnown(t *testing.T) {
	t.Parallel()
	_, a := world()
	for answer, want := range map[soc2.ReadinessAnswer]string{
		soc2.NotYet: "Not yet", soc2.CannotTell: "Cannot tell", soc2.NothingKnown: "Nothing known stands against starting", "": "Cannot tell",
	} {
		d := ReadinessDocument(Head{}, readinessWorld(answer), a)
		require.Equal(t, want, d.Summary[0].Value)
		require.NotEqual(t, document.Good, d.Summary[0].Tone)
		text := writtenAs(t, d, "md", "")
		require.NotRegexp(t, never, text)
		require.Contains(t, text, "2027-01-01 to 2027-12-31", "days are those of the zone")
	}
}

func TestReadinessDocumentGivesEachReasonItsPlace(t *testing.T) {
	t.Parallel()
	_, a := world()
	var reasons []soc2.ReadinessReason
	for _, area := range soc2.ReadinessAreas {
		require.NotEmpty(t, areas[area], area)
		reasons = append(reasons, soc2.ReadinessReason{Area: area, Bearing: soc2.Unknown, Subject: "subject-" + string(area), What: "what", Do: "`do it`"})
	}
	reasons[0].Bearing, reasons[0].On = soc2.Against, time.Date(2027, 3, 30, 22, 0, 0, 0, time.UTC)
	d := ReadinessDocument(Head{}, readinessWorld(soc2.NotYet, reasons...), a)
	rows := writtenAs(t, d, "csv", "")
	require.Contains(t, rows, "stands against,period,what,,,2027-03-31,do it,subject-period")
	for _, r := range reasons {
		require.Contains(t, rows, r.Subject)
	}
	asked := writtenAs(t, d, "csv", "areas")
	require.Contains(t, asked, areas[soc2.AreaPeriod]+`",no,1,0,0,do it`)
	require.Contains(t, asked, areas[soc2.AreaPeople]+",cannot be told,0,1,0,do it")
	require.NotContains(t, asked, "nothing known")
}

func TestReadinessJSONIsTheValue(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, document.JSON(&b, readinessWorld(soc2.NotYet)))
	var back map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	require.Equal(t, SchemaReadiness, back["schema"])
	require.Equal(t, "not-yet", back["answer"])
	require.NotContains(t, back, "Readiness")
}
