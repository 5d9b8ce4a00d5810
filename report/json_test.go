package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

func scanJSON(t *testing.T, a soc2.Assessment) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.JSON(&b, a))
	return b.Bytes()
}

func TestJSON(t *testing.T) {
	t.Parallel()
	golden(t, scanJSON(t, assessment()), "testdata", "scan.golden.json")
	golden(t, scanJSON(t, soc2.Assessment{}), "testdata", "nothing.golden.json")
}

func TestJSONOrderDependsOnlyOnWhatItSays(t *testing.T) {
	t.Parallel()
	want := scanJSON(t, many(20))
	for seed := range uint64(20) {
		a := many(20)
		r := rand.New(rand.NewPCG(seed, 1)) // an order, not a secret
		r.Shuffle(len(a.Findings), func(i, j int) { a.Findings[i], a.Findings[j] = a.Findings[j], a.Findings[i] })
		r.Shuffle(len(a.Holes), func(i, j int) { a.Holes[i], a.Holes[j] = a.Holes[j], a.Holes[i] })
		r.Shuffle(len(a.Pulls), func(i, j int) { a.Pulls[i], a.Pulls[j] = a.Pulls[j], a.Pulls[i] })
		r.Shuffle(len(a.Controls), func(i, j int) { a.Controls[i], a.Controls[j] = a.Controls[j], a.Controls[i] })
		require.Equal(t, string(want), string(scanJSON(t, a)))
	}
}

func TestJSONLeavesTheAssessmentAsItWas(t *testing.T) {
	t.Parallel()
	a := assessment()
	first := a.Findings[0].Control
	scanJSON(t, a)
	require.Equal(t, first, a.Findings[0].Control)
}

func TestRead(t *testing.T) {
	t.Parallel()
	b := scanJSON(t, assessment())
	s, err := report.Read(bytes.NewReader(b))
	require.NoError(t, err)
	again, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	require.JSONEq(t, string(b), string(again))
	require.Equal(t, report.Outcomes{Pass: 1, Fail: 2, Unobserved: 2}, s.Summary.Outcomes)
	require.Equal(t, 8, s.Summary.APIRequests)
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	whole := string(scanJSON(t, assessment()))
	for name, c := range map[string]struct{ text, says string }{
		"an unknown key":         {strings.Replace(whole, `"schema"`, `"met": true, "schema"`, 1), "met"},
		"another schema":         {strings.Replace(whole, "scan/v1", "scan/v9", 1), `its schema is "controlwatch.scan/v9"`},
		"an unknown outcome":     {strings.Replace(whole, `"unobserved",`, `"fine",`, 1), `outcome "fine"`},
		"a second scan":          {whole + whole, "something after"},
		"half a scan":            {whole[:len(whole)/2], "unexpected EOF"},
		"a page that is no JSON": {"<html>", "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := report.Read(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestCurrent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b":1,"a":true}`:                         "a: true, b: 1",
		`{"a":{"unseen":"denied"}}`:                "a: not seen (denied)",
		`{"a":null}`:                               "a: not seen",
		`{"a":["x","y\n"]}`:                        `a: [x "y\n"]`,
		`{"a":{"never":true}}`:                     `a: {"never":true}`,
		`{"a":"plain","b":"` + "\u202e" + `evil"}`: `a: plain, b: "\u202eevil"`,
		`{}`:       "",
		`nonsense`: "",
	} {
		require.Equal(t, want, report.Current(json.RawMessage(in)), in)
	}
}

func jsonTo(w io.Writer, a soc2.Assessment) error { return report.JSON(w, a) }
