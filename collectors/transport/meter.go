package transport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Meter counts the calls of one run of one collector over one scope, and tells
// the guard what that collector may read. Safe for concurrent use.
type Meter struct {
	collector evidence.Collector
	scope     evidence.Scope

	mu     sync.Mutex
	counts map[string]int
	ids    int
	digest hash.Hash
	failed []string
	clock  clock

	captured captured
}

// NewMeter starts counting for a collector over a scope.
func NewMeter(c evidence.Collector, s evidence.Scope) *Meter {
	return &Meter{collector: c, scope: s, counts: map[string]int{}, digest: sha256.New()}
}

type meterKey struct{}

// WithMeter gives the requests made under a context to a meter.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

// MeterFrom is the meter that counts requests made under a context, or nil.
func MeterFrom(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}

// Collector is what runs.
func (m *Meter) Collector() evidence.Collector { return m.collector }

// Scope is what it runs over.
func (m *Meter) Scope() evidence.Scope { return m.scope }

// Count takes note of one attempt of an operation that is no HTTP request, such
// as reading a folder, for collectors that declare one. A nil Meter counts
// nothing.
func (m *Meter) Count(operation string) {
	if m != nil {
		m.count(operation, "", false)
	}
}

// count takes note of one attempt. The digest is over the ids in the order in
// which the answers came, each followed by a line feed.
func (m *Meter) count(operation, requestID string, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[operation]++
	if requestID == "" {
		return
	}
	m.ids++
	_, _ = io.WriteString(m.digest, requestID+"\n") // a hash never fails to write
	if failed {
		m.failed = append(m.failed, requestID)
	}
}

// date takes note of when an answer was made, by the provider's clock and ours.
func (m *Meter) date(h http.Header, asked, had time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock.see(h, asked, had)
}

// Fill writes what was counted into a pull.
func (m *Meter) Fill(p *evidence.Pull) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.OperationCounts = maps.Clone(m.counts)
	p.RequestIDs = evidence.RequestIDs{Count: m.ids, Failed: slices.Clone(m.failed)}
	p.Clock = m.clock.record()
	if m.captured.on {
		p.Answers = m.captured.record()
	}
	if m.ids > 0 {
		p.RequestIDs.Digest = hex.EncodeToString(m.digest.Sum(nil))
	}
}
