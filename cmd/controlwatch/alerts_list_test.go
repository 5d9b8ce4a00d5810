package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// What waits, what was refused and what was sent is listed, on a narrow terminal too,
// and what was refused waits again when somebody says so.
func TestTheOutboxIsListedAndTriedAgain(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	dsn := "sqlite:" + filepath.Join(dir, "cw.db")
	file := filepath.Join(dir, "controlwatch.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, alertsConfig, filepath.Join(dir, "cw.db"), "CC6"), 0o600))
	s, err := store.Open(t.Context(), dsn, store.Options{Clock: func() time.Time { return at }, Version: "test", Ephemeral: true})
	require.NoError(t, err)
	c := store.AlertChange{To: 7, At: at}
	for i, title := range []string{"顧客データ \x1b[2J\u202e is public (CC6.1)", "Sight lost of 412 findings in aws 123456789012: denied", "Does not hold: users-have-mfa: github.user ada in github acme"} {
		body, err := json.Marshal(alert.Notice{Title: title, Status: alert.Firing, Kind: alert.Incident, Severity: soc2.High})
		require.NoError(t, err)
		key := fmt.Sprintf("i%d", i)
		c.Notices = append(c.Notices, store.OutboxNotice{Notice: key + "-1", Incident: key, Number: 1, Body: body, Due: at.Add(time.Hour), Receivers: []string{"ops"}})
	}
	require.NoError(t, s.KeepAlerts(t.Context(), c))
	heads, err := s.Heads(t.Context(), "ops")
	require.NoError(t, err)
	_, claimed, err := s.Claim(t.Context(), heads[1], at, at.Add(time.Minute))
	require.NoError(t, err)
	require.True(t, claimed)
	require.NoError(t, s.NotSent(t.Context(), heads[1], "hooks.slack.com answered 404 Not Found\x1b[2J; check its address, it may have been revoked", at, true))
	require.NoError(t, s.Sent(t.Context(), heads[2], at, store.Entry{Kind: store.EntryNotice, Subject: "i2-1", Actor: evidence.Program, Body: []byte(`{}`)}))
	require.NoError(t, s.Close())

	var out, problems bytes.Buffer
	p := &program{stdout: &out, stderr: &problems, now: func() time.Time { return at }, env: func(string) string { return "" }}
	asked := func(args ...string) string {
		t.Helper()
		out.Reset()
		problems.Reset()
		require.Zero(t, run(t.Context(), p, append([]string{"alerts"}, args...)), problems.String())
		return out.String()
	}
	listed := asked("list", "-c", file)
	require.Contains(t, listed, "waiting  ops, 2026-03-02 12:00, firing: 顧客データ \\x1b[2J\\u202e is public (CC6.1)\n         i0-1, due 2026-03-02T13:00:00Z\n")
	require.Contains(t, listed, "refused  ops, 2026-03-02 12:00, firing: Sight lost")
	require.Contains(t, listed, "i1-1, attempt 1 at 2026-03-02T12:00:00Z: hooks.slack.com answered 404 Not Found")
	require.Contains(t, listed, "1 wait, 1 were refused\n")
	require.NotContains(t, listed, "users-have-mfa")
	require.NotContains(t, listed, "\x1b")
	require.Contains(t, asked("list", "-c", file, "--all"), "sent     ops, 2026-03-02 12:00, firing: Does not hold: users-have-mfa")

	p.width = 40
	for line := range strings.SplitSeq(asked("list", "-c", file, "--all"), "\n") {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 40, line)
	}
	p.width = 0

	var told struct {
		Schema           string
		UpTo             int64 `json:"up_to"`
		Waiting, Refused int
		Notices          []struct{ Notice, State, Error, Title string }
	}
	require.NoError(t, json.Unmarshal([]byte(asked("list", "--store", dsn, "-o", "json")), &told))
	require.Equal(t, AlertsV1, told.Schema)
	require.EqualValues(t, 7, told.UpTo)
	require.Equal(t, []int{1, 1, 2}, []int{told.Waiting, told.Refused, len(told.Notices)})

	require.Equal(t, "1 to be tried again\n", asked("retry", "-c", file, "--receiver", "ops"))
	require.Contains(t, asked("list", "-c", file), "2 wait, 0 were refused\n")
	require.Equal(t, "0 wait, 0 were refused\n", asked("list", "-c", file, "--receiver", "board"))
}
