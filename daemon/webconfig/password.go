package webconfig

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// Passwords compares passwords with their hashes, one at a time: a comparison is
// meant to take long, and whoever guesses must not take every core. Nor everybody's
// time: of one address one is compared at a time and few wait, so that whoever asks
// from another waits for one comparison of each that guesses. Who was right before
// waits for nobody.
type Passwords struct {
	turn    chan struct{}
	compare func(hash, password []byte) error

	mu    sync.Mutex
	known map[[sha256.Size]byte]bool // combinations that were right
	lines map[netip.Prefix]*line     // of addresses from which somebody is compared or waits
}

// line is who asks from one address.
type line struct {
	turn   chan struct{}
	asking int
}

// mostAsking is how many of one address may be compared or wait.
const mostAsking = 8

// ErrTooMany says that too many of one address wait to be compared already.
var ErrTooMany = errors.New("too many from this address ask who they are at once")

// NewPasswords makes one.
func NewPasswords() *Passwords {
	return &Passwords{
		turn: make(chan struct{}, 1), compare: bcrypt.CompareHashAndPassword, known: map[[sha256.Size]byte]bool{}, lines: map[netip.Prefix]*line{},
	}
}

// nobody has a hash to compare with, so that an unknown name takes as long as a
// wrong password. It is of a password nobody knows, with the cost most use.
var nobody = []byte("$2a$10$WaIzoiyCSVt8FSzlg9XmDuHi2ANrGeOuAtlRAv/E0KAQF6PK6/AVi")

// mostKnown bounds the memory for combinations that were right.
const mostKnown = 100

// Right says whether a user of the rules has the password; from is the address that
// asks, HOST:PORT. The error is ErrTooMany, or that whoever asked has gone.
func (p *Passwords) Right(ctx context.Context, r Rules, from, user, password string) (bool, error) {
	hash, exists := r.Users[user]
	if !exists {
		hash = nobody
	}
	// The hash is part of it: a changed password is not known any more.
	key := digest(user, string(hash), password)
	if exists && p.isKnown(key) {
		return true, nil
	}
	mine, leave, err := p.queue(source(from))
	if err != nil {
		return false, err
	}
	defer leave()
	if err := await(ctx, mine); err != nil {
		return false, err
	}
	defer func() { <-mine }()
	if err := await(ctx, p.turn); err != nil {
		return false, err
	}
	defer func() { <-p.turn }()
	if p.compare(hash, []byte(password)) != nil || !exists {
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= mostKnown {
		clear(p.known)
	}
	p.known[key] = true
	return true, nil
}

func await(ctx context.Context, turn chan struct{}) error {
	select {
	case turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// queue is the turn among those of one address.
func (p *Passwords) queue(from netip.Prefix) (turn chan struct{}, leave func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lines[from]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		p.lines[from] = l
	}
	if l.asking >= mostAsking {
		return nil, nil, ErrTooMany
	}
	l.asking++
	return l.turn, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if l.asking--; l.asking == 0 {
			delete(p.lines, from)
		}
	}, nil
}

// source is who asks from an address: with IPv6 whoever has the network of 64 bits,
// of which each has at least one. What cannot be read is one.
func source(from string) netip.Prefix {
	at, _ := netip.ParseAddrPort(from)
	addr, bits := at.Addr().Unmap(), 32
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits)
	return network
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
