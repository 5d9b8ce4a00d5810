package identity

import "golang.org/x/crypto/ssh"

// GitNamespace is what git makes SSH signatures of commits for (gpg.format=ssh).
const GitNamespace = "git"

// VerifyGit checks the signature of a git object and gives the key that made it.
// Whose key that is, Holder says.
func VerifyGit(armoured string, payload []byte) (ssh.PublicKey, error) {
	return verifyArmoured(armoured, GitNamespace, payload)
}

// Holder gives the person whose key it is. A key that two people list is nobody's:
// it does not tell one from the other.
func (p People) Holder(key ssh.PublicKey) (Person, bool) {
	var holder Person
	found := 0
	for _, one := range p {
		if one.Holds(key) {
			holder = one
			found++
		}
	}
	if found != 1 {
		return Person{}, false
	}
	return holder, true
}

// Fingerprint names a key shortly, as ssh-keygen -l does.
func Fingerprint(key ssh.PublicKey) string { return ssh.FingerprintSHA256(key) }

// Called says whether a name is one of this person's.
func (p Person) Called(name string) bool { return p.called(name) }
