// Package witness checks what a witness adds to a checkpoint: that somebody
// else, with a key of their own, has seen it. It understands the cosignatures of
// https://c2sp.org/tlog-cosignature (cosignature/v1) and plain Ed25519 note
// signatures, and asks nobody.
package witness

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	algorithmEd25519     = 1
	algorithmCosignature = 4
	longest              = 64 << 10
)

// Key is a witness's public key.
type Key struct {
	verifier note.Verifier
	timed    bool // its signatures carry a time
}

// Name is the witness's own.
func (k Key) Name() string {
	if k.verifier == nil {
		return ""
	}
	return k.verifier.Name()
}

// ParseKey reads a key as witnesses publish it: name+hash+base64.
func ParseKey(text string) (Key, error) {
	wrong := errors.New("expected a witness's verifier key, NAME+HASH+BASE64, of type Ed25519 or cosignature/v1")
	name, rest, _ := strings.Cut(text, "+")
	hash, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || name == "" {
		return Key{}, wrong
	}
	if key[0] == algorithmEd25519 {
		v, err := note.NewVerifier(text)
		if err != nil {
			return Key{}, wrong
		}
		return Key{verifier: v}, nil
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	id := binary.BigEndian.Uint32(sum[:])
	if said, err := strconv.ParseUint(hash, 16, 32); key[0] != algorithmCosignature || err != nil || said != uint64(id) {
		return Key{}, wrong
	}
	return Key{verifier: cosigner{name: name, hash: id, key: key[1:]}, timed: true}, nil
}

// Verify says that signature lines, as a witness answers with them, hold one of
// this key over the text of a checkpoint (a signed note), and when it was made by
// the witness's clock: zero for plain signatures, which carry no time.
func (k Key) Verify(checkpoint, lines []byte) (time.Time, error) {
	if k.verifier == nil {
		return time.Time{}, errors.New("cosignature: no key of a witness is given")
	}
	text, _, found := strings.Cut(string(checkpoint), "\n\n")
	if !found || len(checkpoint) > longest || len(lines) > longest {
		return time.Time{}, errors.New("cosignature: the checkpoint is no signed note, or too long")
	}
	opened, err := note.Open([]byte(text+"\n\n"+string(lines)), note.VerifierList(k.verifier))
	if err != nil {
		return time.Time{}, fmt.Errorf("cosignature of %s: %w", k.Name(), err)
	}
	if opened.Text != text+"\n" {
		return time.Time{}, fmt.Errorf("cosignature of %s: is over more than the checkpoint", k.Name())
	}
	if !k.timed {
		return time.Time{}, nil
	}
	signature, err := base64.StdEncoding.DecodeString(opened.Sigs[0].Base64)
	if err != nil || len(signature) != 4+cosignatureSize {
		return time.Time{}, fmt.Errorf("cosignature of %s: cannot be read", k.Name())
	}
	return time.Unix(int64(binary.BigEndian.Uint64(signature[4:])), 0).UTC(), nil // Verify has bounded it
}

// IsLines says that these are signature lines and nothing else, of whoever.
func IsLines(lines []byte) bool {
	_, err := note.Open([]byte("x\n\n"+string(lines)), nil)
	var unknown *note.UnverifiedNoteError
	return len(lines) <= longest && errors.As(err, &unknown)
}

const cosignatureSize = 8 + ed25519.SignatureSize

// cosigner verifies cosignature/v1: eight bytes of time, then Ed25519 over a
// header with that time and the checkpoint's text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != cosignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	if at == 0 || at > 1<<40 {
		return false
	}
	signed := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(c.key, signed, signature[8:])
}
