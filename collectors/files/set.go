package files

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

const (
	recordSuffix  = ".set.yaml"
	standardInput = "-"
)

// defaultValidity is how long rows count without another word: a month's
// export, and a few days to make the next.
const defaultValidity = 35 * 24 * time.Hour

// set is the record of one set of rows: what they are, and what it takes to
// test that they are all there.
type set struct {
	Kind        evidence.Kind `yaml:"kind"`         // of every row
	System      string        `yaml:"system"`       // the source system: "jamf"
	Query       string        `yaml:"query"`        // how the rows were asked for, so that it can be repeated
	ExtractedAt time.Time     `yaml:"extracted_at"` // when they were taken out
	Rows        *int          `yaml:"rows"`         // how many the system said there are
	Preparer    string        `yaml:"preparer"`     // who took them out
	Data        string        `yaml:"data"`         // file beside the record, .csv, .xlsx, .json or .jsonl; -: standard input
	Format      string        `yaml:"format"`       // csv, xlsx, json or jsonl, where the name does not say it
	Sheet       string        `yaml:"sheet"`        // of a workbook that has several
	ValidFor    string        `yaml:"valid_for"`    // how long they count: "168h"

	// For CSV and XLSX: the columns that identify and name a row, and those that hold
	// fields. Without fields every column must be id, name or a field's path.
	ID     string                       `yaml:"id"`
	Name   string                       `yaml:"name"`
	Fields map[string]string            `yaml:"fields"` // field path: column
	Values map[string]map[string]string `yaml:"values"` // field path: what a word of the system means

	file     string // the record's
	validity time.Duration
}

func (s set) population() evidence.Population {
	return evidence.Population{Kind: s.Kind, Type: providerName + "." + snake(string(s.Kind))}
}

// scope is the source system within the organisation, so that two systems that
// hold devices do not answer for each other.
func (s set) scope(organisation string) evidence.Scope {
	return evidence.Scope{Provider: providerName, Account: organisation, Shard: s.System + "/" + snake(string(s.Kind))}
}

// snake writes a kind as types are: AccessKey is access_key.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r >= 'A' && r <= 'Z' && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// readSets reads every record of a folder, in the order of their names. All
// problems are reported at once, each with file, line and field.
func readSets(dir string) ([]set, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of facts %s: %w", filepath.Base(dir), cause(err))
	}
	defer root.Close() //nolint:errcheck // read only
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("list the folder of facts: %w", cause(err))
	}
	var sets []set
	var problems []error
	taken := map[evidence.Scope]string{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), recordSuffix) || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		s, err := readSet(root, e.Name())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if other, twice := taken[s.scope("")]; twice {
			problems = append(problems, fmt.Errorf("%s: %s already holds the %s facts of %s; join the two", s.file, other, s.Kind, s.System))
		}
		taken[s.scope("")] = s.file
		sets = append(sets, s)
	}
	if len(sets) == 0 && len(problems) == 0 {
		return nil, fmt.Errorf("no record (NAME%s) in the folder of facts", recordSuffix)
	}
	slices.SortFunc(sets, func(a, b set) int { return cmp.Compare(a.file, b.file) })
	return sets, errors.Join(problems...)
}

func readSet(root *os.Root, name string) (set, error) {
	src, err := root.ReadFile(name)
	if err != nil {
		return set{}, fmt.Errorf("%s: %w", name, cause(err))
	}
	node, err := strictyaml.Parse(name, src)
	if err != nil {
		return set{}, err
	}
	s := set{file: name}
	if err := node.Decode(&s); err != nil {
		return set{}, err
	}
	var problems []error
	wrong := func(field, format string, args ...any) {
		problems = append(problems, node.At(field).Problem(field+": "+format, args...))
	}
	if _, ok := evidence.KindOf(s.Kind); !ok || s.Kind == "Attestation" {
		wrong("kind", "%q is not a kind of fact; `controlwatch facts kinds` lists them", s.Kind)
	}
	for field, value := range map[string]string{"system": s.System, "query": s.Query, "preparer": s.Preparer, "data": s.Data} {
		if strings.TrimSpace(value) == "" {
			wrong(field, "missing; without it nobody can test that the rows are all there")
		}
	}
	if s.ExtractedAt.IsZero() {
		wrong("extracted_at", "missing; expected when the rows were taken out, such as 2026-11-15T18:00:00Z")
	}
	if s.Rows == nil || *s.Rows < 0 {
		wrong("rows", "missing; expected how many rows the system said there are")
	}
	s.validity = defaultValidity
	if s.ValidFor != "" {
		if s.validity, err = time.ParseDuration(s.ValidFor); err != nil || s.validity <= 0 {
			wrong("valid_for", "expected a duration such as 168h")
		}
	}
	if s.Format == "" {
		s.Format = strings.TrimPrefix(strings.ToLower(path.Ext(s.Data)), ".")
	}
	if !slices.Contains([]string{"csv", "xlsx", "json", "jsonl"}, s.Format) {
		wrong("format", "expected csv, xlsx, json or jsonl, or a file name that ends so")
	}
	if s.Sheet != "" && s.Format != "xlsx" {
		wrong("sheet", "only a workbook (xlsx) has sheets")
	}
	s.ID, s.Name = cmp.Or(s.ID, "id"), cmp.Or(s.Name, "name")
	slices.SortFunc(problems, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return s, errors.Join(problems...)
}

// cause drops the call and the path that os adds: the message names the file itself.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
