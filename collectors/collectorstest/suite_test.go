package collectorstest

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

func TestRunPassesAnHonestProvider(t *testing.T) {
	t.Parallel()
	Run(t, toySuite(toy{}))
}

// Each dishonest provider is one the suite exists to catch.
func TestRunCatches(t *testing.T) {
	t.Parallel()
	denied := toySuite(toy{}).faults()[0]
	for name, tc := range map[string]struct {
		toy       toy
		operation string
		says      string
	}{
		"a failed list that passes for an empty one":     {toy{ignoreListErrors: true}, getThings, "says it is complete"},
		"a lock that cannot be read passing for none":    {toy{ignoreLockErrors: true}, getLock, "archived: was true and is false"},
		"a field that becomes nil without a reason":      {toy{forgetHole: true}, getLock, "no hole says why"},
		"a hole that does not say which read has failed": {toy{vagueHole: true}, getLock, "no hole names it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := toySuite(tc.toy)
				healthy := s.look(t.Context(), t, s.Base, nil, nil)
				s.requireWhole(t, healthy)
				only := func(op string, _ *transport.Meter) bool { return op == tc.operation }
				got := s.look(t.Context(), t, inject{base: s.Base, fault: denied, when: only}, healthy.feeds(), nil)
				require.Contains(t, caught(func(c require.TestingT) {
					requireHonest(c, healthy, got)
					requireNamed(c, healthy, got, tc.operation, denied)
				}), tc.says)
			})
		})
	}
}

func TestRunCatchesAtHealth(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Suite)
		says   string
	}{
		"a declared read that is not used":           {func(s *Suite) { s.Provider.Discovery.Reads = append([]string{"GET /more"}, getMe) }, "did not use"},
		"a read that is conditional and always used": {func(s *Suite) { s.Conditional = []string{getLock} }, "every collector that declares it used it"},
		"a collector that finds nothing":             {func(s *Suite) { s.Empty = []string{"toy_things"} }, "found something"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := toySuite(toy{})
				tc.change(&s)
				healthy := s.look(t.Context(), t, s.Base, nil, nil)
				require.Contains(t, caught(func(c require.TestingT) { s.requireWhole(c, healthy) }), tc.says)
			})
		})
	}
}

func TestRunCatchesAnUndeclaredRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := toySuite(toy{callsUndeclared: true})
		got := s.look(t.Context(), t, s.Base, nil, nil)
		require.Contains(t, caught(func(c require.TestingT) { requireRun(t.Context(), c, got) }), "does not declare it")
	})
}

func TestServe(t *testing.T) {
	t.Parallel()
	base := Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://toy.test/", http.NoBody)
	require.NoError(t, err)
	_, err = base.RoundTrip(req)
	require.ErrorContains(t, err, "unexpected EOF")
}

// caught is what a failing requirement says.
func caught(f func(require.TestingT)) string {
	c := &catcher{}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(c) {
				panic(v)
			}
		}()
		f(c)
	}()
	return c.said
}

type catcher struct{ said string }

func (c *catcher) Errorf(format string, args ...any) { c.said += fmt.Sprintf(format, args...) }
func (c *catcher) FailNow()                          { panic(c) }
