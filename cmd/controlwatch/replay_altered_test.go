package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// hand is somebody with the file in hand, who knows its form.
type hand struct {
	t  testing.TB
	db *sql.DB
}

func (c *company) hand() hand {
	c.t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(c.dsn, "sqlite:"))
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, db.Close()) })
	h := hand{c.t, db}
	for _, table := range []string{"assessment", "assessment_inputs", "blob", "drift", "finding_state", "fact_change", "record", "pull", "plan"} {
		h.exec("DROP TRIGGER " + table + "_no_update")
		h.exec("DROP TRIGGER " + table + "_no_delete")
	}
	return h
}

func (h hand) exec(query string, args ...any) {
	h.t.Helper()
	result, err := h.db.ExecContext(h.t.Context(), query, args...)
	require.NoError(h.t, err, query)
	if strings.HasPrefix(query, "UPDATE") || strings.HasPrefix(query, "DELETE") {
		n, err := result.RowsAffected()
		require.NoError(h.t, err)
		require.Positive(h.t, n, "%s changed nothing", query)
	}
}

func (h hand) read(query string, into ...any) {
	h.t.Helper()
	require.NoError(h.t, h.db.QueryRowContext(h.t.Context(), query).Scan(into...), query)
}

// rewrite changes a body and gives it the digest it then has.
func (h hand) rewrite(blob int64, old, other string) {
	h.t.Helper()
	var body []byte
	h.read(fmt.Sprintf("SELECT body FROM blob WHERE id = %d", blob), &body)
	require.Contains(h.t, string(body), old)
	body = []byte(strings.Replace(string(body), old, other, 1))
	sum := sha256.Sum256(body)
	h.exec("UPDATE blob SET body = $1, digest = $2 WHERE id = $3", body, sum[:], blob)
}

// firstState gives the place of the first state in a row of finding_state; the form
// is described in store/finding_state.go.
func firstState(t testing.TB, packed []byte) int {
	t.Helper()
	t.Helper()
	i := 1
	next := func() uint64 {
		v, n := binary.Uvarint(packed[i:])
		require.Positive(t, n)
		i += n
		return v
	}
	for range next() {
		require.Zero(t, next(), "a digest")
		i += 32
	}
	for range next() {
		_, n := binary.Varint(packed[i:])
		require.Positive(t, n)
		i += n
	}
	return i
}

// Somebody alters one record; the replay names it, and the first thing it names is it.
func TestReplayNamesWhatWasAltered(t *testing.T) {
	t.Parallel()
	whole := lived(t)
	for name, test := range map[string]struct {
		alter func(hand) // the newest assessment but four is the one in which Marie loses her factor
		first func(*testing.T, soc2.Difference)
		all   func(*testing.T, replayOut)
	}{
		"a verdict": {
			alter: func(h hand) {
				var resource, seq int64
				var packed []byte
				h.read("SELECT s.resource, s.seq, s.states FROM finding_state s JOIN resource r ON r.id = s.resource WHERE r.provider = 'okta' AND r.kind = 'User' AND r.id IN (SELECT c.resource FROM fact_change c JOIN blob b ON b.id = c.blob WHERE CAST(b.body AS TEXT) LIKE '%\"name\":\"marie@acme-robotics.example\"%') ORDER BY s.seq DESC LIMIT 1", &resource, &seq, &packed)
				packed[firstState(h.t, packed)] ^= 3
				h.exec("UPDATE finding_state SET states = $1 WHERE resource = $2 AND seq = $3", packed, resource, seq)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordFinding, d.Record)
				require.Equal(t, "marie@acme-robotics.example", d.Resource.Name)
				require.NotNil(t, d.Outcome)
			},
			all: func(t *testing.T, out replayOut) {
				t.Helper()
				require.Len(t, out.Differences, 1, "what came after is not blamed")
				require.Equal(t, 6, out.Reproduced)
			},
		},
		"a fact, under a digest that fits": {
			alter: func(h hand) {
				var blob int64
				h.read("SELECT c.blob FROM fact_change c JOIN resource r ON r.id = c.resource JOIN blob b ON b.id = c.blob WHERE r.provider = 'okta' AND r.kind = 'User' AND instr(b.body, CAST('marie@' AS BLOB)) > 0 ORDER BY c.seq LIMIT 1", &blob)
				h.rewrite(blob, `"admin":`, `"admin_":`)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordFinding, d.Record)
				require.Contains(t, d.Stored, "judged ")
			},
			all: func(t *testing.T, out replayOut) {
				t.Helper()
				require.True(t, slices.ContainsFunc(out.Differences, func(d soc2.Difference) bool {
					return d.Resource.Name == "marie@acme-robotics.example" && d.Assessment == out.Differences[0].Assessment
				}), "and what is derived from it")
			},
		},
		"a fact, under its digest": {
			alter: func(h hand) {
				h.exec("UPDATE blob SET body = CAST(REPLACE(CAST(body AS TEXT), 'marie', 'maria') AS BLOB) WHERE id = (SELECT c.blob FROM fact_change c JOIN blob b ON b.id = c.blob WHERE instr(b.body, CAST('marie@' AS BLOB)) > 0 ORDER BY c.seq LIMIT 1)")
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordEvidence, d.Record)
				require.Contains(t, d.Replayed, "not those of digest")
			},
		},
		"a fact that never was": {
			alter: func(h hand) {
				h.exec("DELETE FROM fact_change WHERE seq = (SELECT MIN(seq) FROM fact_change) AND resource = (SELECT MIN(resource) FROM fact_change WHERE seq = (SELECT MIN(seq) FROM fact_change))")
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordFinding, d.Record)
			},
		},
		"drift that nobody was to see": {
			alter: func(h hand) {
				h.exec("DELETE FROM drift WHERE control = 'default-branches-are-protected' OR change = 'opened'")
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordDrift, d.Record)
				require.Equal(t, "nothing", d.Stored)
			},
		},
		"a counter": {
			alter: func(h hand) {
				var blob int64
				h.read("SELECT result FROM assessment ORDER BY seq LIMIT 1", &blob)
				h.rewrite(blob, `"accepted":0`, `"accepted":1`)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordControl, d.Record)
				require.Contains(t, d.Stored, "1 accepted")
				require.Contains(t, d.Replayed, "0 accepted")
			},
		},
		"when it was judged": {
			alter: func(h hand) {
				h.exec("UPDATE assessment SET at = at + 1 WHERE seq = (SELECT MIN(seq) FROM assessment)")
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordFinding, d.Record)
				require.Contains(t, d.Replayed, "first seen")
			},
		},
		"who judged": {
			alter: func(h hand) { h.exec("UPDATE assessment SET parameters = 'x'") },
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordBasis, d.Record)
				require.Equal(t, "parameters", d.Subject)
			},
		},
		"the catalogue, and its place": {
			alter: func(h hand) {
				var blob int64
				var old string
				h.read("SELECT b.id, lower(hex(b.digest)) FROM record r JOIN blob b ON b.id = r.blob WHERE r.kind = 'catalogue'", &blob, &old)
				h.rewrite(blob, `"impact":5`, `"impact":1`)
				var digest string
				h.read(fmt.Sprintf("SELECT lower(hex(digest)) FROM blob WHERE id = %d", blob), &digest)
				h.read("SELECT MAX(basis) FROM assessment_inputs", &blob)
				h.rewrite(blob, old, digest)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordBasis, d.Record)
				require.Contains(t, d.Stored, "says otherwise")
			},
		},
		"what it was made of": {
			alter: func(h hand) {
				var blob int64
				h.read("SELECT MAX(basis) FROM assessment_inputs", &blob)
				h.rewrite(blob, `"sources":{"`, `"sources":{"x`)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordFeeds, d.Record, "a source that was judged is not")
			},
		},
		"the scope": {
			alter: func(h hand) {
				var blob int64
				h.read("SELECT MAX(basis) FROM assessment_inputs", &blob)
				h.rewrite(blob, `"Security"`, `"Privacy"`)
			},
			first: func(t *testing.T, d soc2.Difference) {
				t.Helper()
				require.Equal(t, soc2.RecordCriterion, d.Record)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.remember(whole)
			test.alter(c.hand())
			code, out, stderr := c.replayed()
			require.Equal(t, exitGap, code, stderr)
			require.NotEmpty(t, out.Differences)
			test.first(t, out.Differences[0])
			require.NotEmpty(t, out.Differences[0].Assessment)
			if test.all != nil {
				test.all(t, out)
			}
		})
	}
}
