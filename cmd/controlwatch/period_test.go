package main

import (
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Four days of three devices: one is decrypted and mended, one decrypted and gone,
// one lost sight of for a day.
func TestPeriodIsToldFromTheStore(t *testing.T) {
	t.Parallel()
	o := newOffice(t) // 2026-11-01 09:00
	scans := func(days int) {
		for range days * 4 {
			o.scan()
			o.now = o.now.Add(6 * time.Hour).Truncate(time.Hour)
		}
	}
	o.devices("true", "true", "true")
	scans(2)
	o.devices("false", "true", "false")
	scans(1)
	o.write("facts/d.set.yaml", strings.Replace(deviceSet, "rows: 3", "rows: 2", 1))
	o.devices("true", "true")
	scans(1)
	now := o.now

	config := filepath.Join(o.dir, "controlwatch.yaml")
	code, out, stderr := o.run("period", "-c", config, "--from", "2026-11-01", "--to", "2026-11-30", "--control", "devices-are-managed")
	require.Equal(t, exitGap, code, stderr)
	for _, says := range []string{"it is still running", "fixed", "disappeared, it was not fixed", "to come", "before the first look"} {
		require.Contains(t, strings.Join(strings.Fields(out), " "), says)
	}
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 80, line)
	}

	code, out, stderr = o.run("period", "-c", config, "--from", "2026-11-01", "--to", "2026-11-30", "--control", "devices-are-managed", "-o", "json")
	require.Equal(t, exitGap, code, stderr)
	var r report.PeriodReport
	dec := json.NewDecoder(strings.NewReader(out))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&r))
	require.Equal(t, report.PeriodV1, r.Schema)
	require.True(t, r.Running)
	require.WithinDuration(t, now, r.ToldAsOf, time.Minute)
	require.Len(t, r.Controls, 1)
	for _, c := range r.Criteria {
		require.Contains(t, soc2.PeriodStates, c.State, "a criterion is never met")
	}
	ends := map[string]string{}
	for _, d := range r.Controls[0].Deviations {
		if d.Check == "device-is-encrypted" {
			ends[d.Resource.Name] = d.End
			require.Equal(t, "good", d.Before)
			require.Equal(t, "look", d.FoundBy)
		}
	}
	require.Equal(t, map[string]string{"device-1": "fixed", "device-3": "gone"}, ends)
	require.Equal(t, 30, r.Days.Covered+r.Days.Lost+r.Days.Running+r.Days.ToCome)

	code, out, stderr = o.run("period", "-c", config, "--from", "2026-11-01", "--to", "2026-11-30", "-o", "csv")
	require.Equal(t, exitGap, code, stderr)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 64)

	code, out, stderr = o.run("period", "-c", config, "--type", "I", "--to", "2026-11-03")
	require.Equal(t, exitGap, code, stderr)
	require.Contains(t, out, "none recorded for")
}

func TestPeriodRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true")
	for args, want := range map[string]string{
		"--from 2026-11-01":                            "--to is missing: give the last day of the period, such as --to 2026-06-30, or -c FILE with a period",
		"--to 2026-11-01":                              "--from is missing: give the first day of the period, such as --from 2026-01-01",
		"--from 2026-11-02 --to 2026-11-01":            "--to: 2026-11-01 is before 2026-11-02: give the first day and the last one",
		"--from 2026-11-31 --to 2026-12-01":            `--from: "2026-11-31" is no day: expected one such as 2026-01-01`,
		"--from 2027-01-01 --to 2027-02-01":            "--from: the period has not begun: it is 2026-11-01T09:00:00Z",
		"--type III --from 2026-10-01 --to 2026-11-01": `--type: "III" is not a type of period; expected I or II`,
		"--type I --from 2026-10-01 --to 2026-11-01":   "--from: type I is the state as of one day: give --to alone",
		"--from 2026-10-01 --to 2026-11-01 -o xml":     `--output: "xml" is not a format; expected text, json or csv`,
		"--from 2026-10-01 --to 2026-11-01":            "there is no store at",
	} {
		code, _, stderr := o.run(append([]string{"period"}, strings.Fields(args)...)...)
		require.Equal(t, exitCannotRun, code)
		require.Contains(t, stderr, want)
	}
}

const deviceSet = `kind: Device
system: jamf
query: all
extracted_at: 2026-11-01T08:00:00Z
valid_for: 876000h
rows: 3
preparer: marie
data: d.csv
`
