package attestations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// folder is an open folder. Everything is opened through it, so that neither
// ".." nor a link leads out of it.
type folder struct{ root *os.Root }

func openFolder(dir string) (folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		err = cause(err)
		return folder{}, &folderError{Dir: dir, Err: fmt.Errorf("open the folder of attestations: %w", err)}
	}
	return folder{root}, nil
}

func (f folder) close() { _ = f.root.Close() }

// statements reads all attestations of a folder, in the order of their files.
// problems are the files, or parts of files, that cannot be used.
func (f folder) statements(ctx context.Context, now time.Time) (found []statement, problems []error, err error) {
	names, problems, err := f.names(ctx)
	if err != nil {
		return nil, nil, err
	}
	bad := map[string][]error{}
	isEvidence := map[string]bool{}
	for _, name := range names {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		in, errs := f.file(name, now)
		found = append(found, in...)
		bad[name] = errs
		for _, st := range in {
			for _, file := range st.files {
				isEvidence[path.Join(path.Dir(name), file)] = true
			}
		}
	}
	for _, name := range names {
		// Evidence may well be a YAML file itself: it is named by an attestation.
		if !isEvidence[name] {
			problems = append(problems, bad[name]...)
		}
	}
	found, twice := unique(found)
	return found, append(problems, twice...), nil
}

// names lists the files to read. Hidden ones are passed over: a folder mounted
// from a ConfigMap holds its files twice, once under names that start with "..".
func (f folder) names(ctx context.Context) (names []string, problems []error, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case name == "." && err != nil:
			return err
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", name, cause(err)))
			return nil
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 {
			// Not following silently would lose what lies behind the link.
			if info, err := f.root.Stat(name); err == nil && info.IsDir() {
				problems = append(problems, fmt.Errorf("%s: is a link to a folder, which is not followed; move the folder here", name))
				return nil
			}
		}
		if ext := strings.ToLower(path.Ext(name)); ext == ".yaml" || ext == ".yml" {
			names = append(names, name)
		}
		return nil
	})
	return names, problems, err
}

// file reads one file.
func (f folder) file(name string, now time.Time) ([]statement, []error) {
	src, err := f.read(name)
	if err != nil {
		return nil, []error{fmt.Errorf("%s: %w", name, cause(err))}
	}
	found, problems := parse(name, src, now)
	for i := range found {
		found[i].src, found[i].alone = src, len(found)+len(problems) == 1
	}
	return found, problems
}

func (f folder) read(name string) ([]byte, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, strictyaml.MaxBytes+1)) // the parser refuses what is longer
}

// open opens regular files only: opening a pipe would wait for a writer.
func (f folder) open(name string) (*os.File, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	return f.root.Open(name)
}

// unique leaves out attestations that claim the same id: which of them is meant
// cannot be known.
func unique(all []statement) (kept []statement, problems []error) {
	byID := map[string][]statement{}
	for _, st := range all {
		byID[st.id] = append(byID[st.id], st)
	}
	for _, same := range byID {
		if len(same) == 1 {
			kept = append(kept, same[0])
			continue
		}
		problems = append(problems, same[1].node.Problem("states the same as %s: %q; give one of them an id of its own", same[0].place(), same[0].id))
	}
	slices.SortFunc(kept, func(a, b statement) int { return cmp.Compare(a.id, b.id) })
	slices.SortFunc(problems, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return kept, problems
}

// cause drops the call and the path that os adds: the message names the file itself.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
