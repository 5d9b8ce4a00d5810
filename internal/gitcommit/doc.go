// Package gitcommit finds out which commit last changed a file, and whether a person
// who is known signed it. It reads a repository and nothing else: it runs no program
// and no hook, follows no setting, reaches no network and writes nothing. What it
// cannot tell is never a signer: it is a reason why there is none.
package gitcommit
