package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const twoPulls = "confirm: {pulls: 2}\nsources:\n  - provider: files\n    settings: {directory: facts}\n"

// Each scan is a process of its own: the count is in the store. What fails is said
// to fail from the first look on; only the announcement waits for the second.
func TestDriftWaitsForItsConfirmation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.write("controlwatch.yaml", twoPulls)
	scan := func(encrypted ...string) (code int, drifted string) {
		o.now = o.now.Add(time.Hour)
		o.devices(encrypted...)
		code, out, stderr := o.run("scan", "-c", o.dir+"/controlwatch.yaml", "--since", "2026-11-01")
		require.NotEqual(t, exitCannotRun, code, stderr)
		_, drifted, found := strings.Cut(out, "Drift since")
		require.True(t, found)
		return code, drifted
	}
	fails := func() {
		t.Helper()
		_, out, _ := o.run("explain", "devices-are-managed/device-is-encrypted", "device-1")
		require.Contains(t, out, "outcome    fail\n")
		require.Contains(t, out, "since      2026-11-01 11:00 UTC", "since its first look")
	}
	_, out := scan("true", "true", "true")
	require.Contains(t, out, "Nothing drifted")
	code, out := scan("false", "true", "true")
	require.Equal(t, exitGap, code, "it fails, announced or not")
	require.Contains(t, out, "Nothing drifted")
	fails()
	_, out, _ = o.run("diff", "30m", "now")
	require.Contains(t, out, "device-1", "two moments differ as they differ")
	_, out = scan("false", "true", "true")
	require.NotContains(t, out, "Nothing drifted")
	require.Contains(t, out, "device-1")
	fails()

	// Back before the second look: nothing is announced, neither that nor its end.
	for _, second := range []string{"false", "true"} {
		_, out = scan("false", second, "true")
		require.Contains(t, out, "device-1")
		require.NotContains(t, out, "device-2")
	}
}

// A check that had nothing to judge on one side was judged by the same judge all
// the same: what came is the system's, and the three who tell agree.
func TestAResourceThatComesIsNoMatterOfJudgement(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rows := func(n, csv string) {
		o.write("facts/d.csv", "id,name,encrypted\n"+csv)
		o.write("facts/d.set.yaml", "kind: Device\nsystem: jamf\nquery: all\nextracted_at: 2026-11-01T08:00:00Z\nvalid_for: 876000h\nrows: "+n+"\npreparer: marie\ndata: d.csv\n")
	}
	file := func(name string) {
		_, out, _ := o.run("scan", "--as-of", "now", "-o", "json")
		o.write(name, out)
	}
	rows("0", "")
	o.scan()
	file("before.json")
	o.now = o.now.Add(time.Hour)
	rows("1", "C1,device-1,false\n")
	o.scan()
	file("after.json")
	o.now = o.now.Add(time.Hour)
	_, since, _ := o.run("scan", "--as-of", "now", "--since", "2026-11-01", "-o", "table")
	_, moments, _ := o.run("diff", "90m", "now")
	_, files, _ := o.run("diff", o.dir+"/before.json", o.dir+"/after.json")
	rows("0", "")
	o.scan()
	file("gone.json")
	o.now = o.now.Add(time.Minute)
	_, left, _ := o.run("scan", "--as-of", "now", "--since", "3m")
	_, leftMoments, _ := o.run("diff", "5m", "now")
	_, leftFiles, _ := o.run("diff", o.dir+"/after.json", o.dir+"/gone.json")
	for by, out := range map[string]string{
		"scan --since": since, "diff of moments": moments, "diff of files": files,
		"scan --since, gone": left, "diff of moments, gone": leftMoments, "diff of files, gone": leftFiles,
	} {
		require.Contains(t, out, "device-1", by)
		require.Contains(t, out, "system", by)
		require.NotContains(t, out, "judgement", by)
	}
}

// As of a moment, what had not been seen for too long is unobserved, whatever was
// seen before it and after it.
func TestAsOfOnStaleEvidence(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "false", "true")
	o.scan() // 1 November, 09:00; a pull is good for 24 hours
	o.now = o.now.AddDate(0, 0, 5)
	o.scan()
	for at, want := range map[string]string{
		"2026-11-02T08:59:00Z": "pass",
		"2026-11-02T09:01:00Z": "unobserved",
		"2026-11-05T00:00:00Z": "unobserved",
		"now":                  "pass",
	} {
		code, out, stderr := o.run("explain", "devices-are-managed/device-is-encrypted", "device-1", "--as-of", at)
		require.Equal(t, exitOK, code, stderr)
		require.Contains(t, out, "outcome    "+want+"\n", at)
		if want == "unobserved" {
			require.Contains(t, out, "stale", at)
		}
	}
	code, out, _ := o.run("scan", "--as-of", "2026-11-03", "-o", "csv")
	require.Equal(t, exitIncomplete, code, "a failing device that was not seen either does not fail: nobody knows")
	require.NotContains(t, out, ",pass,")
}
