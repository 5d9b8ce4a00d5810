package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
)

// attestedFile is a file that an attestation names.
type attestedFile struct {
	attestation, control string
	evidence.File
	stored bool   // the store has its bytes, or had
	pruned string // why it has them no more
}

// What became of a file that an attestation names.
const (
	fileHeld     = "in the bundle"
	fileMissing  = "missing"
	fileChanged  = "changed"
	fileNotGiven = "not given"
	fileRedacted = "redacted"
	fileOther    = "of another criterion"
	fileNotRead  = "not read"
	filePruned   = "pruned"
)

// attested notes the files that a fact of an attestation names.
func (x *exporter) attested(id string, b []byte) error {
	f, err := evidence.DecodeFact(b)
	if err != nil {
		return err
	}
	a, ok := f.Body.(*evidence.Attestation)
	if !ok {
		return fmt.Errorf("it is a %T", f.Body)
	}
	if a.Files == nil {
		x.attestedFiles = append(x.attestedFiles, attestedFile{attestation: id, control: a.Control})
	}
	for _, one := range a.Files {
		x.attestedFiles = append(x.attestedFiles, attestedFile{attestation: id, control: a.Control, File: one})
	}
	return nil
}

// files: those that records name are in the store and among the bodies. Of those that
// attestations in a folder name it has the digests only: as far as they are given at
// hand each is compared, and what is not the file that was attested is not put in but
// told.
func (x *exporter) files(ctx context.Context) error {
	slices.SortFunc(x.attestedFiles, func(a, b attestedFile) int {
		return cmp.Or(strings.Compare(a.attestation, b.attestation), strings.Compare(a.Path, b.Path), strings.Compare(a.SHA256, b.SHA256))
	})
	x.attestedFiles = slices.Compact(x.attestedFiles)
	at, err := x.lookForFiles(ctx)
	if err != nil {
		return err
	}
	var t table
	defer t.close()
	t.put("attestation", "control", "path", "size", "sha256", "state", "detail")
	states := map[string]int{}
	written := map[bundle.Digest]bool{}
	for _, f := range x.attestedFiles {
		state, detail, err := x.attestedState(ctx, f, at, written)
		if err != nil {
			return fmt.Errorf("attestation %s: %s: %w", f.attestation, f.Path, err)
		}
		states[state]++
		if state == fileMissing || state == fileChanged {
			x.leaveFile(f, state, detail, states[fileMissing]+states[fileChanged])
		}
		t.put(f.attestation, f.control, f.Path, fmt.Sprint(f.Size), f.SHA256, state, detail)
	}
	x.counts.Files, x.counts.FilesAbsent = states[fileHeld], len(x.attestedFiles)-states[fileHeld]
	if n := states[fileNotGiven]; n > 0 {
		x.leave(fmt.Sprintf("%d files that attestations name", n), "the store keeps their names, sizes and SHA-256 (files.csv), not the files: export again with --attestations and the folder they lie in, or ask for them and compare")
	}
	if n := states[fileRedacted]; n > 0 {
		x.leave(fmt.Sprintf("%d files that attestations name", n), "redacted: they were left out on purpose; files.csv has names, sizes and SHA-256")
	}
	if n := states[fileOther]; n > 0 {
		x.leave(fmt.Sprintf("%d files of attestations of other controls", n), "the bundle is limited to criteria; files.csv has names, sizes and SHA-256")
	}
	if n := states[fileNotRead]; n > 0 {
		x.leave(fmt.Sprintf("files of %d attestations", n), "one at least could not be read when the attestation was, so that their digests are not known")
	}
	return x.table("files.csv", &t)
}

// mostTold is how many files are named in the manifest, each; all are in the table.
const mostTold = 100

func (x *exporter) leaveFile(f attestedFile, state, detail string, n int) {
	switch {
	case n <= mostTold:
		x.leave("file "+f.Path+" of attestation "+f.attestation, state+": "+detail)
	case n == mostTold+1:
		x.leave("more files that attestations name", "missing or changed; files.csv tells each")
	}
}

// foundFiles are files at hand: by digest those that are named, by path all of them.
type foundFiles struct {
	byDigest map[string]string
	paths    []string
	unread   map[string]string // by path, why
}

// lookForFiles hashes what could be a file that is named: those of a size that is.
func (x *exporter) lookForFiles(ctx context.Context) (foundFiles, error) {
	out := foundFiles{byDigest: map[string]string{}, unread: map[string]string{}}
	if x.options.Attestations == nil || x.redacted("files") || len(x.attestedFiles) == 0 {
		return out, nil
	}
	sizes := map[int64]bool{}
	for _, f := range x.attestedFiles {
		sizes[f.Size] = sizes[f.Size] || !f.stored
	}
	err := fs.WalkDir(x.options.Attestations, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == ".":
			return fmt.Errorf("the folder of attestations: %w", err)
		case err != nil:
			out.unread[name] = reason(err)
			return nil
		case d.IsDir():
			return nil
		}
		out.paths = append(out.paths, name)
		info, err := fs.Stat(x.options.Attestations, name) // of what a link leads to, within the folder
		if err != nil {
			out.unread[name] = reason(err)
			return nil
		}
		if !info.Mode().IsRegular() || !sizes[info.Size()] {
			return nil
		}
		sum := sha256.New()
		if err := x.copyFile(ctx, name, sum); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out.unread[name] = reason(err)
			return nil
		}
		digest := bundle.Digest(sum.Sum(nil)).String()
		if _, known := out.byDigest[digest]; !known {
			out.byDigest[digest] = name
		}
		return nil
	})
	return out, err
}

// attestedState puts a file into the bundle, or says why it is not.
func (x *exporter) attestedState(ctx context.Context, f attestedFile, at foundFiles, written map[bundle.Digest]bool) (state, detail string, err error) {
	var digest bundle.Digest
	switch {
	case f.SHA256 == "" && f.Path == "":
		return fileNotRead, "a file that the attestation names could not be read when the attestation was", nil
	case !x.ofCriteria(f.control):
		return fileOther, "the bundle is limited to criteria, and the attestation is of a control of others", nil
	case x.redacted("files"):
		return fileRedacted, "left out on purpose", nil
	}
	if err := digest.UnmarshalText([]byte(f.SHA256)); err != nil {
		return "", "", fmt.Errorf("its digest %q: %w", f.SHA256, err)
	}
	switch {
	case x.storedFiles[digest] && x.have[digest]:
		return fileHeld, bundle.BodyFile("files", digest), nil
	case f.pruned != "":
		return filePruned, f.pruned, nil
	case f.stored:
		return "", "", errors.New("the store has it, and it is not among the bodies")
	case x.options.Attestations == nil:
		return fileNotGiven, "no folder was given", nil
	}
	if written[digest] {
		return fileHeld, bundle.AttachedFile(digest), nil
	}
	name, found := at.byDigest[f.SHA256]
	if !found {
		state, detail = at.whyNot(f)
		return state, detail, nil
	}
	to, err := x.out.CreateStored(bundle.AttachedFile(digest))
	if err != nil {
		return "", "", err
	}
	sum := sha256.New()
	if err := x.copyFile(ctx, name, io.MultiWriter(to, sum)); err != nil {
		return "", "", err
	}
	if bundle.Digest(sum.Sum(nil)) != digest {
		return "", "", errors.New("it changed while it was exported: export again")
	}
	written[digest] = true
	return fileHeld, bundle.AttachedFile(digest), nil
}

// whyNot tells a file that is at its place with other bytes from one that is not.
func (at foundFiles) whyNot(f attestedFile) (state, detail string) {
	plain := strings.TrimPrefix(path.Clean("/"+f.Path), "/")
	for _, name := range at.paths {
		if name != plain && !strings.HasSuffix(name, "/"+plain) {
			continue
		}
		if why := at.unread[name]; why != "" {
			return fileMissing, "the file " + name + " cannot be read: " + why
		}
		return fileChanged, "the file " + name + " is not the one that was attested: its size or SHA-256 is another"
	}
	return fileMissing, "no file in the folder given has its SHA-256"
}

func (x *exporter) copyFile(ctx context.Context, name string, to io.Writer) (err error) {
	file, err := x.options.Attestations.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	block := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := file.Read(block)
		if n > 0 {
			if _, err := to.Write(block[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// reason is an error without the path, which is told beside it.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
