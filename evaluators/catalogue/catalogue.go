package catalogue

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
	"github.com/controlwatch/controlwatch/soc2"
)

//go:embed criteria.yaml tests.csv manual.csv checklist.csv controls
var embedded embed.FS

// CasesSuffix ends the names of the files that hold a control's cases.
const CasesSuffix = ".cases.yaml"

// Load gives the catalogue that ships with the program. It is read once in a
// process: the lists are the caller's own, what
// they hold is everybody's and not to be changed.
func Load() (soc2.Catalogue, error) {
	cat, err := shipped()
	cat.Criteria, cat.Controls = slices.Clone(cat.Criteria), slices.Clone(cat.Controls)
	return cat, err
}

// What ships passed the lint before it was built in, and is not put to it at each start.
var shipped = sync.OnceValues(func() (soc2.Catalogue, error) {
	r := reader{fsys: embedded, refs: embedded, linted: true}
	return r.read()
})

// Files is the catalogue that ships with the program, as files.
func Files() fs.FS { return embedded }

// Read reads a catalogue: criteria.yaml, tests.csv, manual.csv and the controls
// under controls/. A folder without criteria.yaml holds controls only, anywhere
// below it, and they refer to the criteria and rows that ship with the program.
// The error lists everything that is wrong, each with file, line and column.
func Read(fsys fs.FS) (soc2.Catalogue, error) {
	r := reader{fsys: fsys, refs: fsys}
	if _, err := fs.Stat(fsys, "criteria.yaml"); errors.Is(err, fs.ErrNotExist) {
		r.refs, r.partial = embedded, true
	}
	return r.read()
}

type reader struct {
	fsys    fs.FS
	refs    fs.FS // holds criteria and rows
	partial bool  // controls only
	linted  bool  // before
	digest  []string
}

func (r *reader) read() (soc2.Catalogue, error) {
	l := &linter{partial: r.partial}
	var err error
	if l.criteria, err = r.criteria(); err != nil {
		return soc2.Catalogue{}, err
	}
	if l.tests, err = rowIDs(r.refs, "tests.csv"); err != nil {
		return soc2.Catalogue{}, err
	}
	if l.manual, err = rowIDs(r.refs, "manual.csv"); err != nil {
		return soc2.Catalogue{}, err
	}
	if l.sources, err = r.controls(); err != nil {
		return soc2.Catalogue{}, err
	}
	if !r.linted {
		if err := l.lint(); err != nil {
			return soc2.Catalogue{}, err
		}
	}
	cat := soc2.Catalogue{Digest: r.sum()}
	cat.Criteria = append(cat.Criteria, l.criteria.list...)
	for _, s := range l.sources {
		cat.Controls = append(cat.Controls, s.control)
	}
	slices.SortFunc(cat.Controls, func(a, b soc2.Control) int { return strings.Compare(a.ID, b.ID) })
	return cat, nil
}

func (r *reader) criteria() (criteria, error) {
	d, err := r.document(r.refs, "criteria.yaml")
	if err != nil {
		return criteria{}, err
	}
	c := criteria{document: d}
	return c, d.Decode(&c.list)
}

// controls reads every control. Files that cannot be read are all reported.
func (r *reader) controls() ([]source, error) {
	root := "."
	if !r.partial {
		root = "controls"
	}
	var found []source
	var problems []error
	err := fs.WalkDir(r.fsys, root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(name, CasesSuffix) {
			return err
		}
		if ext := path.Ext(name); ext != ".yaml" {
			if ext == ".yml" {
				problems = append(problems, &strictyaml.Problem{File: name, Message: "would be ignored: call it .yaml"})
			}
			return nil
		}
		d, err := r.document(r.fsys, name)
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		s := source{document: d}
		if err := d.Decode(&s.control); err != nil {
			problems = append(problems, err)
			return nil
		}
		found = append(found, s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read controls: %w", err)
	}
	if len(found) == 0 && len(problems) == 0 {
		return nil, fmt.Errorf("read controls: no control (*.yaml) in %s", root)
	}
	return found, errors.Join(problems...)
}

// document reads one file and counts it into the digest.
func (r *reader) document(fsys fs.FS, name string) (*document, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	sum := sha256.Sum256(b)
	r.digest = append(r.digest, name+" "+hex.EncodeToString(sum[:])+"\n")
	return parse(name, b)
}

// sum is the digest of everything that bears on a judgement: criteria and
// controls. Cases and the lists of rows do not.
func (r *reader) sum() string {
	slices.Sort(r.digest)
	sum := sha256.Sum256([]byte(strings.Join(r.digest, "")))
	return hex.EncodeToString(sum[:])
}
