package derive

import (
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// world is what rules may know beside the fact they derive: other facts of the
// same account, and whether those can be relied on.
type world struct {
	*sight.Sight
	byAccount map[place][]*evidence.Fact
	byKind    map[evidence.Kind][]*evidence.Fact // of every account
	protected map[evidence.Key]*evidence.Fact
	known     map[recalled]any                      // see recall
	access    map[string][]*evidence.Fact           // RepositoryAccess by repository; see accessTo
	ids       map[place]map[string][]*evidence.Fact // made when first asked for
	people    *people                               // made when first asked for; see knownPeople
	logins    *logins                               // likewise
}

type place struct {
	provider, account string
	kind              evidence.Kind
}

// contextKinds are the kinds that rules look up in the account of another fact.
var contextKinds = []evidence.Kind{
	"Account", "Application", "AuditTrail", "BranchRule", "ConfigurationRecorder", "Datastore", "DatastoreDefaults", "Employment", "Grant",
	"Group", "IdentityProvider", "Policy", "ProtectedResource", "RepositoryAccess", "Role", "SignOnPolicy", "User",
}

func newWorld(s evidence.Snapshot) *world {
	w := &world{Sight: sight.Of(s), byAccount: map[place][]*evidence.Fact{}, byKind: map[evidence.Kind][]*evidence.Fact{}, protected: protectedResources(s.Facts), known: map[recalled]any{}, ids: map[place]map[string][]*evidence.Fact{}}
	for i := range s.Facts {
		f := &s.Facts[i]
		for _, k := range contextKinds {
			if f.Resource.Kind == k {
				key := place{f.Resource.Provider, f.Resource.Account, k}
				w.byAccount[key] = append(w.byAccount[key], f)
				w.byKind[k] = append(w.byKind[k], f)
			}
		}
	}
	return w
}

// beside gives the facts of a kind in the account of a resource.
func (w *world) beside(r evidence.Resource, kind evidence.Kind) []*evidence.Fact {
	return w.byAccount[place{r.Provider, r.Account, kind}]
}

// withID gives those of them that have an id: one, or one of each type.
func (w *world) withID(r evidence.Resource, kind evidence.Kind, id string) []*evidence.Fact {
	at := place{r.Provider, r.Account, kind}
	if w.ids[at] == nil {
		w.ids[at] = map[string][]*evidence.Fact{}
		for _, f := range w.byAccount[at] {
			w.ids[at][f.Resource.ID] = append(w.ids[at][f.Resource.ID], f)
		}
	}
	return w.ids[at][id]
}

// recalled names something that is the same for every resource of an account.
type recalled struct{ what, provider, account string }

// recall works something out once for each account, so that what concerns
// thousands of users is not worked out for each of them.
func recall[T any](w *world, what string, r evidence.Resource, work func() T) T {
	key := recalled{what, r.Provider, r.Account}
	if v, ok := w.known[key].(T); ok {
		return v
	}
	v := work()
	w.known[key] = v
	return v
}
