package collectorstest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// toySeen is what a healthy toy shows, made by hand.
func toySeen() seen {
	id := evidence.FeedID{Collector: "toy_things", Scope: toyScope}
	body := func(archived bool, topics ...string) *evidence.Repository {
		return &evidence.Repository{Archived: &archived, Topics: topics}
	}
	facts := map[evidence.Key]evidence.Fact{}
	for name, b := range map[string]*evidence.Repository{"a": body(true, "x", "y"), "b": body(false)} {
		r := evidence.Resource{Provider: "toy", Account: "acme", Kind: "Repository", Type: "toy.thing", ID: name}
		facts[r.Key()] = evidence.Fact{Resource: r, Body: b}
	}
	return seen{
		planned: map[evidence.FeedID]bool{id: true},
		pulls:   map[evidence.FeedID]evidence.Pull{id: {Collector: "toy_things", Scope: toyScope, Populations: things.Populations, Items: 2}},
		facts:   map[evidence.FeedID]map[evidence.Key]evidence.Fact{id: facts},
		used: map[evidence.FeedID]map[string]bool{
			id: {getThings: true, getLock: true},
			{Collector: "toy_discovery", Scope: toyScope}: {getMe: true},
		},
	}
}

// toyLoss is a look, and what a test does to it.
type toyLoss struct {
	seen
	id   evidence.FeedID
	a, b evidence.Key
}

func (l toyLoss) hole(h evidence.Hole) {
	p := l.pulls[l.id]
	p.Holes = append(p.Holes, h)
	l.pulls[l.id] = p
}

func (l toyLoss) change(k evidence.Key, f func(*evidence.Fact, *evidence.Repository)) {
	fact := l.facts[l.id][k]
	f(&fact, fact.Body.(*evidence.Repository))
	l.facts[l.id][k] = fact
}

func loseInToy() toyLoss {
	key := func(id string) evidence.Key {
		return evidence.Key{Provider: "toy", Account: "acme", Kind: "Repository", ID: id}
	}
	return toyLoss{toySeen(), evidence.FeedID{Collector: "toy_things", Scope: toyScope}, key("a"), key("b")}
}

var (
	denial  = fault{name: "denied", reason: evidence.Denied}
	denied  = evidence.Hole{Reason: evidence.Denied, Operation: getLock}
	anyFail = fault{name: "fails"}
)

func TestRequirements(t *testing.T) {
	t.Parallel()
	honest := func(c require.TestingT, got seen) { requireHonest(c, toySeen(), got) }
	named := func(c require.TestingT, got seen) { requireNamed(c, toySeen(), got, getLock, denial) }
	unused := func(c require.TestingT, got seen) { requireNamed(c, toySeen(), got, "GET /elsewhere", denial) }
	lost := func(c require.TestingT, got seen) { requireLost(c, toySeen(), got, denial) }
	never := func(c require.TestingT, got seen) { toySuite(toy{}).requireNothing(c, toySeen(), got, denial) }
	for name, tc := range map[string]struct {
		asks func(require.TestingT, seen)
		lose func(toyLoss)
		says string // empty: it is right
	}{
		"nothing lost is honest":                      {honest, func(toyLoss) {}, ""},
		"a pull is missing":                           {honest, func(l toyLoss) { delete(l.pulls, l.id) }, "has no pull"},
		"a feed appears":                              {honest, func(l toyLoss) { l.pulls[evidence.FeedID{Collector: "new"}] = evidence.Pull{} }, "a feed appeared"},
		"a resource is missing from a complete pull":  {honest, func(l toyLoss) { delete(l.facts[l.id], l.a) }, "is missing from a pull that says it is complete"},
		"a resource is missing behind a hole":         {honest, func(l toyLoss) { delete(l.facts[l.id], l.a); l.hole(denied) }, ""},
		"a resource is missing behind another's hole": {honest, func(l toyLoss) { delete(l.facts[l.id], l.a); h := denied; h.Type = "toy.other"; l.hole(h) }, "is missing from a pull that says it is complete"},
		"a resource appears":                          {honest, func(l toyLoss) { l.facts[l.id][evidence.Key{ID: "new"}] = evidence.Fact{} }, "appeared"},
		"a value changes":                             {honest, func(l toyLoss) { l.change(l.b, func(_ *evidence.Fact, r *evidence.Repository) { *r.Archived = true }) }, "archived: was false and is true"},
		"a value appears":                             {honest, func(l toyLoss) { l.change(l.b, func(_ *evidence.Fact, r *evidence.Repository) { r.Fork = new(bool) }) }, "fork: was not seen and is now false"},
		"a list gets shorter": {honest, func(l toyLoss) {
			l.change(l.a, func(_ *evidence.Fact, r *evidence.Repository) { r.Topics = r.Topics[:1] })
		}, "topics: had 2 elements and has 1"},
		"a list becomes empty": {honest, func(l toyLoss) {
			l.change(l.a, func(_ *evidence.Fact, r *evidence.Repository) { r.Topics = []string{} })
		}, "topics: had 2 elements and has 0"},
		"an element changes":               {honest, func(l toyLoss) { l.change(l.a, func(_ *evidence.Fact, r *evidence.Repository) { r.Topics[1] = "z" }) }, "topics[1]: was y and is z"},
		"a value is lost without a reason": {honest, func(l toyLoss) { l.change(l.a, func(_ *evidence.Fact, r *evidence.Repository) { r.Archived = nil }) }, "archived: was seen, is not, and no hole says why"},
		"a value is lost with a reason": {honest, func(l toyLoss) {
			l.change(l.a, func(f *evidence.Fact, r *evidence.Repository) { r.Archived = nil; f.Miss("archived", errNo) })
		}, ""},
		"a name is lost": {honest, func(l toyLoss) {
			l.change(l.a, func(f *evidence.Fact, _ *evidence.Repository) { f.Resource.Name = "x" })
		}, ""},
		"a type changes": {honest, func(l toyLoss) {
			l.change(l.a, func(f *evidence.Fact, _ *evidence.Repository) { f.Resource.Type = "toy.other" })
		}, "toy.other"},
		"a loss is named in the pull":                    {named, func(l toyLoss) { l.hole(denied) }, ""},
		"a loss is not told":                             {named, func(toyLoss) {}, "no hole names it"},
		"a loss has another's name":                      {named, func(l toyLoss) { h := denied; h.Operation = getThings; l.hole(h) }, "no hole names it"},
		"a loss has another reason":                      {named, func(l toyLoss) { h := denied; h.Reason = evidence.Disabled; l.hole(h) }, "reason of the hole"},
		"a feed is lost that did not need the operation": {unused, func(l toyLoss) { l.hole(denied) }, "does not use"},
		"everything failed and a list is complete":       {lost, func(toyLoss) {}, "nothing could be read"},
		"everything failed and a list is empty":          {lost, func(l toyLoss) { clear(l.facts[l.id]) }, "says that there is no toy.thing"},
		"everything failed and all of it is a hole":      {lost, func(l toyLoss) { clear(l.facts[l.id]); l.hole(denied) }, ""},
		"everything failed for another reason":           {lost, func(l toyLoss) { h := denied; h.Reason = evidence.Throttled; l.hole(h) }, "reason of the hole"},
		"never seen and not planned":                     {never, func(l toyLoss) { clear(l.planned); l.hole(denied) }, "a pull nobody planned"},
		"never seen and no pull":                         {never, func(l toyLoss) { clear(l.pulls) }, "collector toy_things has no pull"},
		"never seen and complete":                        {never, func(l toyLoss) { clear(l.facts[l.id]) }, "says that there is no toy.thing"},
		"never seen and a hole":                          {never, func(l toyLoss) { clear(l.facts[l.id]); l.hole(denied) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := loseInToy()
			tc.lose(l)
			said := caught(func(c require.TestingT) { tc.asks(c, l.seen) })
			if tc.says == "" {
				require.Empty(t, said)
			} else {
				require.Contains(t, said, tc.says)
			}
		})
	}
}

func TestLosingWhileDiscovering(t *testing.T) {
	t.Parallel()
	l := loseInToy()
	require.Empty(t, caught(func(c require.TestingT) { requireNamed(c, toySeen(), l.seen, getMe, anyFail) }),
		"a read whose loss changes nothing may be lost")
	l.hole(denied)
	require.Contains(t, caught(func(c require.TestingT) { requireNamed(c, toySeen(), l.seen, getMe, anyFail) }),
		"discovery lost GET /me, and no hole names it")
	l.hole(evidence.Hole{Reason: evidence.Denied, Operation: getMe})
	require.Empty(t, caught(func(c require.TestingT) { requireNamed(c, toySeen(), l.seen, getMe, anyFail) }))
}

var errNo = unseen(getLock, evidence.Denied, nil)

func TestFactRequirements(t *testing.T) {
	t.Parallel()
	healthy := loseInToy()
	pull := healthy.pulls[healthy.id]
	for name, tc := range map[string]struct {
		change func(*evidence.Fact)
		says   string
	}{
		"a good one":                   {func(*evidence.Fact) {}, ""},
		"another provider":             {func(f *evidence.Fact) { f.Resource.Provider = "aws" }, "provider of"},
		"no account":                   {func(f *evidence.Fact) { f.Resource.Account = "" }, "account of"},
		"a kind nobody knows":          {func(f *evidence.Fact) { f.Resource.Kind = "Thing" }, "unknown kind"},
		"a type nobody declared":       {func(f *evidence.Fact) { f.Resource.Type = "toy.other" }, "the populations of"},
		"another kind's body":          {func(f *evidence.Fact) { f.Body = &evidence.User{} }, "body of"},
		"a body that is not a pointer": {func(f *evidence.Fact) { f.Body = evidence.Repository{} }, "body of"},
		"a nil body":                   {func(f *evidence.Fact) { f.Body = (*evidence.Repository)(nil) }, "body of"},
		"a derived field": {func(f *evidence.Fact) {
			f.Resource.Kind, f.Body = "BranchRule", &evidence.BranchRule{Effective: &evidence.Protection{}}
		}, "Effective is derived and was collected"},
		"a hole without a field":  {func(f *evidence.Fact) { f.Holes = []evidence.Hole{{Reason: evidence.Denied}} }, "names no field"},
		"a hole without a reason": {func(f *evidence.Fact) { f.Holes = []evidence.Hole{{Field: "fork"}} }, "hole fork"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := maps.Clone(healthy.facts[healthy.id])[healthy.a]
			tc.change(&f)
			p := pull
			p.Populations = []evidence.Population{{Kind: "Repository", Type: "toy.thing"}, {Kind: "BranchRule", Type: "toy.thing"}}
			said := caught(func(c require.TestingT) { requireFact(c, "toy", p, f) })
			if tc.says == "" {
				require.Empty(t, said)
			} else {
				require.Contains(t, said, tc.says)
			}
		})
	}
}

// What is always seen once its struct exists cannot be excused by a hole.
func TestAlwaysSeenFieldsCannotBeLost(t *testing.T) {
	t.Parallel()
	rules := func(checks ...string) evidence.Fact {
		f := evidence.Fact{Body: &evidence.BranchRule{Rules: []evidence.BranchRulesetRule{{Type: "required_status_checks", StatusChecks: checks}}}}
		f.Miss("rules", errNo)
		return f
	}
	require.Empty(t, caught(func(c require.TestingT) { requireUnchanged(c, rules("build"), rules("build")) }))
	require.Contains(t, caught(func(c require.TestingT) { requireUnchanged(c, rules("build"), rules()) }),
		"rules[0].status_checks: was [build] and is []")
}
