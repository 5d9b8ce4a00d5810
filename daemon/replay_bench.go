package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

const deriveVersion = derive.Version

// bench is where assessments of one judge and one basis are made again.
type bench struct {
	basis     soc2.Basis
	scope     soc2.Scope
	ages      map[string]time.Duration
	catalogue soc2.Catalogue
	engine    *evaluators.Engine // nil: they cannot be judged again

	unproved    string // why they cannot be proved
	differences []soc2.Difference
	course      *evaluators.Course
}

type benchKey struct {
	basis int64
	judge soc2.Judge
}

func (r *Replayer) benchOf(ctx context.Context, m store.Made) (*bench, error) {
	key := benchKey{m.BasisKey(), m.Judge}
	if b, ok := r.benchs[key]; ok {
		return b, nil
	}
	b := &bench{}
	r.benchs[key] = b
	return b, r.furnish(ctx, m, b)
}

// furnish reads what an assessment was made of and compiles it.
func (r *Replayer) furnish(ctx context.Context, m store.Made, b *bench) error {
	broken := func(err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b.differences = append(b.differences, soc2.Difference{Record: soc2.RecordBasis, Stored: "what it was made of", Replayed: err.Error()})
		return nil
	}
	kept, err := r.Store.Basis(ctx, m)
	if err != nil {
		return broken(err)
	}
	if kept == nil {
		b.unproved = "it was made before scope, decisions and sources were kept with each assessment"
		return nil
	}
	if b.basis, err = soc2.ReadBasis(kept); err != nil {
		return broken(err)
	}
	if b.ages, err = b.basis.Ages(); err != nil {
		return broken(err)
	}
	if b.basis.Scope != nil {
		b.scope = *b.basis.Scope
	}
	body, err := r.Store.Recorded(ctx, "catalogue", b.basis.Catalogue)
	if err == nil && body == nil {
		err = fmt.Errorf("the catalogue %s is not in the store: it was altered; restore a copy of it", b.basis.Catalogue)
	}
	if err != nil {
		return broken(err)
	}
	inForce, err := catalogue.DecodeParameters(b.basis.Parameters)
	if err != nil {
		return broken(err)
	}
	same := m.Judge.Engine == evaluators.Version && m.Judge.Derive == derive.Version
	if !same {
		b.unproved = fmt.Sprintf("it was judged by engine %s with derivations %s, this program has %s and %s: what differs is shown as judgement changed",
			m.Judge.Engine, m.Judge.Derive, evaluators.Version, derive.Version)
	}
	if b.catalogue, err = catalogue.Decode(body); err == nil {
		b.engine, err = evaluators.New(b.catalogue, inForce)
	}
	if err == nil {
		b.engine = b.engine.ForSystems(b.basis.AttestedSystems())
	}
	switch {
	case err != nil && !same:
		b.unproved += "; and its catalogue cannot be read by this program: " + err.Error()
	case err != nil:
		return broken(err)
	default:
		b.differences = append(b.differences, r.otherJudge(m, b)...)
	}
	if r.whatIf() {
		return r.exchange(b, inForce)
	}
	return nil
}

// otherJudge says where what was kept is not what the assessment names.
func (r *Replayer) otherJudge(m store.Made, b *bench) (all []soc2.Difference) {
	now := b.engine.Judge()
	differ := func(what, was, is string) {
		if was != is {
			all = append(all, soc2.Difference{Record: soc2.RecordBasis, Subject: what, Stored: was, Replayed: is})
		}
	}
	differ("catalogue", m.Judge.Catalogue, now.Catalogue)
	differ("parameters", m.Judge.Parameters, now.Parameters)
	if r.Shipped.Digest == now.Catalogue {
		// A catalogue is named by the digest of its files, which are not kept. Where
		// they are at hand, what is kept must be what they say.
		a, errA := catalogue.Encode(r.Shipped)
		c, errC := catalogue.Encode(b.catalogue)
		if errA != nil || errC != nil || !bytes.Equal(a, c) {
			all = append(all, soc2.Difference{
				Record: soc2.RecordBasis, Subject: "catalogue", Stored: "a catalogue under the digest of the shipped one that says otherwise",
				Replayed: "the shipped catalogue " + now.Catalogue,
			})
		}
	}
	return all
}

// exchange puts what was asked for in the place of what was judged by.
func (r *Replayer) exchange(b *bench, inForce map[string]map[string]any) error {
	if len(b.differences) > 0 {
		return nil
	}
	cat := b.catalogue
	if r.Catalogue != nil {
		cat = *r.Catalogue
	}
	set := map[string]map[string]any{}
	for _, c := range cat.Controls {
		values := map[string]any{}
		for name := range c.Parameters { // of another catalogue, what it still knows
			if v, ok := inForce[c.ID][name]; ok && (r.Catalogue == nil || !sameValue(v, b.defaultOf(c.ID, name))) {
				values[name] = v
			}
		}
		maps.Copy(values, r.Set[c.ID])
		if len(values) > 0 {
			set[c.ID] = values
		}
	}
	for id := range r.Set {
		if set[id] == nil {
			set[id] = r.Set[id] // of no control: the engine says so
		}
	}
	engine, err := evaluators.New(cat, set)
	if err != nil {
		return fmt.Errorf("what would have judged: %w", err)
	}
	b.catalogue, b.engine = cat, engine.ForSystems(b.basis.AttestedSystems())
	r.out.Judge = engine.Judge()
	return nil
}

// defaultOf is a parameter's default in the catalogue that judged.
func (b *bench) defaultOf(control, name string) any {
	for _, c := range b.catalogue.Controls {
		if c.ID == control {
			return c.Parameters[name]
		}
	}
	return nil
}

func sameValue(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// stream judges a view. What cannot come out otherwise than in the assessment
// before is not judged again; see evaluators.Course.
func (b *bench) stream(ctx context.Context, view *store.View, out *soc2.Replay, yield func(*soc2.Judged) error) error {
	if b.course == nil {
		b.course = b.engine.Course()
	}
	judged, err := b.course.Stream(ctx, view.Evidence(), func(j *soc2.Judged) error {
		out.Resources++
		return yield(j)
	})
	out.Rejudged += int64(judged)
	return err
}
