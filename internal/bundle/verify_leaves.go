package bundle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// bodyState is a body that lines of the log name.
type bodyState struct {
	row            string
	found, listed  bool
	introducesAt   int64 // leaf of the entry that introduces a key by it
	introducesAKey bool
	receipt        bool // of an anchor
}

// walk is where the reading of leaves is.
type walk struct {
	previous int64 // leaf; -1: none
	seq      int64 // commit of that leaf
	epoch    int64 // of the newest commit
	before   bool  // the commit before the window was seen, and when it was
}

// leaves: each has a proof that it is in the tree, those of the window are all
// there, and the window begins and ends where the manifest says.
func (v *verifier) leaves(ctx context.Context) error {
	if !v.archive.has(InclusionFile) {
		return errEnough // told by files
	}
	proved := map[int64]bool{}
	w := walk{previous: -1}
	r, err := v.archive.open(InclusionFile)
	if err != nil {
		v.problem(InclusionFile, err.Error())
		return errEnough
	}
	defer r.Close() //nolint:errcheck // read only
	err = eachHashLine(r, 1, func(numbers []int64, proof []tlog.Hash) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		leaf := numbers[0]
		if leaf <= w.previous {
			return fmt.Errorf("leaf %d comes after leaf %d", leaf, w.previous)
		}
		proved[leaf] = true
		v.oneLeaf(leaf, proof, &w)
		v.Leaves++
		return nil
	})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		v.problem(InclusionFile, unreadable(err).Error())
	}
	for _, f := range v.archive.order {
		if leaf, ok := numbered(f.Name, leavesFolder, ".jsonl"); ok && !proved[leaf] {
			v.problem(f.Name, "it has no proof that it is in the log")
		}
	}
	v.window(proved, w)
	return nil
}

func (v *verifier) oneLeaf(leaf int64, proof []tlog.Hash, w *walk) {
	name := LeafFile(leaf)
	data, err := v.archive.whole(name)
	if err != nil {
		if !errors.Is(err, errMissing) || !slices.ContainsFunc(v.manifest.Files, func(f File) bool { return f.Path == name }) {
			v.problem(name, err.Error()) // else told by files
		}
		return
	}
	if leaf >= v.manifest.Size {
		v.problem(name, "it is beyond the checkpoint")
		return
	}
	if err := tlog.CheckRecord(proof, v.manifest.Size, v.root, leaf, tlog.RecordHash(data)); err != nil {
		v.problem(name, "its proof does not lead to the root of the checkpoint: the leaf or the proof was altered")
		return
	}
	first, seq := true, int64(0)
	err = EachLine(data, func(l Line) error {
		v.Lines++
		if first {
			seq = l.Seq
			if what := v.order(leaf, l, w); what != "" {
				return errors.New(what)
			}
		}
		first = false
		switch {
		case l.Seq != seq:
			return fmt.Errorf("it is of commit %d, the leaf of %d", l.Seq, seq)
		case l.Row == "commit":
			if what := v.stamp(l, w); what != "" {
				return errors.New(what)
			}
		case !KnownRow(l.Row):
			v.warn("lines of %q are not known to this program: whether what they name is in the bundle was not checked", l.Row)
		}
		for _, digest := range l.Bodies {
			state := v.bodies[digest]
			if state == nil {
				state = &bodyState{row: l.Row}
				v.bodies[digest] = state
			}
			if l.Row == "entry" && l.Kind == "log-key" && !state.introducesAKey {
				state.introducesAKey, state.introducesAt = true, leaf
			}
			state.receipt = state.receipt || l.Row == "entry" && l.Kind == anchorEntry
		}
		return nil
	})
	if err != nil {
		v.problem(name, err.Error())
	}
	w.previous, w.seq = leaf, seq
}

// order: commits follow each other by number, and within the window none is
// missing and each begins with its own line.
func (v *verifier) order(leaf int64, l Line, w *walk) string {
	window := v.manifest.Leaves
	within := leaf >= window.First && leaf <= window.Last
	commits := v.manifest.Commits
	switch {
	case within != (l.Seq >= commits.First && l.Seq <= commits.Last):
		return fmt.Sprintf("it is of commit %d, which does not fit the window of the manifest", l.Seq)
	case w.previous >= 0 && l.Seq < w.seq:
		return fmt.Sprintf("it is of commit %d, the leaf before of %d", l.Seq, w.seq)
	}
	begins := l.Row == "commit"
	switch {
	case leaf == window.First:
		if !begins || l.Seq != commits.First {
			return fmt.Sprintf("the window does not begin with commit %d", commits.First)
		}
	case within || leaf == window.Last+1:
		if begins && l.Seq != w.seq+1 || !begins && (l.Seq != w.seq || !within) {
			return fmt.Sprintf("it does not follow on commit %d: something of the window is missing", w.seq)
		}
	}
	return ""
}

// stamp: the commits around the window are outside of it by their time, and no commit
// is of an epoch that had ended.
func (v *verifier) stamp(l Line, w *walk) string {
	if l.Epoch < w.epoch {
		return fmt.Sprintf("its commit was made under epoch %d, after epoch %d had begun: who made it had lost the store to another", l.Epoch, w.epoch)
	}
	w.epoch = l.Epoch
	switch l.Seq {
	case v.manifest.Commits.First - 1:
		w.before = true
		if l.At >= v.manifest.From.UnixMicro() {
			return "it is of the commit before the window, but its time is in it"
		}
	case v.manifest.Commits.Last + 1:
		if l.At <= v.manifest.To.UnixMicro() {
			return "it is of the commit after the window, but its time is in it"
		}
	}
	return ""
}

// window: nothing of it is missing.
func (v *verifier) window(proved map[int64]bool, w walk) {
	m := v.manifest
	for leaf := m.Leaves.First; leaf <= m.Leaves.Last; leaf++ {
		if !proved[leaf] {
			v.problem(LeafFile(leaf), "it is missing, though it is of the window")
			break // one is enough to say so; there may be very many
		}
	}
	if after := m.Leaves.Last + 1; after < m.Size && !proved[after] {
		v.problem(LeafFile(after), "it is missing, though without it nobody can tell that the window ends before it")
	}
	if m.Commits.First > 1 && !w.before {
		v.problem(ManifestFile, fmt.Sprintf("the line of commit %d is missing, without which nobody can tell that the window begins after it", m.Commits.First-1))
	}
}
