package derive

import (
	"reflect"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// Version is raised whenever a derived value can come out differently from the
// same evidence.
const Version = "3"

// rule fills derived fields of one kind. It may change only those fields of the
// body it is given, and must set every one of them, nil included: what was
// stored in them once is not evidence. A kind may have several rules, each with
// fields of its own.
type rule struct {
	kind  evidence.Kind
	types []string // for others it only clears its fields; empty: none are others
	apply func(*world, *subject)
}

// rules lists every derivation. A new one is a file of its own and a line here.
var rules = []rule{
	administratorsRule,
	branchRuleRule,
	changeRequestRule,
	datastoreRule,
	fullTrailRule,
	globalConfigurationRule,
	artifactRule,
	backupServiceRule,
	encryptionKeyRule,
	lastBackupRule,
	queueRule,
	networkRuleRule,
	workloadRule,
	superAdministratorsRule,
	administratorSignOnRule,
	guardedApplicationsRule,
	retainedApplicationsRule,
	keyOwnerRule,
	repositoryAdministratorsRule,
	workflowRule,
	accountIdentityRule,
	grantRule,
	passwordPolicyRule,
	policyRule,
	roleRule,
	userAdminRule,
	personRule,
	employmentRule,
	secondFactorShareRule,
}

// Applies says whether something is derived for facts of a kind and type; an
// empty type stands for any.
func Applies(kind evidence.Kind, typ string) bool {
	return slices.ContainsFunc(rules, func(r rule) bool {
		return r.kind == kind && (typ == "" || r.types == nil || slices.Contains(r.types, typ))
	})
}

// All returns the snapshot's facts with their derived fields filled in, in the
// same order. The snapshot is left as it is.
func All(s evidence.Snapshot) []evidence.Fact {
	d := New(s)
	facts := make([]evidence.Fact, len(s.Facts))
	for i, f := range s.Facts {
		facts[i] = d.Derive(f)
	}
	return facts
}

// Deriver derives facts one at a time, knowing those that rules look up beside them.
type Deriver struct {
	world  *world
	byKind map[evidence.Kind][]rule
}

// New knows the feeds of a snapshot and those of its facts that Context wants;
// the others need not be there.
func New(s evidence.Snapshot) *Deriver {
	d := &Deriver{world: newWorld(s), byKind: map[evidence.Kind][]rule{}}
	for _, r := range rules {
		d.byKind[r.kind] = append(d.byKind[r.kind], r)
	}
	return d
}

// Context says whether facts of a kind must be known before any can be derived.
func Context(kind evidence.Kind) bool { return slices.Contains(contextKinds, kind) }

// Derive gives a fact with its derived fields filled in. The fact given is left
// as it is.
func (d *Deriver) Derive(f evidence.Fact) evidence.Fact {
	rules, ok := d.byKind[f.Resource.Kind]
	if !ok || !is(f) {
		return f
	}
	f.Body = shallow(f.Body)
	f.Holes = append([]evidence.Hole(nil), f.Holes...)
	for _, r := range rules {
		r.apply(d.world, &subject{Fact: &f})
	}
	return f
}

// is says whether a fact's body is of its kind: any other is left alone, and can
// be judged by nothing.
func is(f evidence.Fact) bool {
	info, ok := evidence.KindOf(f.Resource.Kind)
	v := reflect.ValueOf(f.Body)
	return ok && v.Kind() == reflect.Pointer && !v.IsNil() && v.Type().Elem() == info.Type()
}

// shallow copies the struct a pointer leads to, so that setting its fields does
// not reach the snapshot.
func shallow(body any) any {
	v := reflect.ValueOf(body)
	c := reflect.New(v.Type().Elem())
	c.Elem().Set(v.Elem())
	return c.Interface()
}

// subject is the fact being derived: a copy, whose body and holes may be set.
type subject struct{ *evidence.Fact }

// look reads one of the fact's own switches: its value, or the holes that cover it.
func (s *subject) look(path string, value *bool) truth {
	if value != nil {
		return definite(*value)
	}
	return unseen(sight.Holes(s.Fact, path)...)
}

// set gives the derived field its value; where there is none, it passes the
// holes that caused it on to the derived field.
func (s *subject) set(field string, t truth) *bool {
	if t.known {
		return &t.value
	}
	s.miss(field, t.holes)
	return nil
}

// miss records holes for a derived field, each naming the source it came from.
func (s *subject) miss(field string, holes []evidence.Hole) {
	for _, h := range holes {
		source := h.Field
		if source == "" {
			source = h.Type
		}
		if source != "" && source != field {
			if h.Detail != "" {
				source += ": "
			}
			h.Detail = source + h.Detail
		}
		h.Field, h.Type = field, ""
		if !slices.Contains(s.Holes, h) {
			s.Holes = append(s.Holes, h)
		}
	}
}
