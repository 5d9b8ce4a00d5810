// Package collectorstest is the suite every provider's collectors pass: what is
// there is seen whole, and what cannot be seen is a hole and changes nothing
// else. It knows no provider.
//
// It imports the runner and with it every provider, so a provider calls it from
// an external test package (package aws_test).
package collectorstest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

// Suite is a provider under test.
type Suite struct {
	Provider connect.Provider
	// Base answers like a healthy provider, the same every time: a
	// replay.Player, Serve over a handler, or a server reached over the network.
	// Nil for a provider that makes no calls.
	Base http.RoundTripper
	// Network says that Base leaves the process. Clocks then run at their real
	// speed, so faults that make a client wait are left out.
	Network bool
	// Open gives the sources under test. It is called for every look, and every
	// request must pass the seam.
	Open func(t *testing.T, seam *transport.Seam) []connect.Source
	// Deny and Throttle answer as the provider does to what it does not permit,
	// and to what comes too often. Throttle nil: 429.
	Deny     func(req *http.Request, operation string) *http.Response
	Throttle func(req *http.Request, operation string) *http.Response
	// Conditional are the declared reads that a healthy Base does not cause.
	Conditional []string
	// Empty are the collectors that find nothing in a healthy Base.
	Empty []string
}

// Run looks once at the healthy provider and then, for every fault and every
// operation that was used, again.
func Run(t *testing.T, s Suite) {
	t.Helper()
	require.NotNil(t, s.Open, "Suite.Open")
	if s.Base == nil {
		s.Base = nobody{}
	}
	var healthy seen
	t.Run("a healthy provider is seen whole", func(t *testing.T) {
		s.bubble(t, func(t *testing.T) { healthy = s.see(t.Context(), t, s.Base, nil) })
		s.requireWhole(t, healthy)
	})
	if t.Failed() {
		return // against an unknown health nothing can be compared
	}
	t.Run("a cancelled look ends at once and commits nothing", func(t *testing.T) {
		t.Parallel()
		s.bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			got := s.see(ctx, t, s.Base, healthy.feeds())
			require.ErrorIs(t, got.err, context.Canceled)
			require.Empty(t, got.pulls)
		})
	})
	operations := healthy.operations()
	if len(operations) == 0 {
		return
	}
	if !s.Network {
		t.Run("a look cancelled while the provider is silent ends at once", func(t *testing.T) {
			t.Parallel()
			s.bubble(t, func(t *testing.T) { s.cancelledMidway(t, healthy) })
		})
	}
	for i, f := range s.faults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, operation := range operations {
				t.Run("to "+operation, func(t *testing.T) {
					t.Parallel()
					s.bubble(t, func(t *testing.T) {
						only := func(op string, _ *transport.Meter) bool { return op == operation }
						concerned := healthy
						if i > 0 { // that the others stay whole is asked under the first fault
							concerned = healthy.concernedBy(operation)
						}
						got := s.seeOf(t.Context(), t, inject{base: s.Base, fault: f, when: only}, concerned)
						requireHonest(t, concerned, got)
						requireNamed(t, concerned, got, operation, f)
					})
				})
			}
			t.Run("to every read of the collectors", func(t *testing.T) {
				t.Parallel()
				s.bubble(t, func(t *testing.T) {
					collecting := func(_ string, m *transport.Meter) bool { return m.Collector().Name != s.Provider.Discovery.Name }
					got := s.see(t.Context(), t, inject{base: s.Base, fault: f, when: collecting}, healthy.feeds())
					requireHonest(t, healthy, got)
					requireLost(t, healthy, got, f)
				})
			})
			t.Run("to everything, to a source never seen before", func(t *testing.T) {
				t.Parallel()
				s.bubble(t, func(t *testing.T) {
					got := s.see(t.Context(), t, inject{base: s.Base, fault: f, when: always}, nil)
					s.requireNothing(t, healthy, got, f)
				})
			})
		})
	}
}

// bubble runs a look where waiting takes no time and a goroutine left behind is
// an error, unless the base is outside the process.
func (s Suite) bubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	if s.Network {
		f(t)
		return
	}
	synctest.Test(t, f)
}

func always(string, *transport.Meter) bool { return true }
