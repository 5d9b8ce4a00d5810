package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// office is a company of three devices whose clock a test sets.
type office struct {
	t   *testing.T
	dir string
	now time.Time

	binary string // digest of the program that is run; empty: not known

	ticks sync.Mutex
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	require.NoError(t, os.Mkdir(filepath.Join(o.dir, "facts"), 0o700))
	o.write("controlwatch.yaml", "sources:\n  - provider: files\n    settings: {directory: facts}\n")
	o.write("facts/d.set.yaml", `kind: Device
system: jamf
query: all
extracted_at: 2026-11-01T08:00:00Z
valid_for: 876000h
rows: 3
preparer: marie
data: d.csv
`)
	return o
}

func (o *office) write(name, text string) {
	o.t.Helper()
	file := filepath.Join(o.dir, name)
	// Put in place as a whole: a daemon that reads it meanwhile sees the old or the new one.
	require.NoError(o.t, os.WriteFile(o.dir+".half-written", []byte(text), 0o600))
	require.NoError(o.t, os.Rename(o.dir+".half-written", file))
}

func (o *office) devices(encrypted ...string) {
	rows := "id,name,encrypted\n"
	for i, e := range encrypted {
		rows += "C" + string(rune('1'+i)) + ",device-" + string(rune('1'+i)) + "," + e + "\n"
	}
	o.write("facts/d.csv", rows)
}

func (o *office) run(args ...string) (code int, stdout, stderr string) {
	o.t.Helper()
	var out, err bytes.Buffer
	p := &program{
		stdin: strings.NewReader(""), stdout: &out, stderr: &err, now: func() time.Time {
			o.ticks.Lock() // collectors ask beside each other
			defer o.ticks.Unlock()
			o.now = o.now.Add(time.Millisecond)
			return o.now
		},
		env: func(string) string { return "" }, store: "sqlite:" + filepath.Join(o.dir, "store.db"),
	}
	if o.binary != "" {
		p.binary = func() (string, error) { return o.binary, nil }
	}
	code = run(context.Background(), p, append(args, "--store", p.store))
	valid(o.t, out.String())
	return code, out.String(), err.String()
}

func (o *office) scan() {
	code, _, stderr := o.run("scan", "-c", filepath.Join(o.dir, "controlwatch.yaml"))
	require.NotEqual(o.t, exitCannotRun, code, stderr)
}

func (o *office) size() (n int64) {
	info, err := os.Stat(filepath.Join(o.dir, "store.db"))
	require.NoError(o.t, err)
	return info.Size()
}

// Between two moments: one device is decrypted, one is mended, one is lost sight of.
func TestThePastIsJudgedAndCompared(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.devices("true", "false", "true")
	o.scan()
	o.now = o.now.Add(20 * time.Hour)
	o.devices("false", "true", "")
	o.scan()
	o.now = o.now.Add(time.Hour)

	const only = "devices-are-managed/device-is-encrypted"
	for at, want := range map[string][]string{
		"2026-11-01": {"device-1: pass", "device-2: fail", "device-3: pass"},
		"-3h":        {"device-1: pass", "device-2: fail", "device-3: pass"},
		"now":        {"device-1: fail", "device-2: pass", "device-3: unobserved"},
	} {
		for _, w := range want {
			name, outcome, _ := strings.Cut(w, ": ")
			code, out, stderr := o.run("explain", only, name, "--as-of", at)
			require.Equal(t, exitOK, code, stderr)
			require.Contains(t, out, "outcome    "+outcome+"\n", "%s as of %s", name, at)
		}
	}
	code, out, _ := o.run("scan", "--as-of", "2026-11-01", "-o", "csv")
	require.Equal(t, exitGap, code)
	require.Contains(t, out, ",device-2,")
	require.Contains(t, out, "2026-11-01T23:59:59Z,")
	require.NotContains(t, out, "2026-11-02", "what is known only now is not in the past")

	before := o.size()
	code, out, stderr := o.run("diff", "2026-11-01", "now", "-o", "json")
	require.Equal(t, exitGap, code, stderr)
	var got struct {
		Changes []struct {
			Change, Cause string
			Resource      struct{ Name string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	var said []string
	for _, c := range got.Changes {
		said = append(said, strings.Join([]string{c.Resource.Name, c.Change, c.Cause}, " "))
	}
	require.ElementsMatch(t, []string{"device-1 opened system", "device-2 resolved system", "device-3 lost-sight sight"}, said)

	code, out, stderr = o.run("diff", "-4h", "-3h")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, out, "Nothing drifted")
	code, _, _ = o.run("scan", "--as-of", "now", "--since", "-2h")
	require.Equal(t, exitGap, code)
	require.Equal(t, before, o.size(), "looking at the past writes nothing")

	// The next look is compared with the last look, not with what was looked up.
	o.scan()
	_, out, _ = o.run("scan", "--as-of", "now", "--since", "-30m")
	require.Contains(t, out, "Nothing drifted")
	_, out, _ = o.run("scan", "--as-of", "2026-11-01T20:00:00Z", "--since", "2026-11-01")
	require.Contains(t, out, "Nothing drifted", "drift after the moment is not shown")
}

func TestMomentsAreReadByTheirForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"now": "2026-11-16T09:00:00Z", "-7d": "2026-11-09T09:00:00Z", "7d": "2026-11-09T09:00:00Z", "-2h": "2026-11-16T07:00:00Z",
		"2026-11-16": "2026-11-16T09:00:00Z", "2026-11-15": "2026-11-15T23:59:59.999999Z", "2026-11-15T10:00:00+02:00": "2026-11-15T08:00:00Z",
	} {
		at, err := momentOf(text, now)
		require.NoError(t, err, text)
		require.Equal(t, want, at.UTC().Format(time.RFC3339Nano), text)
	}
	for _, text := range []string{"", "tomorrow", "2026-11-17", "2026-13-01", "-7y", "--7d", "-999999w"} {
		_, err := momentOf(text, now)
		require.Error(t, err, text)
	}
	at, err := beginningOf("2026-11-16", now)
	require.NoError(t, err)
	require.Equal(t, "2026-11-16T00:00:00Z", at.Format(time.RFC3339))
	require.Equal(t, []string{"diff", "7d", "now", "-o", "json"}, pastMoments([]string{"diff", "-7d", "now", "-o", "json"}))
	require.Equal(t, []string{"scan", "--since", "-7d"}, pastMoments([]string{"scan", "--since", "-7d"}))
}
