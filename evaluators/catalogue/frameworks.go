package catalogue

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/controlwatch/controlwatch/soc2"
)

//go:embed frameworks
var frameworkFiles embed.FS

// Frameworks are those whose requirements are listed, by id, one file each. They
// change nothing that is judged and are no part of the catalogue's digest.
func Frameworks() (all []soc2.Framework, err error) {
	entries, err := frameworkFiles.ReadDir("frameworks")
	if err != nil {
		return nil, fmt.Errorf("frameworks: %w", err)
	}
	for _, e := range entries {
		text, err := frameworkFiles.ReadFile(path.Join("frameworks", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("frameworks: %w", err)
		}
		f := soc2.Framework{ID: strings.TrimSuffix(e.Name(), ".yaml")}
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil {
			return nil, fmt.Errorf("frameworks/%s: %w", e.Name(), err)
		}
		all = append(all, f)
	}
	return all, nil
}
