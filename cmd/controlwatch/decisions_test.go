package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

const officePeople = `sources:
  - provider: files
    settings: {directory: facts}
identities:
  - {name: Ada Lovelace, also: [ada, ada@acme.example]}
  - {name: Grace Hopper, also: [grace]}
`

func (o *office) must(args ...string) string {
	o.t.Helper()
	code, out, stderr := o.run(args...)
	require.NotEqual(o.t, exitCannotRun, code, stderr)
	return out
}

func (o *office) refused(args ...string) string {
	o.t.Helper()
	code, out, stderr := o.run(args...)
	require.Equal(o.t, exitCannotRun, code, out)
	return stderr
}

var recordID = regexp.MustCompile(`\be\d+\.\d+\b`)

func (o *office) decided() report.DecisionReport {
	o.t.Helper()
	var out report.DecisionReport
	d := json.NewDecoder(strings.NewReader(o.must("decisions", "-c", o.dir+"/controlwatch.yaml", "-o", "json")))
	d.DisallowUnknownFields()
	require.NoError(o.t, d.Decode(&out))
	return out
}

// A finding is accepted, approved, and comes back when the acceptance ends: over
// the route of every scan, and every assessment of it replays.
func TestAnAcceptanceFromRequestToExpiry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.write("controlwatch.yaml", officePeople)
	config := o.dir + "/controlwatch.yaml"
	o.devices("false", "true", "false")
	o.scan()
	accepted := func(want string) {
		t.Helper()
		o.now = o.now.Add(time.Hour)
		out := o.must("scan", "-c", config)
		require.Contains(t, out, " fail,", "it still fails")
		require.Contains(t, out, want+" of the failing accepted")
		require.NotContains(t, out, "narrowed without", "Security alone is a scope, and nothing was taken out of it")
	}
	ask := []string{"accept", "devices-are-managed/device-is-encrypted", "device-1", "-c", config, "--reason", "old, \U0001F4BB für Tests", "--compensating", "kept in a safe"}
	asking := func(more ...string) []string { return append(append([]string{}, ask...), more...) }

	require.Contains(t, o.refused(asking("--until", "2026-10-31", "--by", "ada")...), "has passed")
	require.Contains(t, o.refused(asking("--until", "31.12.2026", "--by", "ada")...), "is no day")
	require.Contains(t, o.refused(asking("--until", "2026-12-31", "--by", " ")...), "requester is missing")
	require.Contains(t, o.refused(append([]string{"accept", "devices-are-managed/device-is-encrypted", "device-2"}, asking("--until", "2026-12-31", "--by", "ada")[3:]...)...), "only what fails can be accepted")
	require.Contains(t, o.refused("accept", "--control", "devices-are-managed", "--select", "name=*", "--reason", "r", "--until", "2026-12-31", "--by", "ada"), "matches everything")

	out := o.must(asking("--until", "2026-11-03T10:00:00+01:00", "--by", "ada")...)
	require.Contains(t, out, "until 2026-11-03T09:00:00Z")
	require.Contains(t, out, "It picks 1 finding now.")
	id := recordID.FindString(out)
	accepted("0")

	require.Contains(t, o.refused("approve", id, "--by", "Ada Lovelace", "-c", config), "another must approve")
	require.Contains(t, o.refused("approve", id, "--by", "ADA"), "another must approve")
	require.Contains(t, o.refused("approve", "e999.0", "--by", "grace"), "no record")
	// Without the people, nobody knows that this is Ada; the route does.
	self := recordID.FindString(o.must(asking("--until", "2026-12-31", "--by", "ada")...))
	o.must("approve", self, "--by", "ada@acme.example")
	accepted("0")

	o.must("approve", id, "--by", "grace", "-c", config, "--note", "for two days")
	require.Contains(t, o.refused("approve", id, "--by", "joan", "-c", config), "was approved already, by grace")
	accepted("1")
	d := o.decided().Decisions
	require.Equal(t, "in-force", string(d[0].State))
	require.True(t, d[0].Expiring)
	require.Equal(t, "C1", d[0].Picked[0].ID[strings.LastIndex(d[0].Picked[0].ID, "/")+1:])
	require.Equal(t, "requested", string(d[1].State))

	// A whole control, refused; another one overlaps, and ends later.
	no := recordID.FindString(o.must("accept", "--control", "devices-are-managed", "--reason", "all of it", "--until", "2026-12-31", "--by", "grace"))
	o.must("approve", no, "--by", "ada", "-c", config, "--no")
	whole := o.must("accept", "--control", "devices-are-managed", "--select", "name=device-*", "--reason", "all of it", "--until", "2026-12-31", "--by", "grace")
	require.Contains(t, whole, "It overlaps "+id)
	require.Contains(t, o.must("decisions", "show", no), "refused")

	o.now = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	out = o.must("scan", "-c", config, "--since", "2026-11-01")
	require.Contains(t, out, "0 of the failing accepted")
	require.Contains(t, out, "acceptance-expired (1)")
	require.Contains(t, out, "time")
	require.Contains(t, o.refused("decisions", "withdraw", id, "--by", "ada"), "ended on 2026-11-03")
	require.Contains(t, o.refused("approve", "x", "--by", "grace"), "no record")

	// As of an hour at which it was in force, it still is.
	require.Contains(t, o.must("scan", "-c", config, "--as-of", "2026-11-01T12:30:00Z"), "1 of the failing accepted")
	require.Contains(t, o.must("scan", "-c", config, "--as-of", "2026-11-01T10:30:00Z"), "0 of the failing accepted")

	out = o.must("replay", "-c", config, "--from", "2026-11-01")
	require.Contains(t, out, "came out as it was kept")
	require.Contains(t, o.must("period", "-c", config, "--from", "2026-11-01", "--to", "2026-11-03", "-o", "json"), `"decision": "`+id+`"`)
}

// An exclusion that is withdrawn comes back as drift, and replays.
func TestAnExclusionThatIsWithdrawnComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.write("controlwatch.yaml", officePeople)
	config := o.dir + "/controlwatch.yaml"
	o.devices("false", "true", "true")
	o.scan()
	id := recordID.FindString(o.must("accept", "--kind", "exclusion", "--select", "name=device-1", "--reason", "not ours", "--until", "2027-01-31", "--by", "ada"))
	o.must("approve", id, "--by", "grace", "-c", config)
	o.now = o.now.Add(time.Hour)
	require.Contains(t, o.must("scan", "-c", config), "more excluded from every count")
	require.NotContains(t, o.must("scan", "-c", config), " 0 more excluded")
	o.must("decisions", "withdraw", id, "--by", "ada", "--reason", "it is ours")
	require.Contains(t, o.refused("decisions", "withdraw", id, "--by", "ada"), "withdrawn already")
	o.now = o.now.Add(time.Hour)
	out := o.must("scan", "-c", config, "--since", "2026-11-01")
	require.Contains(t, out, " 0 more excluded")
	require.Contains(t, out, "acceptance-expired (1)")
	require.Contains(t, o.must("replay", "-c", config, "--from", "2026-11-01"), "came out as it was kept")
}

// What narrows without a decision is told until one is in force.
func TestWhatNarrowsIsLoudUntilItIsDecided(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	scope := func(categories string) {
		o.write("controlwatch.yaml", officePeople+"scope: {categories: ["+categories+"]}\n")
	}
	o.devices("true", "true", "true")
	scope("Security, Availability, Privacy, Confidentiality, Processing Integrity")
	o.scan()
	scope("Security, Availability, Privacy")
	require.Contains(t, o.must("scan", "-c", o.dir+"/controlwatch.yaml", "-o", "csv"), "narrowed without a recorded decision: ")
	o.scan() // and not at the first one only
	silent := func() (out []string) {
		for _, n := range o.decided().Narrowings {
			if n.Decision == nil {
				out = append(out, n.What)
			}
		}
		return out
	}
	require.Equal(t, []string{"Confidentiality is left out of scope", "Processing Integrity is left out of scope"}, silent())
	id := recordID.FindString(o.must("accept", "--kind", "scope", "--leave-out", "confidentiality", "--reason", "none is promised", "--until", "2027-01-31", "--by", "ada"))
	require.Len(t, silent(), 2, "it is a request yet")
	o.must("approve", id, "--by", "grace")
	require.Equal(t, []string{"Processing Integrity is left out of scope"}, silent())
	o.write("controlwatch.yaml", officePeople+`scope: {categories: [Security, Availability, Privacy]}
decisions:
  - {id: S-1, kind: scope, leaves_out: Processing Integrity, reason: nothing is processed, requester: ada, approver: grace, expires: 2026-12-31}
`)
	require.Empty(t, silent())
	o.write("controlwatch.yaml", officePeople+`scope: {categories: [Security, Availability, Privacy]}
controls: {parameters: {recovery-is-tested: {max_restore_test_age_days: 700}}}
decisions:
  - {id: S-1, kind: scope, leaves_out: Processing Integrity, reason: nothing is processed, requester: ada, approver: grace, expires: 2026-12-31}
`)
	require.Equal(t, []string{"recovery-is-tested judges by max_restore_test_age_days 700 instead of 365"}, silent())
	relax := func(value string) []string {
		return []string{"accept", "--kind", "relaxation", "--control", "recovery-is-tested", "--parameter", "max_restore_test_age_days=" + value, "--reason", "tested every other year", "--until", "2027-06-30", "--by", "ada"}
	}
	require.Contains(t, o.refused(relax("soon")...), "is no value")
	require.Contains(t, o.refused(relax("1.5")...), "expected a whole number")
	require.Contains(t, o.refused(relax("365")...), "nothing to decide")
	o.must("approve", recordID.FindString(o.must(relax("800")...)), "--by", "grace")
	require.Len(t, silent(), 1, "another value was decided on")
	o.must("approve", recordID.FindString(o.must(relax("700")...)), "--by", "grace")
	require.Empty(t, silent())
	unused := 0
	for _, d := range o.decided().Decisions {
		if d.Unused {
			unused++
			require.Contains(t, d.About, "800")
		}
	}
	require.Equal(t, 1, unused)
	require.Contains(t, o.must("decisions", "-c", o.dir+"/controlwatch.yaml"), "named in the configuration: identity not verified")
	o.now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []string{"Processing Integrity is left out of scope"}, silent())
	require.NotContains(t, o.must("scan", "-c", o.dir+"/controlwatch.yaml", "-o", "json"), `"narrowings": []`)
}

// What providers declare as leaving something unread is found in the configuration.
func TestSettingsThatLeaveSomethingUnread(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.write("controlwatch.yaml", `sources:
  - provider: aws
    settings: {regions: [eu-west-1], skip_own_account: true, roles: [{arn: "arn:aws:iam::111122223333:role/r"}]}
  - provider: aws
    settings: {regions: [], skip_own_account: false}
  - provider: github
    settings: {organizations: [acme], token: "${env:NO_SUCH}x", change_lookback_days: 90}
  - provider: github
    settings: {organizations: [acme], token: secret-token, change_lookback_days: 7}
  - provider: files
    settings: {directory: facts}
`)
	cfg, err := config.Read(o.dir+"/controlwatch.yaml", func(string) string { return "" })
	require.NoError(t, err)
	require.Equal(t, []soc2.Skipped{
		{Source: "aws", Setting: "regions", Value: `["eu-west-1"]`},
		{Source: "aws", Setting: "skip_own_account", Value: "true"},
		{Source: "github", Setting: "change_lookback_days", Value: "7"},
	}, skipped(cfg))
	for _, p := range collectors.Providers {
		for _, n := range p.Narrowing {
			require.Contains(t, byKey(p.Settings()), n.Key, "%s: it is not a setting", p.Name)
		}
	}
}
