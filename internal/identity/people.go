package identity

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Person is somebody with keys of their own.
type Person struct {
	Name string   `json:"name"`
	Also []string `json:"also,omitempty"` // other names of the same person: addresses, logins
	Keys []string `json:"keys,omitempty"` // public, each a line of authorized_keys
}

// People are those who are known.
type People []Person

// Find gives the person of a name, whichever of their names it is.
func (p People) Find(name string) (Person, bool) {
	i := slices.IndexFunc(p, func(one Person) bool { return one.called(name) })
	if i < 0 {
		return Person{}, false
	}
	return p[i], true
}

func (p Person) called(name string) bool {
	return Same(p.Name, name) || slices.ContainsFunc(p.Also, func(also string) bool { return Same(also, name) })
}

// Holds says whether a public key is this person's.
func (p Person) Holds(key ssh.PublicKey) bool {
	return slices.ContainsFunc(p.Keys, func(line string) bool {
		own, err := parseKey(line)
		return err == nil && bytes.Equal(own.Marshal(), key.Marshal())
	})
}

// KeyLines are the keys without their comments, for comparing.
func (p Person) KeyLines() []string {
	lines := make([]string, 0, len(p.Keys))
	for _, line := range p.Keys {
		if key, err := parseKey(line); err == nil {
			lines = append(lines, keyLine(key))
		}
	}
	slices.Sort(lines)
	return lines
}

// ErrOnePerson is that somebody approved what they asked for.
var ErrOnePerson = errors.New("one person cannot ask for something and approve it: another must approve")

// Apart refuses two names that are one person's. known says that both are people
// who are known: without it, all that was seen is that the names differ.
func (p People) Apart(requester, approver string) (known bool, err error) {
	if strings.TrimSpace(requester) == "" || strings.TrimSpace(approver) == "" {
		return false, nil
	}
	if Same(requester, approver) {
		return false, ErrOnePerson
	}
	one, knownOne := p.Find(requester)
	two, knownTwo := p.Find(approver)
	if knownOne && knownTwo && one.Name == two.Name {
		return true, fmt.Errorf("%q and %q are both names of %s: %w", requester, approver, one.Name, ErrOnePerson)
	}
	return knownOne && knownTwo, nil
}

// Same says whether two names are written alike, but for case, spaces and the ways
// in which Unicode writes one letter. Names that differ may still be one person's.
func Same(a, b string) bool { return fold(a) == fold(b) }

func fold(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // what is not seen, such as a zero-width space, makes no other name
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	return cases.Fold().String(strings.Join(strings.Fields(name), " "))
}

// Problem says what is wrong with a list of people, and where.
type Problem struct {
	Path []any // index, then field, then index
	Text string
}

// Problems says what is wrong; nil: nothing.
func (p People) Problems() []Problem {
	var out []Problem
	names, keys := map[string]int{}, map[string]int{}
	for i, one := range p {
		if strings.TrimSpace(one.Name) == "" {
			out = append(out, Problem{[]any{i, "name"}, "is missing"})
		}
		for n, name := range append([]string{one.Name}, one.Also...) {
			path := []any{i, "name"}
			if n > 0 {
				path = []any{i, "also", n - 1}
			}
			if of, taken := names[fold(name)]; taken && of != i {
				out = append(out, Problem{path, fmt.Sprintf("%q is a name of %s already", name, p[of].Name)})
			}
			names[fold(name)] = i
		}
		for n, line := range one.Keys {
			key, err := parseKey(line)
			if err != nil {
				out = append(out, Problem{[]any{i, "keys", n}, err.Error()})
				continue
			}
			if of, taken := keys[keyLine(key)]; taken && of != i {
				out = append(out, Problem{[]any{i, "keys", n}, "is a key of " + p[of].Name + " already; two people never share one"})
			}
			keys[keyLine(key)] = i
		}
	}
	return out
}

func parseKey(line string) (ssh.PublicKey, error) {
	key, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return nil, errors.New("expected a public SSH key in one line, such as ssh-ed25519 AAAA… ada@laptop")
	case len(options) > 0 || len(strings.TrimSpace(string(rest))) > 0:
		return nil, errors.New("expected one public SSH key without options")
	case key.Type() == "ssh-dss":
		return nil, errors.New("DSA keys are broken; use ssh-ed25519")
	}
	if _, certificate := key.(*ssh.Certificate); certificate {
		return nil, errors.New("expected a key, not a certificate")
	}
	return key, nil
}

func keyLine(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}
