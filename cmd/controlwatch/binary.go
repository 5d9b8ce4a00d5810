package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/controlwatch/controlwatch/internal/admin"
)

// ownDigest is the SHA-256 of the file that this process runs from.
func ownDigest() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("digest of the program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("digest of the program: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("digest of the program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// running is the running program. A digest that cannot be had is empty, which is
// shown as unknown everywhere.
func (p *program) running() admin.Program {
	out := admin.Program{Version: buildVersion()}
	if p.binary != nil {
		if digest, err := p.binary(); err == nil {
			out.SHA256 = digest
		}
	}
	return out
}
