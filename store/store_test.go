package store

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/controlwatch/controlwatch/evidence"
)

// TestMain runs the test binary as a child process of a test when it is asked to.
func TestMain(m *testing.M) {
	if run, ok := children[os.Getenv(childVariable)]; ok {
		if err := run(os.Args[1:]); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1) //nolint:forbidigo // this is the child's main
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// testClock is a clock that tests turn by hand.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func setup(tb testing.TB) (*Store, *testClock) {
	tb.Helper()
	clock := &testClock{now: noon}
	return open(tb, filepath.Join(tb.TempDir(), "controlwatch.db"), Options{Clock: clock.Now, Version: "test"}), clock
}

func open(tb testing.TB, path string, options Options) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), "sqlite:"+path, options)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

const source = "acme-aws"

var (
	userPopulation = evidence.Population{Kind: "User", Type: "aws.iam.user"}
	keyPopulation  = evidence.Population{Kind: "AccessKey", Type: "aws.iam.access_key"}
	usersFeed      = evidence.FeedID{Collector: "aws_iam_users", Scope: evidence.Scope{Provider: "aws", Account: "111122223333"}}
)

func plan(at time.Time, feeds ...evidence.PlannedFeed) evidence.Plan {
	return evidence.Plan{Source: source, Provider: "aws", At: at, Principal: "arn:aws:iam::111122223333:user/audit", Feeds: feeds}
}

func planned(id evidence.FeedID, populations ...evidence.Population) evidence.PlannedFeed {
	return evidence.PlannedFeed{ID: id, Populations: populations}
}

// pullOf is a complete pull of a feed that took a second until at.
func pullOf(at time.Time, id evidence.FeedID, populations ...evidence.Population) evidence.Pull {
	return evidence.Pull{
		Source: source, Collector: id.Collector, CollectorVersion: "1", Scope: id.Scope, Populations: populations,
		StartedAt: at.Add(-time.Second), FinishedAt: at, OperationCounts: map[string]int{"iam:ListUsers": 1},
	}
}

func denied(p evidence.Pull, populationType string) evidence.Pull {
	p.Holes = append(p.Holes, evidence.Hole{Type: populationType, Reason: evidence.Denied, Operation: "iam:ListUsers", Detail: "AccessDenied"})
	return p
}

func user(id string, mfa bool) evidence.Fact {
	return evidence.Fact{
		Resource: evidence.Resource{Provider: "aws", Account: "111122223333", Kind: "User", Type: "aws.iam.user", ID: id, Name: id},
		Body:     &evidence.User{MFA: &evidence.MFA{Enabled: &mfa}},
	}
}

// users are the facts of a snapshot: by id, whether MFA is on.
func users(tb testing.TB, snap evidence.Snapshot) map[string]bool {
	tb.Helper()
	all := map[string]bool{}
	for _, f := range snap.Facts {
		require.NotContains(tb, all, f.Resource.ID, "a resource is in a snapshot once")
		all[f.Resource.ID] = *f.Body.(*evidence.User).MFA.Enabled
	}
	return all
}

func snapshot(tb testing.TB, s *Store, at time.Time) evidence.Snapshot {
	tb.Helper()
	snap, err := s.Snapshot(tb.Context(), at, map[string]time.Duration{source: 24 * time.Hour})
	require.NoError(tb, err)
	return snap
}

func number(tb testing.TB, s *Store, query string) int64 {
	tb.Helper()
	var n int64
	require.NoError(tb, s.readers.QueryRowContext(tb.Context(), query).Scan(&n))
	return n
}

// dump is every row of a query in one text.
func dump(tb testing.TB, s *Store, query string) string {
	tb.Helper()
	var all [][]any
	dumpEach(tb, s, query, func(row []any) { all = append(all, row) })
	text, err := json.Marshal(all)
	require.NoError(tb, err)
	return string(text)
}

func dumpEach(tb testing.TB, s *Store, query string, row func([]any)) {
	tb.Helper()
	require.NoError(tb, s.read(tb.Context(), "dump", func(tx session) error {
		return tx.each(tb.Context(), func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values, targets := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				return err
			}
			row(values)
			return nil
		}, query)
	}))
}

func numbered(prefix string, n int, mfa bool) []evidence.Fact {
	facts := make([]evidence.Fact, n)
	for i := range facts {
		facts[i] = user(prefix+strconv.Itoa(i), mfa)
	}
	return facts
}
