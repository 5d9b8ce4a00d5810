package main

import (
	"archive/zip"
	"bytes"
	stdcsv "encoding/csv"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/internal/peertest"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

// sampleReports writes every report on the sample company in every format into a
// folder, as KIND.FORMAT, and each table of a report as KIND.TABLE.csv.
func sampleReports(t *testing.T, dir string) (reporting, map[string]any) {
	t.Helper()
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: os.Getenv, now: time.Now}
	r, err := p.newReporting(t.Context(), reportFlags{sample: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.line.close()) })
	values := map[string]any{}
	for _, kind := range reportKinds {
		doc, value, err := kind.build(t.Context(), p, r)
		require.NoError(t, err, kind.name)
		values[kind.name] = value
		write := func(name string, to func(io.Writer) error) {
			var b bytes.Buffer
			require.NoError(t, to(&b), name)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600))
		}
		for _, f := range document.Formats {
			write(kind.name+"."+f.Name, func(w io.Writer) error { return f.Write(w, doc, document.Options{Width: 80}) })
		}
		csv, _ := document.FormatOf("csv")
		for _, table := range doc.Tables() {
			write(kind.name+"."+table+".csv", func(w io.Writer) error { return csv.Write(w, doc, document.Options{Table: table}) })
		}
		write(kind.name+".json", func(w io.Writer) error { return document.JSON(w, value) })
		for _, e := range kind.extras {
			write(kind.name+"."+e.name, func(w io.Writer) error { return e.write(t.Context(), p, r, w, value) })
		}
	}
	return r, values
}

// Every report on the sample company is read back in every format, where there is
// one by a program of others.
func TestSampleReports(t *testing.T) {
	t.Parallel()
	peertest.Need(t, "pdftotext")
	dir := t.TempDir()
	r, values := sampleReports(t, dir)
	sampleShowsTheWholeTool(t, r)
	for _, kind := range reportKinds {
		read := func(format string) []byte {
			b, err := os.ReadFile(filepath.Join(dir, kind.name+"."+format))
			require.NoError(t, err)
			return b
		}
		for _, f := range []string{"table", "html", "md"} {
			text := string(read(f))
			require.True(t, utf8.ValidString(text))
			require.Contains(t, text, "Sample data.", "%s as %s", kind.name, f)
			require.NotRegexp(t, `%!|<nil>|\bNaN\b|0001-01-01`, text, "%s as %s", kind.name, f)
		}
		require.NotContains(t, string(read("html")), "<script", kind.name)
		jsonReport(t, kind.name, read("json"), values[kind.name])
		pdfReport(t, filepath.Join(dir, kind.name+".pdf"))
		xlsxReport(t, kind.name, read("xlsx"))
	}
	tables, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	for _, file := range tables {
		csvReport(t, file)
	}
}

// sampleShowsTheWholeTool holds the sample company to what it is there to show.
func sampleShowsTheWholeTool(t *testing.T, r reporting) {
	t.Helper()
	a := r.assessment
	states := map[soc2.CriterionState]int{}
	for _, c := range a.Criteria {
		states[c.State]++
	}
	for _, s := range []soc2.CriterionState{soc2.GapSeen, soc2.EvidenceIncomplete, soc2.NoGapSeen, soc2.OutOfScope} {
		require.Positive(t, states[s], s)
	}
	lives := map[string]int{}
	for _, d := range a.Decisions {
		lives[string(d.Life)]++
	}
	require.Len(t, lives, 2, "decisions in force and one that expired: %v", lives)
	p := &program{stderr: io.Discard, now: func() time.Time { return sample.Day }}
	in, err := p.analysed(t.Context(), r)
	require.NoError(t, err)
	require.False(t, in.Plan.ByProposed)
	require.Len(t, in.Versions, 1)
	signed, approved := in.Versions[0].Approval()
	require.True(t, approved && signed.Yes)
	require.Contains(t, signed.By.String(), "identity not verified")
	require.Positive(t, soc2.DiffPlans(in.Versions[0].Plan, in.Plan).Slipped)
	statuses := map[soc2.PlanStatus]bool{}
	overdue := false
	for _, i := range in.Plan.Items {
		statuses[i.Status], overdue = true, overdue || i.Overdue
	}
	require.True(t, overdue)
	for _, s := range []soc2.PlanStatus{soc2.PlanOpen, soc2.PlanAccepted, soc2.PlanClosed, soc2.PlanUnobserved} {
		require.True(t, statuses[s], s)
	}
	require.NotEmpty(t, in.Analysis.Gaps)
	mismatch := slices.IndexFunc(in.Analysis.Gaps, func(g soc2.Gap) bool { return strings.HasPrefix(g.ID, "walkthrough:") })
	require.GreaterOrEqual(t, mismatch, 0, "a walkthrough that does not match")
	standings, err := r.standings(t.Context())
	require.NoError(t, err)
	results := map[string]bool{}
	for _, s := range standings {
		results[s.Result] = true
	}
	for _, result := range []string{"", "met", "met-with-findings", "not-met", "no-occurrence"} {
		require.True(t, results[result], "%q of %v", result, results)
	}
	reviews, err := p.reviews(t.Context(), r.line.store, "")
	require.NoError(t, err)
	_, err = reviews.Named("administrators-q3-2026")
	require.NoError(t, err)
}

func jsonReport(t *testing.T, kind string, written []byte, value any) {
	t.Helper()
	again := reflect.New(reflect.TypeOf(value))
	d := json.NewDecoder(bytes.NewReader(written))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(again.Interface()), kind)
	var b bytes.Buffer
	require.NoError(t, document.JSON(&b, again.Elem().Interface()))
	require.JSONEq(t, string(written), b.String(), kind)
	var head struct {
		Schema string `json:"schema"`
		Sample bool   `json:"sample_data"`
	}
	require.NoError(t, json.Unmarshal(written, &head))
	require.Regexp(t, `^controlwatch\.[a-z.-]+/v1$`, head.Schema, kind)
	require.True(t, head.Sample, kind)
}

func pdfReport(t *testing.T, file string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	require.NoError(t, err, file)
	pages := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	require.Greater(t, len(pages), 2, file)
	require.Less(t, len(pages), 250, file)
	for i, page := range pages {
		require.Greater(t, len(strings.Fields(page)), 12, "%s: page %d is as good as empty", file, i+1)
		require.Contains(t, page, "Sample data.", "%s: page %d", file, i+1)
	}
}

var formula = regexp.MustCompile(`<f[ >/]`)

func xlsxReport(t *testing.T, kind string, written []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(written), int64(len(written)))
	require.NoError(t, err)
	for _, part := range z.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") {
			continue
		}
		f, err := part.Open()
		require.NoError(t, err)
		xml, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NotRegexp(t, formula, string(xml), "%s: %s", kind, part.Name)
	}
	book, err := excelize.OpenReader(bytes.NewReader(written))
	require.NoError(t, err)
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		require.NoError(t, err)
		require.NotEmpty(t, rows, "%s: %s", kind, sheet)
	}
}

func csvReport(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	rows, err := stdcsv.NewReader(f).ReadAll()
	require.NoError(t, err, file)
	require.NotEmpty(t, rows)
	number := regexp.MustCompile(`^-?[0-9.]+$`)
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && !number.MatchString(cell) {
				require.NotContains(t, "=+-@\t\r", cell[:1], "%s: %q", file, cell)
			}
		}
	}
}
