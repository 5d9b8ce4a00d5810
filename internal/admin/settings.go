package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Settings is what is in force, by path.
type Settings map[string]string

// Input is what settings are taken from.
type Input struct {
	Config    config.Config
	Sources   []string // names of those that are connected
	Catalogue soc2.Catalogue
	Judge     soc2.Judge
	Program   Program
	Env       func(string) string
	Conceal   Concealer
}

// Program is the running program.
type Program struct {
	Version string
	SHA256  string // of its own file; empty: it could not be read
}

// Of gives what is in force.
func Of(in Input) (Settings, error) {
	s := Settings{
		"program.version": in.Program.Version, "program.sha256": in.Program.SHA256,
		"judge.engine": in.Judge.Engine, "judge.derive": in.Judge.Derive, "catalogue.digest": in.Judge.Catalogue,
	}
	if in.Program.SHA256 == "" {
		s["program.sha256"] = "unknown"
	}
	for _, c := range in.Catalogue.Controls {
		b, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("digest of control %s: %w", c.ID, err)
		}
		s["catalogue."+c.ID] = evidence.Digest(b)[:16]
	}
	for _, name := range in.Sources {
		s["sources."+name+".connected"] = "yes"
	}
	for _, name := range variables {
		if value := in.Env(name); value != "" && (!strings.HasPrefix(name, "AWS_") || in.Env("AWS_SESSION_TOKEN") == "") { // those are temporary
			s["environment."+name] = in.Conceal.Of(name, value)
		}
	}
	return s, s.configuration(in)
}

func (s Settings) configuration(in Input) error {
	b, err := json.Marshal(in.Config)
	if err != nil {
		return fmt.Errorf("settings in force: %w", err)
	}
	parts, err := fields(b)
	if err != nil {
		return fmt.Errorf("settings in force: %w", err)
	}
	for part, value := range parts {
		switch part {
		case "sources":
		case "decisions":
			s.named(part, value, "id", in)
		case "identities":
			s.named(part, value, "name", in)
		case "evidence":
			anchors := taken(value, "log", "anchors")
			s.flatten(part, value, in.show)
			s.named("evidence.log.anchors", anchors, "name", in)
		default:
			s.flatten(part, value, in.show)
		}
	}
	count := map[string]int{}
	for _, source := range in.Config.Sources {
		count[source.Provider]++
		name := source.Provider
		if n := count[name]; n > 1 {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		if err := s.source("sources."+name, source, in); err != nil {
			return err
		}
	}
	return nil
}

// named flattens a list of objects under a key of theirs, so that one more in the
// middle changes no other.
func (s Settings) named(part string, list any, key string, in Input) {
	items, _ := list.([]any)
	for _, item := range items {
		one, _ := item.(map[string]any)
		name := fmt.Sprint(one[key])
		delete(one, key)
		s[part+"."+name] = "there"
		s.flattenBare(part, part+"."+name, one, in.show)
	}
}

// taken takes a value out of objects within objects.
func taken(value any, path ...string) any {
	for i, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
		if i == len(path)-1 {
			delete(object, key)
		}
	}
	return value
}

// show gives the text of a value that is no setting of a provider.
func (in Input) show(bare, path, text string) string {
	if slices.ContainsFunc(plain, func(p string) bool { return bare == p || strings.HasPrefix(bare, p+".") }) {
		return withoutPassword(path, text, in.Conceal)
	}
	if !reference.MatchString(text) {
		return in.Conceal.Of(path, text)
	}
	return in.Conceal.Of(path, in.resolved(text)) + " from " + text
}

// resolved looks up what a reference stands for, for its digest only.
func (in Input) resolved(ref string) string {
	kind, name, _ := strings.Cut(strings.Trim(ref, "${}"), ":")
	if kind == "env" {
		return in.Env(name)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(in.Config.File), name)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "" // whoever needs it says so
	}
	return string(b)
}

func (s Settings) source(at string, source config.Source, in Input) error {
	b, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("settings in force: %s: %w", at, err)
	}
	own, err := fields(b)
	if err != nil {
		return fmt.Errorf("settings in force: %s: %w", at, err)
	}
	delete(own, "settings")
	s.flatten(at, own, func(_, _, text string) string { return text })
	var written, read map[string]any
	if err := source.Settings.Node.Decode(&written); err != nil {
		return fmt.Errorf("settings in force: %s: %w", at, err)
	}
	if err := source.Settings.Decode(&read); err != nil {
		return fmt.Errorf("settings in force: %s: %w", at, err)
	}
	at += ".settings"
	references := Settings{}
	references.flatten(at, written, func(_, _, text string) string { return text })
	s.flatten(at, read, func(bare, path, text string) string {
		if slices.Contains(plainSettings[source.Provider], strings.TrimPrefix(bare, at+".")) {
			return withoutPassword(path, text, in.Conceal)
		}
		shown := in.Conceal.Of(path, text)
		if r := references[path]; reference.MatchString(r) {
			shown += " from " + r
		}
		return shown
	})
	for path, value := range references {
		if strings.HasSuffix(path, "_file") {
			s[path+".content"] = content(in, path, value)
		}
	}
	return nil
}

var reference = regexp.MustCompile(`^\$\{(env|file):[A-Za-z0-9_./-]+\}$`)

// content stands in for a file that holds a secret.
func content(in Input, path, file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(in.Config.File), file)
	}
	f, err := os.Open(file)
	if err != nil {
		return concealed + ", and cannot be read"
	}
	defer f.Close() //nolint:errcheck // nothing was written
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return concealed + ", and cannot be read"
	}
	return in.Conceal.Of(path, string(b))
}

// withoutPassword takes out of an address what may be secret in it: user, password
// and query. A proxy that is no address is not shown at all.
func withoutPassword(path, text string, c Concealer) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		if strings.Contains(text, "@") && (path == "network.proxy" || strings.HasSuffix(path, "url") || strings.Contains(text, "://")) {
			return c.Of(path, text)
		}
		return text
	}
	if u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return text
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return bare.String() + ", and " + c.Of(path, text)
}

// flatten gives each value below a path one of its own. bare is the path without
// the numbers of list items.
func (s Settings) flatten(at string, value any, show func(bare, path, text string) string) {
	s.flattenBare(at, at, value, show)
}

func (s Settings) flattenBare(bare, at string, value any, show func(bare, path, text string) string) {
	switch v := value.(type) {
	case nil:
	case map[string]any:
		for key, below := range v {
			s.flattenBare(bare+"."+key, at+"."+key, below, show)
		}
	case []any:
		for i, item := range v {
			s.flattenBare(bare, fmt.Sprintf("%s[%d]", at, i), item, show)
		}
	default:
		s[at] = show(bare, at, fmt.Sprint(v))
	}
}

func fields(b []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var out map[string]any
	err := decoder.Decode(&out)
	return out, err
}
