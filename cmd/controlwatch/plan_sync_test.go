package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/store"
)

const officeIssues = `sources:
  - provider: files
    settings: {directory: facts}
plan:
  github: {repository: acme/compliance, token: "${env:ISSUES}"}
`

// publish runs a command whose way out is a tracker.
func (o *office) publish(tracker *githubtest.Tracker, args ...string) (code int, stdout, stderr string) {
	o.t.Helper()
	var out, err bytes.Buffer
	clock := func() time.Time {
		o.ticks.Lock()
		defer o.ticks.Unlock()
		o.now = o.now.Add(time.Millisecond)
		return o.now
	}
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &err, now: clock, base: tracker,
		wait:  func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		env:   func(name string) string { return map[string]string{"ISSUES": tracker.Token}[name] },
		store: "sqlite:" + filepath.Join(o.dir, "store.db"),
	}
	code = run(context.Background(), p, append(args, "-c", filepath.Join(o.dir, "controlwatch.yaml"), "--store", p.store))
	return code, out.String(), err.String()
}

// From a device without encryption to an issue that follows it, and a log that
// says so.
func TestPlanSync(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tracker := githubtest.NewTracker(t, "acme/compliance", func() time.Time { return o.now })
	o.devices("false", "true", "true")
	require.Contains(t, o.refused("plan", "sync", "-c", o.dir+"/controlwatch.yaml"), "plan.github: is not configured")
	o.write("controlwatch.yaml", officeIssues)
	code, _, stderr := o.publish(tracker, "scan")
	require.Equal(t, exitGap, code, stderr)

	code, out, stderr := o.publish(tracker, "plan", "sync", "--dry-run")
	require.Equal(t, exitGap, code, stderr)
	require.Contains(t, out, "create    new    control:devices-are-managed: ")
	require.Contains(t, out, "(dry run, nothing was written)")
	require.Empty(t, tracker.Issues)

	code, out, stderr = o.publish(tracker, "plan", "sync")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, out, "create    #1")
	var issue *githubtest.Issue
	for _, i := range tracker.Issues {
		require.NotContains(t, i.Body, "device-1", "devices are those of people")
		if strings.Contains(i.Body, "`control:devices-are-managed`") {
			issue = i
		}
	}
	require.NotNil(t, issue)
	made, writes := len(tracker.Issues), len(tracker.Writes)

	o.now = o.now.Add(time.Hour)
	code, out, _ = o.publish(tracker, "plan", "sync", "-o", "json")
	require.Equal(t, exitOK, code)
	var said struct {
		Schema  string
		Actions []struct{ Do string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.Equal(t, "controlwatch.plan-sync/v1", said.Schema)
	for _, a := range said.Actions {
		require.Equal(t, "unchanged", a.Do)
	}
	require.Len(t, tracker.Writes, writes)

	o.now = o.now.Add(time.Hour)
	o.devices("true", "true", "true")
	o.publish(tracker, "scan")
	code, out, stderr = o.publish(tracker, "plan", "sync")
	require.Equal(t, exitOK, code, stderr+out)
	require.Contains(t, out, "update    #")
	require.False(t, issue.Closed, "what else the control asks of devices was not seen")
	require.Contains(t, issue.Body, "**Status** unobserved")
	require.Regexp(t, `\d\. (Let controlwatch see it|Attest it) \(`, issue.Body)
	require.Len(t, tracker.Issues, made)

	s, err := store.OpenReading(t.Context(), "sqlite:"+filepath.Join(o.dir, "store.db"), store.Options{Clock: func() time.Time { return o.now }})
	require.NoError(t, err)
	defer s.Close()
	kinds := map[string]int{}
	for e, err := range s.Entries(t.Context(), entryIssue, entryIssueSync) {
		require.NoError(t, err)
		require.NotContains(t, string(e.Body), tracker.Token)
		kinds[e.Kind]++
	}
	require.Equal(t, len(tracker.Issues), kinds[entryIssue])
	require.GreaterOrEqual(t, kinds[entryIssueSync], 1)
}

func TestIssuesNeedCredentialsOfTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tracker := githubtest.NewTracker(t, "acme/compliance", func() time.Time { return o.now })
	o.devices("false")
	o.scan()
	o.write("controlwatch.yaml", strings.Replace(officeIssues, "facts}", "facts}\n  - provider: github\n    settings: {organizations: [acme], token: \"${env:ISSUES}\"}", 1))
	code, _, stderr := o.publish(tracker, "plan", "sync")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "controlwatch.yaml:7:48: plan.github.token: is what a source collects evidence with")
	require.NotContains(t, stderr, tracker.Token)
	require.Zero(t, tracker.Requests)
}
