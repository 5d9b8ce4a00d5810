package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Digest is a SHA-256. As text it is hexadecimal.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText is String.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads 64 lower-case hexadecimal digits and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) || hex.EncodeToString(raw) != string(text) {
		return errors.New("it is no SHA-256 in hexadecimal")
	}
	copy(d[:], raw)
	return nil
}
