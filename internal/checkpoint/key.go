package checkpoint

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs checkpoints. Its name is the origin of the log.
type Key struct {
	note.Signer
	public string
	derive func(purpose string) []byte
}

// Public is the key that others check signatures with, in the note's own form
// "name+hash+key".
func (k Key) Public() string { return k.public }

// Derive gives a key for another purpose than signing, which says nothing of this
// one. Whoever lacks this key cannot make it.
func (k Key) Derive(purpose string) []byte { return k.derive(purpose) }

// Generate makes a key for the log of an origin; without one, for a new log.
func Generate(origin string) (key Key, secret string, err error) {
	if origin == "" {
		var id [8]byte
		if _, err := rand.Read(id[:]); err != nil {
			return Key{}, "", fmt.Errorf("name a log: %w", err)
		}
		origin = "controlwatch/" + hex.EncodeToString(id[:])
	}
	secret, _, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return Key{}, "", fmt.Errorf("generate key of %s: %w", origin, err)
	}
	key, err = Parse(secret)
	return key, secret, err
}

var errKey = errors.New(`it is not a signing key: expected "PRIVATE+KEY+name+hash+key" in one line, as "controlwatch key generate" writes it`)

// Parse reads a secret key. No part of it is in an error.
func Parse(secret string) (Key, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, errKey
	}
	parts := strings.SplitN(secret, "+", 5) // the last may hold more of them
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize { // the algorithm, and the seed
		return Key{}, errKey
	}
	private := ed25519.NewKeyFromSeed(raw[1:])
	public, err := note.NewEd25519VerifierKey(signer.Name(), private.Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, errKey
	}
	return Key{Signer: signer, public: public, derive: func(purpose string) []byte {
		mac := hmac.New(sha256.New, raw[1:])
		_, _ = mac.Write([]byte("controlwatch: " + purpose)) // a hash takes everything
		return mac.Sum(nil)
	}}, nil
}

// ReadFile reads a key that only its owner can read.
func ReadFile(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("signing key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("signing key %s: others than its owner can read or write it (%#o): chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("signing key: %w", err)
	}
	key, err := Parse(string(text))
	if err != nil {
		return Key{}, fmt.Errorf("signing key %s: %w", path, err)
	}
	return key, nil
}

// WriteFile keeps a secret key for its owner only. A file that is there stays as
// it is, and is an error that errors.Is finds to be fs.ErrExist.
func WriteFile(path, secret string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep signing key: %w", err)
	}
	// Written beside and linked: whoever looks meanwhile sees no half of a key.
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return fmt.Errorf("keep signing key: %w", err)
	}
	defer func() {
		if e := os.Remove(f.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	_, err = f.WriteString(secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep signing key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("keep signing key: %w", err)
	}
	return nil
}
