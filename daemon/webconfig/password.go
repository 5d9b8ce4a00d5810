package webconfig

import (
	"context"
	"crypto/sha256"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// Passwords compares passwords with their hashes, one at a time: a comparison is
// meant to take long, and whoever guesses must not take every core.
type Passwords struct {
	turn chan struct{}

	mu    sync.Mutex
	known map[[sha256.Size]byte]bool // combinations that were right
}

// NewPasswords makes one.
func NewPasswords() *Passwords {
	return &Passwords{turn: make(chan struct{}, 1), known: map[[sha256.Size]byte]bool{}}
}

// nobody has a hash to compare with, so that an unknown name takes as long as a
// wrong password. It is of a password nobody knows, with the cost most use.
var nobody = []byte("$2a$10$WaIzoiyCSVt8FSzlg9XmDuHi2ANrGeOuAtlRAv/E0KAQF6PK6/AVi")

// mostKnown bounds the memory for combinations that were right.
const mostKnown = 100

// Right says whether a user of the rules has the password.
func (p *Passwords) Right(ctx context.Context, r Rules, user, password string) bool {
	hash, exists := r.Users[user]
	if !exists {
		hash = nobody
	}
	// The hash is part of it: a changed password is not known any more.
	key := digest(user, string(hash), password)
	if exists && p.isKnown(key) {
		return true
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	err := bcrypt.CompareHashAndPassword(hash, []byte(password))
	<-p.turn
	if err != nil || !exists {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= mostKnown {
		clear(p.known)
	}
	p.known[key] = true
	return true
}

func (p *Passwords) isKnown(key [sha256.Size]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[key]
}

func digest(texts ...string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, text := range texts {
		one := sha256.Sum256([]byte(text))
		h.Write(one[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}
