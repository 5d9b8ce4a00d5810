package oscal_test

import (
	"encoding/json"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/report/oscal"
	"github.com/controlwatch/controlwatch/soc2"
)

type assessed struct {
	Results struct {
		UUID    string
		Results []struct {
			Observations []struct {
				UUID  string
				Props props
			}
			Findings []struct {
				Props   props
				Related []struct {
					UUID string `json:"observation-uuid"`
				} `json:"related-observations"`
				Target struct {
					ID     string `json:"target-id"`
					Status struct{ State, Reason, Remarks string }
				}
			}
		}
	} `json:"assessment-results"`
}

func readResults(t require.TestingT, text string) (r assessed) {
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	return r
}

func TestResultsAreValid(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for name, w := range map[string]*world{
		"nothing was seen":                newWorld(),
		"some":                            newWorld().find("people-use-mfa", "ada", soc2.Fail, 3).find("keys-are-young", "k", soc2.Unobserved, 2).find("systems-are-patched", "s", soc2.Pass, 1),
		"hostile":                         newWorld().hostile(),
		"a control that nobody describes": newWorld().find("what is this?", "ada", soc2.Fail, 1),
		"no control":                      {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := results(t, w.assessment(), w.in.Catalogue)
			valid(t, s, text)
			broken := strings.ReplaceAll(text, `"not-satisfied"`, `"fine"`)
			if broken != text {
				var document any
				require.NoError(t, json.Unmarshal([]byte(broken), &document))
				require.Error(t, s.Validate(document), "the schema tells")
			}
		})
	}
}

func TestEveryFindingIsInTheResults(t *testing.T) {
	t.Parallel()
	w := newWorld().find("people-use-mfa", "ada", soc2.Fail, 3).find("keys-are-young", "k", soc2.Unobserved, 2).find("what is this?", "ada", soc2.Fail, 1)
	r := readResults(t, results(t, w.assessment(), w.in.Catalogue)).Results.Results[0]
	require.Len(t, r.Observations, 6)
	related := map[string]int{}
	for _, f := range r.Findings {
		for _, o := range f.Related {
			related[o.UUID]++
		}
	}
	for _, o := range r.Observations {
		require.Equal(t, 1, related[o.UUID])
	}
	last := r.Findings[len(r.Findings)-1]
	require.Regexp(t, `^what_is_this_[0-9a-f]{8}$`, last.Target.ID)
	require.Equal(t, "what is this?", last.Props.of("control"))
	require.Equal(t, "not-satisfied", last.Target.Status.State)
}

// TestNothingUnseenIsSatisfied: only a control that passes whole is.
func TestNothingUnseenIsSatisfied(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		counts := map[string]map[soc2.Outcome]int{}
		for _, c := range w.in.Catalogue.Controls {
			counts[c.ID] = map[soc2.Outcome]int{}
			for _, o := range soc2.Outcomes {
				n := rapid.IntRange(0, 2).Draw(t, "n")
				counts[c.ID][o] = n
				w.find(c.ID, "x", o, n)
			}
			if rapid.Bool().Draw(t, "excluded") {
				w.in.Decisions = append(w.in.Decisions, soc2.Decision{
					ID: "x" + c.ID, Kind: soc2.Exclude, Control: c.ID, Reason: "r", Requester: "a", Approver: "b", Expires: now.AddDate(0, 1, 0),
					Select: soc2.Selector{ID: "*" + rapid.StringMatching(`[0-9]`).Draw(t, "digit")},
				})
			}
		}
		a := w.assessment()
		for _, f := range readResults(t, results(t, a, w.in.Catalogue)).Results.Results[0].Findings {
			n := counts[f.Target.ID]
			if f.Target.Status.State == "satisfied" && (n[soc2.Fail]+n[soc2.Unobserved] > 0 || n[soc2.Pass] == 0) {
				t.Fatalf("%s is satisfied with %v", f.Target.ID, n)
			}
		}
	})
}

func TestResultsAreOfAllOrNone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a := w.assessment()
	a.Narrowed = &soc2.Narrowed{}
	require.ErrorContains(t, oscal.AssessmentResults(io.Discard, a, w.in.Catalogue), "leave out what narrows it")
}

func TestResultsOfTheSameAreTheSame(t *testing.T) {
	t.Parallel()
	of := func(n int) (string, assessed) {
		w := newWorld().find("people-use-mfa", "ada", soc2.Fail, n)
		text := results(t, w.assessment(), w.in.Catalogue)
		return text, readResults(t, text)
	}
	one, a := of(2)
	again, _ := of(2)
	require.Equal(t, one, again)
	_, more := of(3)
	require.NotEqual(t, a.Results.UUID, more.Results.UUID)
}

// TestManyResultsAreNotHeld: fifty thousand findings are written one after the other.
func TestManyResultsAreNotHeld(t *testing.T) {
	w := newWorld().find("people-use-mfa", "ada", soc2.Fail, 25_000).find("keys-are-young", "k", soc2.Unobserved, 25_000)
	a := w.assessment()
	count := &measured{}
	runtime.GC()
	runtime.ReadMemStats(&count.before)
	require.NoError(t, oscal.AssessmentResults(count, a, w.in.Catalogue))
	require.Greater(t, count.written, 40<<20)
	require.Less(t, count.most, uint64(64<<20), "of %d MB", count.written>>20)
	t.Logf("%d MB written, at most %d MB held", count.written>>20, count.most>>20)
}

// measured counts what is written, and now and then what is in use.
type measured struct {
	written, looked int
	before          runtime.MemStats
	most            uint64
}

func (m *measured) Write(b []byte) (int, error) {
	m.written += len(b)
	if m.written-m.looked > 8<<20 {
		m.looked = m.written
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		m.most = max(m.most, s.HeapAlloc-min(m.before.HeapAlloc, s.HeapAlloc))
	}
	return len(b), nil
}
