// Package identity knows people by their SSH keys: it signs what they record and
// checks such signatures, in the form that OpenSSH gives signatures (SSHSIG), so
// that `ssh-keygen -Y verify` checks them too. It does not know what is recorded.
package identity
