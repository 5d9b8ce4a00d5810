// Package checkpoint signs what a log holds at a size, and reads such signatures:
// C2SP signed notes (c2sp.org/signed-note) whose text is a C2SP checkpoint
// (c2sp.org/tlog-checkpoint) over a tree of RFC 6962, signed with Ed25519.
package checkpoint

import (
	"errors"
	"fmt"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says which log, how many leaves, and the root of their tree.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Sign gives the note of a checkpoint with the signatures of all signers.
func Sign(c Checkpoint, signers ...note.Signer) ([]byte, error) {
	text := log.Checkpoint{Origin: c.Origin, Size: uint64(c.Size), Hash: c.Root[:]}.Marshal() // a size is not negative
	signed, err := note.Sign(&note.Note{Text: string(text)}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint of %s at %d: %w", c.Origin, c.Size, err)
	}
	return signed, nil
}

// ErrUnknownKey says that none of the keys given signed a checkpoint.
var ErrUnknownKey = errors.New("it is signed by none of the keys known")

// Open reads a note that at least one of the keys signed, and tells which did. A
// signature by one of the keys that does not fit is an error, whoever else signed.
func Open(signed []byte, keys []note.Verifier) (Checkpoint, []note.Signature, error) {
	n, err := note.Open(signed, note.VerifierList(keys...))
	if _, unknown := errors.AsType[*note.UnverifiedNoteError](err); unknown {
		return Checkpoint{}, nil, ErrUnknownKey
	}
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("open checkpoint: %w", err)
	}
	var c log.Checkpoint
	rest, err := c.Unmarshal([]byte(n.Text))
	switch {
	case err != nil:
		return Checkpoint{}, nil, fmt.Errorf("read checkpoint: %w", err)
	case len(rest) > 0:
		return Checkpoint{}, nil, fmt.Errorf("read checkpoint: %q after the root is not known", rest)
	case len(c.Hash) != tlog.HashSize:
		return Checkpoint{}, nil, fmt.Errorf("read checkpoint: its root has %d bytes, expected %d", len(c.Hash), tlog.HashSize)
	case c.Size > 1<<62:
		return Checkpoint{}, nil, fmt.Errorf("read checkpoint: no log has %d leaves", c.Size)
	}
	return Checkpoint{Origin: c.Origin, Size: int64(c.Size), Root: tlog.Hash(c.Hash)}, n.Sigs, nil
}
