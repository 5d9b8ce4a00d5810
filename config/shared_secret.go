package config

import (
	"os"
	"path/filepath"
	"strings"
)

// secretFileLimit is how large a file is that may hold a secret.
const secretFileLimit = 64 << 10

// Holds says whether one of the settings is a secret, or names a file that holds
// it: what writes must not use the credentials that evidence is collected with.
func (s Settings) Holds(secret string) (bool, error) {
	found := false
	secret = strings.TrimSpace(secret)
	if secret == "" || s.Node.Empty() {
		return false, nil
	}
	_, err := s.Node.Replace(func(text string) (string, error) {
		value, err := s.expand(text)
		if err == nil && (strings.TrimSpace(value) == secret || s.fileHolds(value, secret)) {
			found = true
		}
		return value, err
	})
	return found, err
}

func (s Settings) fileHolds(path, secret string) bool {
	if path == "" || len(path) > 1024 || strings.ContainsAny(path, "\n\x00") {
		return false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > secretFileLimit {
		return false
	}
	b, err := os.ReadFile(path)
	return err == nil && strings.TrimSpace(string(b)) == secret
}
