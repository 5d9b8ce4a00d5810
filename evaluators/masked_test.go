package evaluators

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// plants put what has the form of a secret into a text: beside it, in its place,
// and of a form of which nothing is left to tell one from another.
var plants = []func(text, unique string) string{
	func(text, unique string) string { return text + " AKIA" + unique },
	func(_, unique string) string { return "ghp_" + unique + unique },
	func(_, unique string) string { return "password=" + unique },
	func(text, unique string) string { return "https://user:" + unique + "@" + text },
	func(text, unique string) string { return text + "?token=" + unique },
}

// Masking comes before judging. Whatever holds a secret, and wherever: no case that
// fails, or cannot be judged, passes because the secret was masked.
func TestMaskingTurnsNoVerdict(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	files, err := caseFiles(catalogue.Files())
	require.NoError(t, err)
	var masked, judged atomic.Int64
	t.Run("controls", func(t *testing.T) {
		t.Parallel()
		for _, file := range files {
			id := strings.TrimSuffix(path.Base(file), catalogue.CasesSuffix)
			i := slices.IndexFunc(cat.Controls, func(c soc2.Control) bool { return c.ID == id })
			require.GreaterOrEqual(t, i, 0, file)
			t.Run(id, func(t *testing.T) {
				t.Parallel()
				cases, err := readCases(catalogue.Files(), file, cat.Controls[i])
				require.NoError(t, err)
				for _, c := range cases {
					engine, err := New(soc2.Catalogue{Controls: []soc2.Control{cat.Controls[i]}}, map[string]map[string]any{id: c.Parameters})
					require.NoError(t, err)
					for where, planted := range c.planted(t) {
						m := planted
						m.facts = slices.Clone(planted.facts)
						changed := false
						for n, f := range m.facts {
							out, found, err := f.Masked()
							require.NoError(t, err)
							m.facts[n], changed = out, changed || len(found) > 0
						}
						if !changed { // the id of an access key is none where it is its name
							continue
						}
						masked.Add(1)
						now, err := m.judged(t.Context(), engine, m.world())
						require.NoError(t, err)
						if now.outcome != soc2.Pass {
							continue
						}
						judged.Add(1)
						was, err := planted.judged(t.Context(), engine, planted.world())
						require.NoError(t, err)
						require.Contains(t, []soc2.Outcome{soc2.Pass, soc2.NotApplicable}, was.outcome,
							"%s:%d %s: a secret in %s, masked, makes it pass", file, c.line, c.Name, where)
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		require.Greater(t, masked.Load(), int64(10000))
		require.Positive(t, judged.Load())
	})
}

// planted are copies of a case with secrets in its facts: in each text alone, and in
// all texts at once, each another.
func (c testCase) planted(t *testing.T) map[string]testCase {
	t.Helper()
	all := map[string]testCase{}
	for n, plant := range plants {
		everywhere := c
		everywhere.facts = slices.Clone(c.facts)
		for i, f := range c.facts {
			b, err := json.Marshal(f)
			require.NoError(t, err)
			places := texts(t, b)
			for _, place := range places {
				if f, ok := withTexts(t, f, b, func(at, text string) string {
					if at != place {
						return text
					}
					return plant(text, unique(place))
				}); ok {
					one := c
					one.facts = slices.Clone(c.facts)
					one.facts[i] = f
					all[fmt.Sprintf("%s of fact %d, form %d", place, i, n)] = one
				}
			}
			// Those that hold no free text are left as they are.
			free := map[string]bool{}
			for _, place := range places {
				_, free[place] = all[fmt.Sprintf("%s of fact %d, form %d", place, i, n)]
			}
			if f, ok := withTexts(t, f, b, func(at, text string) string {
				if !free[at] {
					return text
				}
				return plant(text, unique(strconv.Itoa(i)+at))
			}); ok && slices.Contains(slices.Collect(maps.Values(free)), true) {
				everywhere.facts[i] = f
				all[fmt.Sprintf("everything, form %d", n)] = everywhere
			}
		}
	}
	return all
}

// unique is 20 letters and digits that stand for a place, as an access key has.
func unique(place string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	digest := evidence.Digest([]byte(place))
	var b strings.Builder
	for i := range 16 {
		b.WriteByte(alphabet[(int(digest[2*i])*31+int(digest[2*i+1]))%len(alphabet)])
	}
	return b.String()
}

// texts are the places of texts in a fact that may hold anything: its name and its
// body. What identifies it decides which fact is judged, and stays.
func texts(t *testing.T, fact []byte) (places []string) {
	t.Helper()
	tree, err := evidence.Tree(fact)
	require.NoError(t, err)
	visit(tree, "", func(at, text string) string {
		if at == "resource.name" || strings.HasPrefix(at, "body.") {
			places = append(places, at)
		}
		return text
	})
	return places
}

// withTexts is the fact with other texts; false: it could not be read so.
func withTexts(t *testing.T, was evidence.Fact, fact []byte, change func(at, text string) string) (evidence.Fact, bool) {
	t.Helper()
	tree, err := evidence.Tree(fact)
	require.NoError(t, err)
	b, err := json.Marshal(visit(tree, "", change))
	require.NoError(t, err)
	f, err := evidence.DecodeFact(b)
	if err != nil { // a date, say
		return evidence.Fact{}, false
	}
	f.Seen, f.Digest = was.Seen, was.Digest
	for i := range f.Holes {
		f.Holes[i].Since = was.Holes[i].Since
	}
	return f, true
}

func visit(v any, at string, change func(at, text string) string) any {
	switch v := v.(type) {
	case string:
		return change(at, v)
	case []any:
		for i := range v {
			v[i] = visit(v[i], at+"["+strconv.Itoa(i)+"]", change)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			v[k] = visit(v[k], strings.TrimPrefix(at+"."+k, "."), change)
		}
	}
	return v
}
