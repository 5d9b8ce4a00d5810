package store

import (
	"fmt"
	"path/filepath"
	"strings"
)

// parseDSN gives the absolute path in "sqlite:PATH".
func parseDSN(dsn string) (string, error) {
	const expected = `expected "sqlite:PATH", as in sqlite:/var/lib/controlwatch/controlwatch.db`
	scheme, path, found := strings.Cut(dsn, ":")
	switch {
	case dsn == "":
		return "", fmt.Errorf("store is empty: %s", expected)
	case !found:
		return "", fmt.Errorf("store %q has no scheme: %s", dsn, expected)
	case strings.HasPrefix(scheme, "postgres"):
		return "", fmt.Errorf("store %s: is not available in this version: %s", scheme, expected) // the rest may hold a password
	case scheme != "sqlite":
		return "", fmt.Errorf("store scheme %q is unknown: %s", scheme, expected)
	case path == "" || strings.HasSuffix(path, "/"):
		return "", fmt.Errorf("store %q names no file: %s", dsn, expected)
	case strings.HasPrefix(path, "//"):
		return "", fmt.Errorf("store %q: no host can be given: %s", dsn, expected)
	case path == ":memory:":
		return "", fmt.Errorf("store %q: evidence is not kept in memory: %s", dsn, expected)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store %q: %w", dsn, err)
	}
	return absolute, nil
}
