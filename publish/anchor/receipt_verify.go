package anchor

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/witness"
)

// ErrNotProven says that a receipt carries nothing that could be verified without
// asking its anchor.
var ErrNotProven = errors.New("the receipt carries no token; ask the anchor itself")

// Verify judges a receipt from the log against the checkpoint of its size, and
// says when that existed by somebody else's clock. It asks nobody: roots are those
// of the authority, key that of the witness.
func (r Receipt) Verify(c Checkpoint, roots *x509.CertPool, key *witness.Key) (time.Time, error) {
	if !r.Of(c) {
		return time.Time{}, fmt.Errorf("receipt of anchor %s: is for %d leaves with another root than the checkpoint of %d", r.Anchor, r.Size, c.Size)
	}
	var at time.Time
	var err error
	switch {
	case len(r.Token) == 0:
		err = ErrNotProven
	case r.Kind == "rfc3161":
		at, err = tsa.Verify(r.Token, c.Note, roots)
	case r.Kind == "webhook" && key != nil:
		at, err = key.Verify(c.Note, r.Token)
	default:
		err = ErrNotProven
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("receipt of anchor %s: %w", r.Anchor, err)
	}
	return at, nil
}
