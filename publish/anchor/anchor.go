// Package anchor hands checkpoints of the evidence log to places that whoever
// runs controlwatch cannot rewrite, so that rewriting the log shows. It publishes
// what it is given and says what became of it; it neither makes nor judges a log.
//
// An anchor writes, which no collector may: it has credentials of its own, and
// without configuration there is none.
package anchor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/transparency-dev/formats/log"
)

// Anchor is one place checkpoints are handed to.
type Anchor interface {
	Name() string // as configured; for ever, because receipts carry it
	Kind() string // rfc3161, directory, s3 or webhook
	// Outside says that what was handed over is out of the operator's reach: the
	// people who run controlwatch can neither change nor remove it.
	Outside() bool
	// Publish hands over one checkpoint and gives the proof of it. What it handed
	// over already it hands over again without harm. An error that Is ErrRewritten
	// is an alarm and no use to try again; any other is.
	Publish(context.Context, Checkpoint) (Receipt, error)
}

// Holder is an anchor that can be asked what it holds.
type Holder interface {
	// Newest is the largest checkpoint it holds; false if it holds none.
	Newest(context.Context) (Checkpoint, bool, error)
}

// ErrRewritten says that an anchor holds something this log cannot have come
// from: history was changed, or an older copy of the store was put back.
var ErrRewritten = errors.New("the log was rewritten or restored from an older copy")

// Receipt is what an anchor gives for a checkpoint. As JSON it is the body of an
// entry of the log whose subject is the anchor's name.
type Receipt struct {
	Anchor  string    `json:"-"`
	Kind    string    `json:"kind"`
	Outside bool      `json:"outside"` // out of the operator's reach, as configured at the time
	Size    int64     `json:"size"`    // of the tree
	Root    []byte    `json:"root"`
	Token   []byte    `json:"token,omitempty"` // RFC 3161 token (DER), or a witness's signature lines
	Where   string    `json:"where,omitempty"` // where the checkpoint lies, or who signed
	At      time.Time `json:"at"`              // by our clock; a token has its own
}

// Of says that a receipt is for a checkpoint.
func (r Receipt) Of(c Checkpoint) bool {
	return r.Size == c.Size && c.Size > 0 && bytes.Equal(r.Root, c.Root)
}

// Checkpoint is a signed statement of the log: so many leaves, with this root.
type Checkpoint struct {
	Origin string // which log
	Size   int64  // leaves
	Root   []byte // RFC 6962
	Note   []byte // the whole, as signed (C2SP signed note); what is published
}

// MaxNote is the longest checkpoint that is read. They take some 200 bytes.
const MaxNote = 64 << 10

// Parse reads what a checkpoint says. It does not look at its signatures.
func Parse(note []byte) (Checkpoint, error) {
	if len(note) > MaxNote {
		return Checkpoint{}, fmt.Errorf("checkpoint: is %d bytes long, the limit is %d", len(note), MaxNote)
	}
	var said log.Checkpoint
	rest, err := said.Unmarshal(note)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	// The signatures stand behind an empty line, each with a line end: without
	// them it is cut off.
	if len(said.Hash) != sha256.Size || said.Size > 1<<62 || !bytes.Contains(append([]byte("\n"), rest...), []byte("\n\n— ")) || rest[len(rest)-1] != '\n' {
		return Checkpoint{}, errors.New("checkpoint: is cut off or has no signature")
	}
	return Checkpoint{Origin: said.Origin, Size: int64(said.Size), Root: said.Hash, Note: note}, nil
}

// Compare says what is wrong when an anchor holds one checkpoint and the log is
// of size, rootAt being its root when it was smaller. Nil: the log is one that
// continues what the anchor holds. The caller has checked the signatures.
func Compare(held Checkpoint, origin string, size int64, rootAt func(size int64) ([]byte, error)) error {
	if held.Origin != origin {
		return fmt.Errorf("the checkpoint is of the log %q, not of %q; give each log an anchor of its own", held.Origin, origin)
	}
	if held.Size > size {
		return fmt.Errorf("the anchor holds a checkpoint of %d leaves and the log has %d: %w", held.Size, size, ErrRewritten)
	}
	root, err := rootAt(held.Size)
	if err != nil {
		return fmt.Errorf("root of the log at %d leaves: %w", held.Size, err)
	}
	if !bytes.Equal(root, held.Root) {
		return fmt.Errorf("the anchor holds another root for the first %d leaves than the log: %w", held.Size, ErrRewritten)
	}
	return nil
}

// same says whether what an anchor holds under the size of a checkpoint is that
// checkpoint. It may be signed anew, with another key.
func same(held []byte, c Checkpoint) error {
	if bytes.Equal(held, c.Note) {
		return nil
	}
	other, err := Parse(held)
	switch {
	case err != nil:
		return fmt.Errorf("something else stands there (%w): %w", err, ErrRewritten)
	case other.Origin != c.Origin:
		return fmt.Errorf("it belongs to the log %q, not to %q; give each log an anchor of its own", other.Origin, c.Origin)
	case other.Size != c.Size || !bytes.Equal(other.Root, c.Root):
		return fmt.Errorf("another root stands there for %d leaves: %w", c.Size, ErrRewritten)
	}
	return nil
}

// ahead is the alarm of an anchor that holds more than the log has.
func ahead(where string, c Checkpoint) error {
	return fmt.Errorf("%s holds a larger checkpoint than this one of %d leaves: %w", where, c.Size, ErrRewritten)
}

// Way is how an anchor reaches the outside. The zero value takes the proxy of
// the environment and the system's certificates.
type Way struct {
	Base  http.RoundTripper
	Clock func() time.Time
}

// empty refuses the checkpoint that says nothing yet.
func empty(c Checkpoint) error {
	if c.Size <= 0 || len(c.Root) != sha256.Size || len(c.Note) == 0 {
		return errors.New("the checkpoint is of no leaves; nothing to anchor")
	}
	return nil
}
