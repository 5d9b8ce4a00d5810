package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Whose signature a commit has is shown as that, and as who performed the control
// only where it is the same person.
func TestCommittedStatements(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	told := func(st soc2.AttestationStanding) (table, row string) {
		st.Control = soc2.Control{ID: "access-is-reviewed", AttestationAsked: &soc2.AttestationAsked{}}
		st.ID, st.By, st.State, st.Performed = "x", "ada", soc2.AttestedPerformed, at
		a := Attestations{At: at, Zone: time.UTC, Standings: []soc2.AttestationStanding{st}}
		var b bytes.Buffer
		require.NoError(t, AttestationsTable(&b, a, Options{Width: 500}))
		table = b.String()
		b.Reset()
		require.NoError(t, AttestationsJSON(&b, a))
		var out struct{ Attestations []json.RawMessage }
		require.NoError(t, json.Unmarshal(b.Bytes(), &out))
		return table, string(out.Attestations[0])
	}
	const hash = "0123456789abcdef0123456789abcdef01234567"
	table, row := told(soc2.AttestationStanding{Identity: evidence.IdentityGit, Commit: hash, SignedBy: "Ada"})
	require.Contains(t, table, "by ada (git-commit), commit 0123456789ab")
	require.NotContains(t, table, "not verified")
	require.Contains(t, row, `"verified": true`)
	require.Contains(t, row, hash)

	table, row = told(soc2.AttestationStanding{Commit: hash, SignedBy: "Grace", Unverified: "another person"})
	require.Contains(t, table, "by ada (identity not verified); committed by Grace (git-commit), commit 0123456789ab: another person")
	require.Contains(t, row, `"verified": false`)
	require.Contains(t, row, `"committed_by": "Grace"`)

	table, _ = told(soc2.AttestationStanding{Commit: hash, Unverified: "its commit is not signed"})
	require.Contains(t, table, "by ada (identity not verified): its commit is not signed")
	table, _ = told(soc2.AttestationStanding{})
	require.Contains(t, table, "by ada (identity not verified)\n")
}

func TestWhoCommittedDecisions(t *testing.T) {
	t.Parallel()
	a := soc2.Assessment{Decisions: []soc2.DecisionState{
		{KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "of-file", Requester: "ada", Approver: "grace"}}},
		{KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "e1.0", Requester: "ada"}, Recorded: true}},
	}}
	var b bytes.Buffer
	require.NoError(t, DecisionList(&b, &a, "committed by Ada", Options{Width: 500}))
	require.Equal(t, 1, bytes.Count(b.Bytes(), []byte("committed by Ada")), "what is recorded stands in no file")
	require.Contains(t, b.String(), "by grace, "+soc2.NamedInConfiguration, "a commit approves nothing")
}
