package config

import (
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

	raw any
	dir string
	env func(string) string
}

// UnmarshalYAML keeps the block for later.
func (s *Settings) UnmarshalYAML(unmarshal func(any) error) error { return unmarshal(&s.raw) }

// MarshalJSON writes nothing: settings may hold secrets, and leave this value
// only towards the provider they are for.
func (s Settings) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

// Decode expands references and reads the block strictly.
func (s Settings) Decode(into any) error {
	if s.Node.AST == nil {
		return nil
	}
	v := &expander{settings: s}
	ast.Walk(v, s.Node.AST)
	if v.err != nil {
		return v.err
	}
	return s.Node.Decode(into)
}

var reference = regexp.MustCompile(`\$\{(env|file):([^}]*)\}`)

type expander struct {
	settings Settings
	err      error
}

// Visit expands the references of every text.
func (e *expander) Visit(n ast.Node) ast.Visitor {
	text, ok := n.(*ast.StringNode)
	if !ok || e.err != nil || !strings.Contains(text.Value, "${") {
		return e
	}
	at := strictyaml.Node{File: e.settings.Node.File, AST: n}
	text.Value = reference.ReplaceAllStringFunc(text.Value, func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		value, err := e.settings.lookUp(parts[1], parts[2])
		if err != nil && e.err == nil {
			e.err = at.Problem("%v", err)
		}
		return value
	})
	return e
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
