package bundle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/controlwatch/controlwatch/internal/checkpoint"
)

// point is a checkpoint of the bundle.
type point struct {
	name   string
	size   int64
	signed []byte
	read   checkpoint.Checkpoint
	good   bool // signed by a key that is trusted by then
}

// checkpoints: each is signed by a key that is trusted or vouched for by one that
// is, and the newest is the one that the proofs lead to.
func (v *verifier) checkpoints(context.Context) error {
	v.readKeys()
	for _, f := range v.archive.order {
		size, ok := numbered(f.Name, pointsFolder, ".txt")
		if !ok {
			continue
		}
		signed, err := v.archive.whole(f.Name)
		if err != nil {
			v.problem(f.Name, err.Error())
			continue
		}
		v.points = append(v.points, point{name: f.Name, size: size, signed: signed})
	}
	slices.SortFunc(v.points, func(a, b point) int { return int(a.size - b.size) })
	if len(v.points) == 0 {
		v.problem(CheckpointFile(v.manifest.Size), "it is missing: nothing in the bundle is signed as part of the log")
		return nil
	}
	v.follow()
	for i := range v.points {
		p := &v.points[i]
		if what := v.pointProblem(p); what != "" {
			v.problem(p.name, what)
			continue
		}
		v.Checkpoints++
	}
	newest := v.points[len(v.points)-1]
	if newest.size != v.manifest.Size || newest.read.Root != v.root {
		v.problem(newest.name, "it is not the checkpoint that the manifest names")
	}
	if key := v.newestKey(); key != nil {
		if _, _, err := checkpoint.Open(newest.signed, []note.Verifier{key}); err != nil {
			v.problem(newest.name, "it is not signed by the newest key that the log names: a key that was handed over from signs nothing new")
		}
	}
	return nil
}

// newestKey is the last that the log names, if it is trusted: the one that signs.
func (v *verifier) newestKey() note.Verifier {
	if len(v.keys) == 0 {
		return nil
	}
	key := v.keys[len(v.keys)-1].key
	if !slices.ContainsFunc(v.trusted(), func(k note.Verifier) bool { return keyID(k) == keyID(key) }) {
		return nil
	}
	return key
}

// readKeys compares the list of keys for people with the keys that the log names.
func (v *verifier) readKeys() {
	var want strings.Builder
	for _, k := range v.keys {
		want.WriteString(k.text + "\n")
	}
	b, err := v.archive.whole(KeysFile)
	switch {
	case err != nil: // told by files
	case string(b) != want.String():
		v.problem(KeysFile, "its keys are not those that the log names")
	case len(v.keys) == 0:
		v.problem(KeysFile, "the bundle names no key")
	}
}

// follow opens checkpoints from the oldest on with the keys trusted by then: those
// given, or else the first of the log, and each that is named in what those signed.
// So the first key vouches for the later ones, and the newest for the earlier: what
// only an earlier one signed is held to later checkpoints by consistency.
func (v *verifier) follow() {
	if !v.Pinned && len(v.keys) > 0 {
		v.given = []note.Verifier{v.keys[0].key}
	}
	for i := range v.points {
		p := &v.points[i]
		read, _, err := checkpoint.Open(p.signed, v.given)
		if err != nil {
			continue
		}
		p.read, p.good = read, true
		for _, k := range v.keys {
			if k.leaf < read.Size && !slices.ContainsFunc(v.given, func(known note.Verifier) bool { return keyID(known) == keyID(k.key) }) {
				v.given = append(v.given, k.key)
			}
		}
	}
}

func (v *verifier) trusted() []note.Verifier { return v.given }

func (v *verifier) pointProblem(p *point) string {
	if !p.good {
		var err error
		p.read, _, err = checkpoint.Open(p.signed, v.trusted())
		switch {
		case errors.Is(err, checkpoint.ErrUnknownKey):
			return "it is signed by none of the keys that are trusted"
		case err != nil:
			return err.Error()
		}
	}
	switch {
	case p.read.Size != p.size:
		return fmt.Sprintf("its note speaks of %d leaves", p.read.Size)
	case p.read.Origin != v.manifest.Origin:
		return fmt.Sprintf("it is of the log %s, the manifest of %s", p.read.Origin, v.manifest.Origin)
	}
	return ""
}

// consistency: each checkpoint holds all that the one before held.
func (v *verifier) consistency(ctx context.Context) error {
	if !v.archive.has(ConsistencyFile) {
		return nil // told by files
	}
	r, err := v.archive.open(ConsistencyFile)
	if err != nil {
		v.problem(ConsistencyFile, err.Error())
		return nil
	}
	defer r.Close() //nolint:errcheck // read only
	next := 1
	err = eachHashLine(r, 2, func(sizes []int64, proof []tlog.Hash) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if next >= len(v.points) || v.points[next-1].size != sizes[0] || v.points[next].size != sizes[1] {
			return fmt.Errorf("it has a proof from %d to %d leaves, which are no checkpoints after each other", sizes[0], sizes[1])
		}
		older, newer := v.points[next-1].read, v.points[next].read
		next++
		if older.Size != sizes[0] || newer.Size != sizes[1] {
			return nil // one of them could not be read, which is told
		}
		if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
			v.problem(CheckpointFile(newer.Size), fmt.Sprintf("it is not consistent with the checkpoint over %d leaves: the log was rewritten between them, or the proof was altered", older.Size))
		}
		return nil
	})
	if err == nil && next < len(v.points) {
		err = fmt.Errorf("the proof from %d to %d leaves is missing", v.points[next-1].size, v.points[next].size)
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		v.problem(ConsistencyFile, err.Error())
	}
	return nil
}
