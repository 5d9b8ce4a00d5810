package store

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestHistoryIsAppendOnly(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, clock := signed(t)
	_, err := s.Append(ctx, Entry{Kind: "note", Actor: evidence.Program, Body: []byte("{}"), Files: []Attachment{[]byte("a file")}})
	require.NoError(t, err)
	_, err = s.Sign(ctx)
	require.NoError(t, err)
	require.NoError(t, s.CommitPlan(ctx, plan(noon, planned(usersFeed, userPopulation))))
	require.NoError(t, s.CommitAnswered(ctx, pullOf(noon, usersFeed, userPopulation), []evidence.Fact{user("ada", true)}, []evidence.Answer{answerOf("iam:ListUsers", "ada")}, daily))
	catalogue := Record{Kind: "catalogue", Digest: evidence.Digest(nil)}
	assess(t, s, assessment(clock.Add(1), finding("ada", soc2.Pass)), catalogue)
	assess(t, s, assessment(clock.Add(1), finding("ada", soc2.Fail)), catalogue)

	_, err = s.commit(ctx, kindEntry, "prune", func(ctx context.Context, c *commit) error { return c.bury(ctx, []int64{1}, "a test's") })
	require.NoError(t, err)

	// What may change, with the reason. Anything else is history.
	mutable := map[string]string{
		"fact_current":     "follows from fact_change and can be rebuilt",
		"alert_state":      "follows from drift",
		"outbox":           "is what is to be sent; that it was is recorded",
		"goose_db_version": "belongs to the migrations",
		"sqlite_sequence":  "belongs to SQLite",
	}
	var tables []string
	require.NoError(t, s.read(t.Context(), "list tables", func(tx session) error {
		return tx.each(t.Context(), func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if mutable[name] == "" {
				tables = append(tables, name)
			}
			return err
		}, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	}))
	require.Len(t, tables, 23)

	for _, table := range tables {
		t.Run(table+" refuses to be changed", func(t *testing.T) {
			require.Positive(t, number(t, s, "SELECT COUNT(*) FROM "+table), "an empty table refuses nothing")
			var column string
			require.NoError(t, s.readers.QueryRowContext(ctx, "SELECT name FROM pragma_table_info($1) LIMIT 1", table).Scan(&column))
			for _, query := range []string{"UPDATE %[1]s SET %[2]s = %[2]s", "DELETE FROM %[1]s"} {
				_, err := s.writer.ExecContext(ctx, fmt.Sprintf(query, table, column))
				require.ErrorContains(t, err, table+" is append-only")
			}
		})
	}
}
