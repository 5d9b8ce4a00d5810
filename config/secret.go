package config

import (
	"context"
	"errors"

	"github.com/goccy/go-yaml/ast"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Secret is a text that stands elsewhere: ${env:NAME} or ${file:PATH}. The
// configuration is kept as evidence, so a secret written into it is refused.
type Secret struct {
	Node strictyaml.Node

	reference string
	dir       string
	env       func(string) string
}

// UnmarshalYAML takes a reference, and nothing else.
func (s *Secret) UnmarshalYAML(ctx context.Context, n ast.Node) error {
	if err := s.Node.UnmarshalYAML(ctx, n); err != nil {
		return err
	}
	return strictyaml.Text(n, func(text []byte) error {
		if len(text) == 0 || reference.FindString(string(text)) != string(text) {
			return errors.New("expected ${env:NAME} or ${file:PATH}; a secret itself does not belong here")
		}
		s.reference = string(text)
		return nil
	})
}

// Given says whether there is a reference at all.
func (s Secret) Given() bool { return s.reference != "" }

// IsZero says that there is none.
func (s Secret) IsZero() bool { return !s.Given() }

// Value looks the secret up; empty if none is configured.
func (s Secret) Value() (string, error) {
	if !s.Given() {
		return "", nil
	}
	value, err := Settings{dir: s.dir, env: s.env}.expand(s.reference)
	if err != nil {
		return "", s.Node.Problem("%v", err)
	}
	return value, nil
}

// MarshalText writes the reference, never the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.reference), nil }

// String is the reference.
func (s Secret) String() string { return s.reference }
