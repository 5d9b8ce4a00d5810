package derive

import (
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// An account and a person are joined by one thing only, so that losing sight of
// it leaves the join unknown and never makes it another: the address of the
// account where its provider vouches for it, else the list of accounts that
// comes with the employment.

// address is the key a person is known by.
func address(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// tie is what joins an account to a person.
type tie struct {
	address string          // empty: the account has none
	keys    []string        // how employments may list it, where it has no address
	holes   []evidence.Hole // why it is not known what joins it
}

// tieOf says what joins an account. The address of a GitHub profile is left
// aside: its owner chooses it, and it is rarely that of the company. An IAM user
// has no address, but often has one for a name.
func tieOf(f *evidence.Fact, u *evidence.User) tie {
	r := f.Resource
	keys := []string{strings.ToLower(r.Provider + "/" + r.Name), strings.ToLower(r.Provider + "/" + r.Account + "/" + r.Name)}
	switch {
	case r.Type == "aws.iam.user" && strings.Contains(r.Name, "@"):
		return tie{address: address(r.Name)}
	case r.Type == "aws.iam.user" || r.Provider == "github":
		return tie{keys: keys}
	case u.Email == nil:
		return tie{holes: sight.Holes(f, "email")}
	case address(*u.Email) == "":
		return tie{keys: keys}
	}
	return tie{address: address(*u.Email)}
}

// people is an index over the employments of every source.
type people struct {
	byAddress, byAccount map[string][]*evidence.Fact
	// Why somebody may be missing, may have another address, or other accounts.
	missing, unaddressed, unlisted []evidence.Hole
}

func (w *world) knownPeople() *people {
	if w.people != nil {
		return w.people
	}
	p := &people{byAddress: map[string][]*evidence.Fact{}, byAccount: map[string][]*evidence.Fact{}, missing: w.Everywhere("Employment")}
	var lost, unaddressed, unlisted crowd
	for _, f := range w.everywhere("Employment") {
		e, ok := f.Body.(*evidence.Employment)
		if !ok {
			continue
		}
		if h, stale := w.Fact(f); stale {
			lost.add(f, h)
			continue
		}
		if a, holes := addressOf(f, e); len(holes) > 0 {
			unaddressed.add(f, holes...)
		} else {
			p.byAddress[a] = append(p.byAddress[a], f)
		}
		if e.Accounts == nil {
			unlisted.add(f, sight.Holes(f, "accounts")...)
		}
		listed := map[string]bool{}
		for _, key := range e.Accounts {
			if key = address(key); !listed[key] {
				listed[key] = true
				p.byAccount[key] = append(p.byAccount[key], f)
			}
		}
	}
	p.missing = append(p.missing, lost.holes...)
	p.unaddressed, p.unlisted = unaddressed.holes, unlisted.holes
	w.people = p
	return p
}

// addressOf gives the address of an employment. None at all joins nothing, so
// that it is as good as not seen.
func addressOf(f *evidence.Fact, e *evidence.Employment) (string, []evidence.Hole) {
	switch {
	case e.Email == nil:
		return "", sight.Holes(f, "email")
	case address(*e.Email) == "":
		return "", []evidence.Hole{{Field: "email", Reason: evidence.NotConfigured, Detail: "the person has no address"}}
	}
	return address(*e.Email), nil
}

// everywhere gives the facts of a kind, of every account.
func (w *world) everywhere(kind evidence.Kind) []*evidence.Fact { return w.byKind[kind] }

// behind gives the employments that an account belongs to, and why there may be others.
func (w *world) behind(t tie) ([]*evidence.Fact, []evidence.Hole) {
	p := w.knownPeople()
	if len(t.holes) > 0 {
		return nil, t.holes
	}
	var holes []evidence.Hole
	holes = append(holes, p.missing...)
	if t.address != "" {
		return p.byAddress[t.address], append(holes, p.unaddressed...)
	}
	var found []*evidence.Fact
	for _, key := range t.keys {
		found = append(found, p.byAccount[key]...)
	}
	return found, append(holes, p.unlisted...)
}
