package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Verify checks a bundle by itself: its files against its manifest, the manifest
// against its signature, leaves against the tree by their proofs, bodies against
// the lines that name them, checkpoints against keys and each other, and that no
// commit of the window is missing. An error says that it could not be read as a
// bundle at all; what does not fit is in the result.
func Verify(ctx context.Context, r io.ReaderAt, size int64, o Options) (*Verification, error) {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	v := &verifier{Verification: &Verification{}, options: o, bodies: map[Digest]*bodyState{}, items: map[Digest]bool{}, named: map[Digest]map[string]bool{}}
	v.Tokens = []Token{}
	for _, text := range o.Keys {
		key, err := note.NewVerifier(text)
		if err != nil {
			return nil, fmt.Errorf("key %q: expected \"name+hash+key\", as \"controlwatch key show\" prints it", text)
		}
		v.given = append(v.given, key)
	}
	v.Pinned = len(v.given) > 0
	var err error
	if v.archive, err = openArchive(r, size, o.Limits, v.problem); err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	for _, stage := range []func(context.Context) error{
		v.readManifest, v.files, v.sums, v.leaves, v.wantAttached, v.bodyFiles, v.attached, v.itemFiles, v.leftOut, v.checkpoints, v.consistency, v.receipts, v.statement,
	} {
		err := stage(ctx)
		if errors.Is(err, errEnough) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("verify bundle: %w", err)
		}
	}
	return v.Verification, nil
}

// errEnough ends the checks: without what is wrong the rest has no meaning. It is
// told already.
var errEnough = errors.New("the rest cannot be checked")

type verifier struct {
	*Verification
	options  Options
	archive  *archive
	given    []note.Verifier
	manifest Manifest
	root     tlog.Hash
	bodies   map[Digest]*bodyState      // that lines name
	items    map[Digest]bool            // that answers name; true: it is there
	named    map[Digest]map[string]bool // of attached files: bodies of which classes name them
	received []receipt
	keys     []introducedKey // in the order of the log
	points   []point
}

func (v *verifier) readManifest(context.Context) error {
	b, err := v.archive.whole(ManifestFile)
	if err == nil {
		v.manifest, err = readManifest(b)
	}
	if err != nil {
		v.problem(ManifestFile, err.Error())
		return errEnough
	}
	m := v.manifest
	v.Manifest = sha256.Sum256(b)
	v.Origin, v.From, v.To, v.Commits, v.Criteria, v.By, v.For = m.Origin, m.From, m.To, m.Commits, m.Criteria, m.By, m.For
	v.SampleData, v.NotHeld = m.SampleData, m.LeftOut
	raw, err := base64.StdEncoding.DecodeString(m.Root)
	if err != nil || len(raw) != tlog.HashSize {
		v.problem(ManifestFile, "its tree_root is no hash")
		return errEnough
	}
	v.root = tlog.Hash(raw)
	return nil
}

// files: each that the manifest lists is there as listed, and no other is.
func (v *verifier) files(ctx context.Context) error {
	listed := make(map[string]bool, len(v.manifest.Files))
	for _, name := range []string{ManifestFile, StatementFile} {
		listed[name] = true
	}
	for i, f := range v.manifest.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if listed[f.Path] {
			v.problem(f.Path, "the manifest lists it twice")
			continue
		}
		listed[f.Path] = true
		if what := v.file(f); what != "" {
			v.problem(f.Path, what)
		}
		v.Files++
		v.options.Progress("files", int64(i+1), int64(len(v.manifest.Files)))
	}
	for _, f := range v.archive.order {
		if !listed[f.Name] {
			v.problem(f.Name, "the manifest does not list it: it was added")
		}
	}
	for _, name := range []string{SumsFile, VerifyFile, KeysFile, InclusionFile, ConsistencyFile, LeftOutFile} {
		if !listed[name] {
			v.problem(name, "the manifest does not list it, and a bundle has it")
		}
	}
	return nil
}

func (v *verifier) file(f File) string {
	r, err := v.archive.open(f.Path)
	if err != nil {
		return err.Error()
	}
	defer r.Close() //nolint:errcheck // what was read is hashed
	h := sha256.New()
	n, err := io.Copy(h, r)
	switch {
	case err != nil:
		return unreadable(err).Error()
	case n != f.Size:
		return fmt.Sprintf("it was altered: it has %d bytes, the manifest says %d", n, f.Size)
	case Digest(h.Sum(nil)) != f.SHA256:
		return "it was altered: its SHA-256 is not that of the manifest"
	}
	return ""
}

// sums: what sha256sum is given is what the manifest lists.
func (v *verifier) sums(context.Context) error {
	b, err := v.archive.whole(SumsFile)
	if err != nil {
		return nil //nolint:nilerr // told by files
	}
	var want bytes.Buffer
	for _, f := range v.manifest.Files {
		if f.Path != SumsFile {
			fmt.Fprintf(&want, "%s  %s\n", f.SHA256, f.Path)
		}
	}
	if !bytes.Equal(b, want.Bytes()) {
		v.problem(SumsFile, "it does not say what the manifest says")
	}
	return nil
}

// statement: the manifest is signed by the key that signs the log now, which is
// trusted.
func (v *verifier) statement(ctx context.Context) error {
	b, err := v.archive.whole(StatementFile)
	if err != nil {
		v.problem(StatementFile, err.Error())
		return nil
	}
	key := v.newestKey()
	if key == nil {
		v.problem(StatementFile, "it is signed by none of the keys that are trusted: the log's newest key is not")
		return nil
	}
	err = checkStatement(ctx, b, v.manifest, v.Manifest, key)
	if err != nil {
		v.problem(StatementFile, err.Error())
		return nil
	}
	if key.Name() != v.manifest.Origin {
		v.problem(StatementFile, fmt.Sprintf("it is signed by %s, the log is %s", key.Name(), v.manifest.Origin))
		return nil
	}
	v.SignedBy = keyID(key)
	return nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
