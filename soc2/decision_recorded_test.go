package soc2_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func request(t *testing.T, change func(*soc2.Decision)) soc2.Recorded {
	t.Helper()
	d := acceptance("", 30)
	d.Requester = "Ada"
	if change != nil {
		change(&d)
	}
	body, err := d.Body()
	require.NoError(t, err)
	return soc2.Recorded{ID: "e1.0", At: asked, Kind: soc2.EntryDecision, Subject: "c", By: evidence.Actor{Name: "ada"}, Body: body}
}

func TestARequestIsInForceFromTheSignOffUntilItEnds(t *testing.T) {
	t.Parallel()
	var yes, no, own soc2.SignOffs
	yes.Add(word("e1.0", "grace", true, time.Hour))
	no.Add(word("e1.0", "grace", false, time.Hour))
	own.Add(word("e1.0", "ADA", true, time.Hour))
	withdrawal := soc2.Recorded{ID: "e8.0", At: asked.Add(3 * time.Hour), Kind: soc2.EntryDecisionWithdrawn, Subject: "e1.0", By: evidence.Actor{Name: "ada"}, Body: json.RawMessage(`{"reason":"fixed"}`)}
	unreadable := withdrawal
	unreadable.Body = json.RawMessage(`{"why":"fixed"}`)
	for _, c := range []struct {
		name    string
		records []soc2.Recorded
		words   soc2.SignOffs
		after   time.Duration
		want    soc2.DecisionLife
	}{
		{"nobody said a word", nil, soc2.SignOffs{}, time.Hour, soc2.DecisionRequested},
		{"before the sign-off", nil, yes, time.Hour - 1, soc2.DecisionRequested},
		{"from the sign-off", nil, yes, time.Hour, soc2.DecisionInForce},
		{"approved by who asked", nil, own, time.Hour, soc2.DecisionRequested},
		{"refused", nil, no, time.Hour, soc2.DecisionRefused},
		{"to the last moment", nil, yes, 30*24*time.Hour - 1, soc2.DecisionInForce},
		{"expired", nil, yes, 30 * 24 * time.Hour, soc2.DecisionExpired},
		{"expired before anybody approved it", nil, soc2.SignOffs{}, 30 * 24 * time.Hour, soc2.DecisionExpired},
		{"before it is withdrawn", []soc2.Recorded{withdrawal}, yes, 3*time.Hour - 1, soc2.DecisionInForce},
		{"withdrawn", []soc2.Recorded{withdrawal}, yes, 3 * time.Hour, soc2.DecisionWithdrawn},
		{"withdrawn, unreadably", []soc2.Recorded{unreadable}, yes, 3 * time.Hour, soc2.DecisionWithdrawn},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := asked.Add(c.after)
			known := soc2.ReadDecisions(append([]soc2.Recorded{request(t, nil)}, c.records...), c.words, at)
			require.Len(t, known, 1)
			require.Equal(t, c.want, known[0].Life(at))
			require.Equal(t, c.want == soc2.DecisionInForce, known[0].InForce(at))
			fs := failingOn("c", "site")
			soc2.Decide(fs, soc2.Decisions(known), at)
			require.Equal(t, c.want == soc2.DecisionInForce, fs[0].Acceptance != nil)
		})
	}
	require.Empty(t, soc2.ReadDecisions([]soc2.Recorded{request(t, nil)}, yes, asked.Add(-1)), "it was not asked for yet")
}

func TestARequestThatCannotBeReadIsListedAndNeverInForce(t *testing.T) {
	t.Parallel()
	var yes soc2.SignOffs
	yes.Add(word("e1.0", "grace", true, 0))
	raw := func(body string) soc2.Recorded {
		r := request(t, nil)
		r.Body = json.RawMessage(body)
		return r
	}
	for want, r := range map[string]soc2.Recorded{
		`unknown field "forever"`: raw(`{"kind":"acceptance","forever":true}`),
		"approves itself":         raw(`{"id":"","kind":"acceptance","control":"c","select":{},"reason":"r","requester":"ada","approver":"grace","expires":"2026-12-01T00:00:00Z"}`),
		"was recorded by":         request(t, func(d *soc2.Decision) { d.Requester = "joan" }),
		"expires is missing":      request(t, func(d *soc2.Decision) { d.Expires = time.Time{} }),
		"reason is missing":       request(t, func(d *soc2.Decision) { d.Reason = " " }),
		"never about everything":  request(t, func(d *soc2.Decision) { d.Control = "" }),
		"kind expected":           request(t, func(d *soc2.Decision) { d.Kind = "waiver" }),
	} {
		known := soc2.ReadDecisions([]soc2.Recorded{r}, yes, asked)
		require.Len(t, known, 1, want)
		require.Contains(t, known[0].Unreadable, want)
		require.Contains(t, known[0].Unreadable, "e1.0")
		require.Equal(t, soc2.DecisionUnreadable, known[0].Life(asked))
		require.False(t, known[0].InForce(asked))
	}
}

func TestWhatIsWrongWithADecision(t *testing.T) {
	t.Parallel()
	cat := soc2.Catalogue{Controls: []soc2.Control{{ID: "c", Checks: []soc2.Check{{ID: "k"}}, Parameters: map[string]any{"days": 90}}}}
	require.Empty(t, acceptance("A", 1).Problems(cat))
	for want, change := range map[string]func(*soc2.Decision){
		`control there is no control "x"`:             func(d *soc2.Decision) { d.Control = "x" },
		`check control c has no check "z"`:            func(d *soc2.Decision) { d.Check = "z" },
		"select.name matches everything":              func(d *soc2.Decision) { d.Select.Name = "**" },
		"select.id matches everything":                func(d *soc2.Decision) { d.Select.ID = "?*" },
		"select.id is no pattern":                     func(d *soc2.Decision) { d.Select.ID = "[a" },
		"approver must be another person":             func(d *soc2.Decision) { d.Approver = "ＡDA" },
		"parameter says nothing in a decision":        func(d *soc2.Decision) { d.Parameter = "days" },
		`parameter control c has no parameter "dayz"`: func(d *soc2.Decision) { d.Kind, d.Parameter, d.Value = soc2.Relax, "dayz", "1" },
		"value is missing":                            func(d *soc2.Decision) { d.Kind, d.Parameter = soc2.Relax, "days" },
		"leaves_out is missing":                       func(d *soc2.Decision) { d.Kind, d.Control = soc2.LeaveOut, "" },
		"Security is part of every":                   func(d *soc2.Decision) { d.Kind, d.Control, d.Leaves = soc2.LeaveOut, "", "security" },
		"setting is missing":                          func(d *soc2.Decision) { d.Kind, d.Control, d.Source = soc2.Skip, "", "aws" },
	} {
		d := acceptance("A", 1)
		change(&d)
		problems := d.Problems(cat)
		require.Len(t, problems, 1, want)
		require.Contains(t, problems[0].Field+" "+problems[0].Text, want)
	}
	for _, name := range []string{"Müller GmbH*", "日本", "שלום", "*-tmp", "?"} {
		d := acceptance("A", 1)
		d.Select.Name = name
		if name == "?" {
			require.NotEmpty(t, d.Problems(cat))
			continue
		}
		require.Empty(t, d.Problems(cat), name)
	}
}
