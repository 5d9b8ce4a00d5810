package evidence

import "fmt"

// Actor is who did something, and how that is known.
type Actor struct {
	Name     string   `json:"name"`
	Identity Identity `json:"identity"`
}

// Identity is how it is known who an actor is.
type Identity string

// The ways to know. The zero value is on purpose the one that knows nothing.
const (
	IdentityUnverified Identity = ""             // somebody says so
	IdentityProgram    Identity = "program"      // controlwatch did it by itself
	IdentityGit        Identity = "git-commit"   // a signed commit
	IdentityKey        Identity = "personal-key" // a signature with a key of the person's own
	IdentityOIDC       Identity = "oidc"         // a sign-in with an OpenID provider
)

// Program is controlwatch itself.
var Program = Actor{Name: "controlwatch", Identity: IdentityProgram}

// Person tells whether this is anybody but the program itself.
func (a Actor) Person() bool { return a.Identity != IdentityProgram }

// String names the actor; one that nobody has verified is never without saying so.
func (a Actor) String() string {
	switch a.Identity {
	case IdentityUnverified:
		return fmt.Sprintf("%s (identity not verified)", a.Name)
	case IdentityProgram:
		return a.Name
	case IdentityGit, IdentityKey, IdentityOIDC:
	}
	return fmt.Sprintf("%s (%s)", a.Name, a.Identity)
}
