package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/store"
)

// register gives the office one important vendor and the day it was last reviewed.
func (o *office) register(reviewed string) {
	o.write("facts/v.set.yaml", `kind: Vendor
system: register
query: all
extracted_at: 2026-11-01T08:00:00Z
valid_for: 876000h
rows: 1
preparer: marie
data: v.csv
id: number
name: vendor
fields: {service: service, owner: owner, critical: critical, reviewed_at: reviewed, agreement: agreement}
`)
	o.write("facts/v.csv", "number,vendor,service,owner,critical,reviewed,agreement\nV1,Cloud,Hosting,grace@example.com,yes,"+reviewed+",yes\n")
}

func (o *office) replay(args ...string) (code int, out replayOut, stderr string) {
	o.t.Helper()
	code, stdout, stderr := o.run(append([]string{"replay", "-o", "json"}, args...)...)
	if stdout != "" {
		require.NoError(o.t, json.Unmarshal([]byte(stdout), &out))
	}
	return code, out, stderr
}

// scanDaily looks at 09:00 of each day from the office's day on.
func (o *office) scanDaily(days int) {
	for range days {
		o.now = o.now.Truncate(24 * time.Hour).Add(9 * time.Hour)
		o.scan()
		o.now = o.now.Add(24 * time.Hour)
	}
}

// A review of 2026-01-08 is 300 days old on 2026-11-04 (day 8 of the year and day
// 308), at midnight; the look of nine o'clock is the first after. On the seventh the
// vendor is reviewed again.
func TestReplaySaysWhatWouldHaveBeenFoundAndWhen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "true", "true")
	o.register("2026-01-08")
	o.scanDaily(6) // 1 to 6 November
	o.register("2026-11-07")
	o.scanDaily(2)

	code, out, stderr := o.replay("--from", "2026-11-01")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, 8, out.Reproduced)
	require.Less(t, out.Rejudged, out.Resources, "devices are judged once")

	size := o.size()
	code, out, stderr = o.replay("--from", "2026-11-01", "--set", "vendors-are-managed.max_review_age_days=300")
	require.Equal(t, exitGap, code, stderr)
	require.Contains(t, out.RePerformed, "re-performed on 2026-11-09 by controlwatch")
	require.Zero(t, out.Reproduced, "nothing is proved by another question")
	require.Len(t, out.Would, 1)
	would := out.Would[0]
	require.Equal(t, "vendors-are-managed important-vendor-was-reviewed register/V1 pass fail",
		strings.Join([]string{would.Control, would.Check, would.Resource.ID, would.Was, would.Would}, " "))
	require.Equal(t, []string{"2026-11-04T09:00", "2026-11-07T09:00"}, []string{would.From.Format("2006-01-02T15:04"), would.To.Format("2006-01-02T15:04")})
	require.Equal(t, 3, would.Assessments)
	require.Len(t, out.Days, 8)
	for i, d := range out.Days {
		differing := 0
		if i >= 3 && i <= 5 {
			differing = 1
		}
		require.Equal(t, differing, d.Differing, d.Day)
		require.Equal(t, d.Was["fail"]+differing, d.Would["fail"], d.Day)
		require.Equal(t, d.Was["pass"]-differing, d.Would["pass"], d.Day)
	}
	require.Equal(t, size, o.size(), "nothing was written")

	code, text, _ := o.run("replay", "--from", "2026-11-05", "--set", "vendors-are-managed.max_review_age_days=300", "--to", "2026-11-06")
	require.Equal(t, exitGap, code)
	require.Contains(t, text, "pass → fail")
	require.Contains(t, strings.Join(strings.Fields(text), " "), "still so at")
	require.Contains(t, text, "re-performed on 2026-11-09")
	code, text, _ = o.run("replay", "--from", "2026-11-01", "--set", "vendors-are-managed.max_review_age_days=300", "-o", "csv")
	require.Equal(t, exitGap, code)
	for _, line := range strings.Split(strings.TrimSpace(text), "\r\n")[1:] {
		require.Contains(t, line, "re-performed on 2026-11-09", "every row says so")
	}
	code, out, _ = o.replay("--from", "2026-11-01", "--set", "vendors-are-managed.max_review_age_days=300", "--control", "devices-are-managed")
	require.Equal(t, exitOK, code)
	require.Empty(t, out.Would)

	code, text, stderr = o.run("replay", "--from", "2026-11-01", "--record", "ada")
	require.Equal(t, exitOK, code, stderr)
	require.NotEmpty(t, text)
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(o.dir, "store.db"), store.Options{Clock: func() time.Time { return o.now }})
	require.NoError(t, err)
	recorded := 0
	for e, err := range s.Entries(t.Context(), "replay") {
		require.NoError(t, err)
		recorded++
		require.Equal(t, "ada (identity not verified)", e.Actor.String())
		require.Contains(t, string(e.Body), `"reproduced":8`)
	}
	require.NoError(t, s.Close())
	require.Equal(t, 1, recorded)
	code, out, _ = o.replay("--from", "2026-11-01", "--sample", "3")
	require.Equal(t, exitOK, code)
	require.Equal(t, []int{8, 3, 5, 3}, []int{out.Assessments, out.Replayed, out.NotReplayed, out.Reproduced})
}

func TestReplayRefusesBadQuestions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for args, want := range map[string]string{
		"--from 2026-11-01":                                  "there is no store",
		"--from tomorrow":                                    "no moment",
		"--from 2026-11-01 --to 2026-10-01":                  "is before --from",
		"--from 2026-10-01 --set x":                          "expected CONTROL.PARAMETER=VALUE",
		"--from 2026-10-01 --set vendors-are-managed.days=1": `has no parameter "days"`,
		"--from 2026-10-01 --set vendors-are-managed.max_review_age_days=soon": "is text: expected a whole number",
		"--from 2026-10-01 --set nobody.max=1":                                 `there is no control "nobody"`,
		"--from 2026-10-01 --control nobody":                                   "--control",
		"--from 2026-10-01 --catalogue /nowhere":                               "--catalogue /nowhere",
		"--from 2026-10-01 -o xml":                                             "is not a format",
		"--from 2026-10-01 --sample -1":                                        "is no number of assessments",
	} {
		code, _, stderr := o.run(append([]string{"replay"}, strings.Fields(args)...)...)
		require.Equal(t, exitCannotRun, code, args)
		require.Contains(t, stderr, want, args)
	}
	o.devices("true", "true", "true")
	o.scan()
	code, _, stderr := o.run("replay", "--from", "2026-01-01", "--to", "2026-02-01")
	require.Equal(t, exitCannotRun, code)
	require.Contains(t, stderr, "no assessment was made between")
}

// A configuration that goes and comes back: each assessment is made again by its
// own, though the first and the third have the same bytes.
func TestReplayKnowsWhichConfigurationWasInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("false", "true", "true")
	const sources = "sources:\n  - provider: files\n    settings: {directory: facts}\n  - provider: attestations\n    settings: {directory: said}\n"
	require.NoError(t, os.MkdirAll(filepath.Join(o.dir, "said", "vendors-are-managed"), 0o700))
	o.write("said/vendors-are-managed/minutes.txt", "minutes")
	o.write("said/vendors-are-managed/2026.yaml", "control: vendors-are-managed\nresult: met\nperformed_at: 2025-11-03\nperformed_by: ada@example.com\nreviewed_by: bo@example.com\nfiles: [minutes.txt]\n")
	accepted := sources + `decisions:
  - {id: d1, kind: acceptance, control: devices-are-managed, reason: old, requester: a, approver: b, expires: 2026-11-04}
controls:
  parameters:
    vendors-are-managed: {max_review_age_days: 100}
`
	o.register("2026-08-01")
	for _, cfg := range []string{sources, accepted, sources, accepted} {
		o.write("controlwatch.yaml", cfg)
		o.scanDaily(1)
	}
	o.scanDaily(3) // the decision and the attestation expire
	code, out, stderr := o.replay("--from", "2026-11-01")
	require.Equal(t, exitOK, code, "%s %v", stderr, out.Differences)
	require.Equal(t, 7, out.Reproduced)

	// Without the configuration, and whatever the folder says now.
	require.NoError(t, os.RemoveAll(filepath.Join(o.dir, "facts")))
	require.NoError(t, os.RemoveAll(filepath.Join(o.dir, "said")))
	require.NoError(t, os.Remove(filepath.Join(o.dir, "controlwatch.yaml")))
	code, out, stderr = o.replay("--from", "2026-11-01")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, 7, out.Reproduced)
}

// Another engine proves nothing: what differs is a changed judgement, not an error,
// and it is not hidden either.
func TestReplayByAnotherEngineProvesNothing(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	h := c.hand()
	h.exec("UPDATE assessment SET engine = '0'")
	code, out, stderr := c.replayed()
	require.Equal(t, exitIncomplete, code, stderr)
	require.Empty(t, out.Differences)
	require.Zero(t, out.Reproduced)
	require.Len(t, out.Unproved, 1)
	require.Contains(t, out.Unproved[0].Why, "engine 0")
	require.Empty(t, out.Changed, "this one judges the same")

	var resource int64
	var packed []byte
	h.read("SELECT resource, states FROM finding_state ORDER BY resource LIMIT 1", &resource, &packed)
	packed[firstState(t, packed)] ^= 3
	h.exec("UPDATE finding_state SET states = $1 WHERE resource = $2", packed, resource)
	code, out, stderr = c.replayed()
	require.Equal(t, exitIncomplete, code, stderr)
	require.Len(t, out.Changed, 1)
	require.NotEqual(t, out.Changed[0].Was, out.Changed[0].Would)
}

// A catalogue as an older version kept it has no bytes for what came later.
func TestReplayReadsACatalogueOfAnOlderForm(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	h := c.hand()
	var blob, basis int64
	var body []byte
	var old, digest string
	h.read("SELECT b.id, b.body, lower(hex(b.digest)) FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = 'catalogue'", &blob, &body, &old)
	var whole map[string]any
	require.NoError(t, json.Unmarshal(body, &whole))
	shipped, ok := whole["Digest"].(string)
	require.True(t, ok)
	h.rewrite(blob, shipped, strings.Repeat("0", 64)) // one that this version does not ship
	h.exec("UPDATE assessment SET catalogue = $1", strings.Repeat("0", 64))
	for range strings.Count(string(body), `"rationale":`) { // a field that an older one did not have
		h.rewrite(blob, `"rationale":`, `"risk_reason":`)
	}
	h.read("SELECT lower(hex(digest)) FROM blob WHERE id = (SELECT blob FROM record WHERE kind = 'catalogue')", &digest)
	h.read("SELECT MAX(basis) FROM assessment_inputs", &basis)
	h.rewrite(basis, old, digest)
	code, out, stderr := c.replayed()
	require.Equal(t, exitOK, code, "%s %v", stderr, out.Differences)
	require.Equal(t, 1, out.Reproduced)
}

// What was judged before its basis was kept is not proved, and says so.
func TestReplayOfAStoreWithoutItsBasis(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.scan(0)
	c.hand().exec("DELETE FROM assessment_inputs")
	code, out, stderr := c.replayed()
	require.Equal(t, exitIncomplete, code, stderr)
	require.Len(t, out.Unproved, 1)
	require.Contains(t, out.Unproved[0].Why, "before scope, decisions and sources were kept")
}
