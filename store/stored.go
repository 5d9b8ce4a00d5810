package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// stored is a body and the digest it is kept under.
type stored struct {
	digest, body []byte
}

func (b stored) name() string { return hex.EncodeToString(b.digest) }

// verify refuses bytes that are not what was stored: a damaged disk or somebody's
// hand, either way not evidence any more.
func (b stored) verify(what string) error {
	if sum := sha256.Sum256(b.body); !bytes.Equal(sum[:], b.digest) {
		if len(b.body) == 0 {
			return &goneBody{what: what, digest: bytes.Clone(b.digest)}
		}
		return fmt.Errorf("%s: the stored bytes are not those of digest %s: "+
			"the store was damaged or altered; restore a copy of it", what, b.name())
	}
	return nil
}

func (b stored) decode(what string, into any) error {
	if err := b.verify(what); err != nil {
		return err
	}
	if err := json.Unmarshal(b.body, into); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}
