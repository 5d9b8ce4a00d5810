package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// Settings are a provider's own keys, decoded by the provider. A text in them
// may stand elsewhere: ${env:NAME} is an environment variable, ${file:PATH} the
// content of a file without its last line end, relative to the configuration.
type Settings struct {
	Node strictyaml.Node

	dir string
	env func(string) string
}

// UnmarshalYAML keeps the block for later.
func (s *Settings) UnmarshalYAML(ctx context.Context, n ast.Node) error {
	if _, ok := n.(ast.MapNode); !ok {
		return errors.New("expected a mapping")
	}
	return s.Node.UnmarshalYAML(ctx, n)
}

// MarshalJSON writes nothing: settings may hold secrets, and leave this value
// only towards the provider they are for.
func (s Settings) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

// Decode expands references and reads the block strictly.
func (s Settings) Decode(into any) error {
	expanded, err := s.Node.Replace(s.expand)
	if err != nil {
		return err
	}
	return expanded.Decode(into)
}

var reference = regexp.MustCompile(`\$\{(env|file):([^}]*)\}`)

func (s Settings) expand(text string) (string, error) {
	var wrong error
	expanded := reference.ReplaceAllStringFunc(text, func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		value, err := s.lookUp(parts[1], parts[2])
		if wrong == nil {
			wrong = err
		}
		return value
	})
	return expanded, wrong
}

func (s Settings) lookUp(kind, name string) (string, error) {
	if kind == "env" {
		if value := s.env(name); value != "" {
			return value, nil
		}
		return "", fmt.Errorf("${env:%s}: the environment variable is not set; set it, or use ${file:PATH}", name)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("${file:%s}: %w; create it, readable only by the user who runs controlwatch", name, err)
	}
	if len(strings.TrimSpace(string(b))) == 0 {
		return "", fmt.Errorf("${file:%s}: the file is empty", name)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
