package evaluators

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Course judges one view after another, as Engine.Stream would, and judges again
// only what can come out otherwise than in the view before. What is said of a fact
// depends on
//
//   - its stored bytes, named by their digest, and the holes recorded with it;
//   - whether it is stale, which Sight says;
//   - the clock, where one of the checks of its kind reads it;
//   - where something is derived for its kind: the facts of the kinds that rules
//     look up, whether those are stale, and which lists were seen to their end.
//     Rules read no clock: they are not given one.
//
// A fact for which all of that is as it was is not judged again. What stands behind
// no fact, lists that were not seen and attestations, is judged every time.
//
// It holds every fact and finding of the view in memory. It is for one goroutine.
type Course struct {
	engine  *Engine
	clocked map[evidence.Kind]bool
	held    map[evidence.Key]*heldFact
	at      time.Time
	feeds   []evidence.FeedState
	judged  Judged
}

// heldFact is a fact and what was said of it.
type heldFact struct {
	fact     evidence.Fact // as stored
	stale    evidence.Hole
	lost     bool
	findings []soc2.Finding
	derived  evidence.Fact
	inputs   string   // digest of derived
	checks   []*check // by finding
	again    bool     // something about the fact itself is other than it was
}

// Course begins without any view.
func (e *Engine) Course() *Course {
	c := &Course{engine: e, clocked: map[evidence.Kind]bool{}}
	for kind, checks := range e.byKind {
		c.clocked[kind] = slices.ContainsFunc(checks, (*check).clocked)
	}
	return c
}

// Stream yields what Engine.Stream yields. It returns how many facts it judged; the
// others came out as before.
func (c *Course) Stream(ctx context.Context, view evidence.View, yield func(*soc2.Judged) error) (judged int, err error) {
	held := c.held
	c.held = nil // whatever goes wrong, the next view is judged from the start
	facts := make([]evidence.Fact, 0, len(held))
	known := evidence.Snapshot{At: view.At, Feeds: view.Feeds}
	for f, err := range view.Facts(ctx, func(evidence.Kind) bool { return true }) {
		if err != nil {
			return 0, fmt.Errorf("evaluate: %w", err)
		}
		facts = append(facts, f)
		if derive.Context(f.Resource.Kind) || f.Resource.Kind == attestationKind {
			known.Facts = append(known.Facts, f)
		}
	}
	pass := &coursePass{
		Course: c, sight: sight.Of(known), deriver: derive.New(known), at: view.At, yield: yield,
		next: make(map[evidence.Key]*heldFact, len(facts)),
	}
	same := held != nil && sameSights(c.feeds, c.at, view.Feeds, view.At)
	looked := 0 // facts that rules look up, more than before
	for i := range facts {
		f := &facts[i]
		n := &heldFact{fact: *f}
		n.stale, n.lost = pass.sight.Fact(f)
		was := held[f.Resource.Key()]
		alike := was != nil && was.alike(n)
		if alike {
			n.findings, n.derived, n.inputs, n.checks = was.findings, was.derived, was.inputs, was.checks
		} else {
			n.again = true
		}
		if derive.Context(f.Resource.Kind) {
			same = same && alike
			looked++
		}
		pass.next[f.Resource.Key()] = n
	}
	for _, was := range held { // one that has gone is looked up no more
		if derive.Context(was.fact.Resource.Kind) {
			looked--
		}
	}
	same = same && looked == 0
	others := pass.standing(known)
	for i := range facts {
		f := &facts[i]
		key := f.Resource.Key()
		if others, err = pass.others(others, &key); err != nil {
			return pass.judgedFacts, err
		}
		n := pass.next[key]
		again := n.again || !same && derive.Applies(key.Kind, f.Resource.Type)
		if err := pass.fact(ctx, n, again); err != nil {
			return pass.judgedFacts, err
		}
	}
	if _, err := pass.others(others, nil); err != nil {
		return pass.judgedFacts, err
	}
	c.held, c.at, c.feeds = pass.next, view.At, view.Feeds
	return pass.judgedFacts, nil
}

// alike says that nothing about the fact itself is other than it was.
func (h *heldFact) alike(now *heldFact) bool {
	return h.fact.Digest != "" && h.fact.Digest == now.fact.Digest && h.fact.Resource == now.fact.Resource &&
		slices.Equal(h.fact.Holes, now.fact.Holes) && h.lost == now.lost && h.stale == now.stale
}

// sameSights says that each list of each feed is seen as well as it was.
func sameSights(before []evidence.FeedState, then time.Time, now []evidence.FeedState, at time.Time) bool {
	return slices.EqualFunc(before, now, func(a, b evidence.FeedState) bool {
		if a.ID != b.ID || a.Source != b.Source || a.MaxAge != b.MaxAge || !slices.Equal(a.Populations, b.Populations) {
			return false
		}
		for _, p := range a.Populations {
			x, lostX := a.HoleAt(p.Type, then)
			y, lostY := b.HoleAt(p.Type, at)
			if a.Last == nil && b.Last == nil {
				x.Since, y.Since = time.Time{}, time.Time{} // is the time judged at
			}
			if lostX != lostY || x != y {
				return false
			}
		}
		return true
	})
}

// standing is what no fact stands behind.
func (p *coursePass) standing(known evidence.Snapshot) []soc2.Finding {
	derived := known
	derived.Facts = nil
	for _, f := range known.Facts {
		if f.Resource.Kind == attestationKind {
			derived.Facts = append(derived.Facts, p.deriver.Derive(f))
		}
	}
	others := append(p.engine.unseenScopes(known.Feeds, known.At), p.engine.attestations(p.sight, derived)...)
	slices.SortStableFunc(others, func(a, b soc2.Finding) int {
		return cmp.Or(a.Resource.Key().Compare(b.Resource.Key()), a.Compare(b))
	})
	return others
}

// coursePass is one view being judged.
type coursePass struct {
	*Course
	sight       *sight.Sight
	deriver     *derive.Deriver
	at          time.Time
	next        map[evidence.Key]*heldFact
	yield       func(*soc2.Judged) error
	judgedFacts int
	out         soc2.Judged
}

// fact yields what is said of a fact. Whoever is given it may mark it.
func (p *coursePass) fact(ctx context.Context, n *heldFact, again bool) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	switch {
	case !again && p.clocked[n.fact.Resource.Kind]:
		p.judgedFacts++
		if err := p.tick(ctx, n); err != nil {
			return err
		}
	case again:
		p.judgedFacts++
		j := &p.judged
		j.Resource, j.Holes = n.fact.Resource, n.fact.Holes
		if err := p.engine.deriveAndJudge(ctx, p.sight, p.at, p.deriver.Derive, n.fact, j); err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		for i := range j.Findings {
			if o := j.Findings[i].Outcome; o == soc2.Fail || o == soc2.Unobserved {
				j.Findings[i].Observed = observed.Render(&j.fact, j.checks[i].shown)
			}
		}
		n.findings, n.checks, n.derived, n.inputs = slices.Clone(j.Findings), slices.Clone(j.checks), j.fact, ""
		if len(n.findings) > 0 {
			n.inputs = n.findings[0].Inputs // they are all judged from one
		}
	}
	p.out.Resource, p.out.Holes = n.fact.Resource, n.fact.Holes
	p.out.Seen, p.out.Asset = &n.derived, nil
	p.out.Findings = append(p.out.Findings[:0], n.findings...)
	return p.yield(&p.out)
}

// tick judges again what the clock can have changed: the checks that read it. One
// that is stale is not seen whatever the time.
func (p *coursePass) tick(ctx context.Context, n *heldFact) error {
	if n.lost || len(n.checks) == 0 {
		return nil
	}
	subject, broken := n.checks[0].env.Subject(n.derived.Body, &n.derived.Resource, p.at)
	for i, k := range n.checks {
		if broken != nil || !k.clocked() {
			continue // what is broken is so at any time
		}
		f := k.finding(&n.derived, n.inputs)
		under := subject.With(k.env)
		if err := k.judge(ctx, verdict{&f}, &n.derived, &under); err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		if f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved {
			f.Observed = observed.Render(&n.derived, k.shown)
		}
		n.findings[i] = f
	}
	return nil
}

// clocked says that the answer can change with time alone.
func (k *check) clocked() bool { return k.pass.Clocked() || k.when != nil && k.when.Clocked() }

// others yields those that come before a key; without one, all that are left.
func (p *coursePass) others(all []soc2.Finding, end *evidence.Key) ([]soc2.Finding, error) {
	for len(all) > 0 && (end == nil || all[0].Resource.Key().Compare(*end) < 0) {
		n := 0
		for n < len(all) && all[n].Resource.Key() == all[0].Resource.Key() {
			n++
		}
		p.out.Resource, p.out.Holes = all[0].Resource, nil
		p.out.Seen, p.out.Asset = nil, nil
		p.out.Findings = append(p.out.Findings[:0], all[:n]...)
		all = all[n:]
		if err := p.yield(&p.out); err != nil {
			return all, err
		}
	}
	return all, nil
}
