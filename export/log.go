package export

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/internal/spool"
	"github.com/controlwatch/controlwatch/store"
)

// log: every leaf of the window; of earlier commits those that name a body of the
// bundle; and the line before and the leaf after the window, which show where it
// begins and ends. Each with its proof, and the checkpoints with theirs.
func (x *exporter) log(ctx context.Context) error {
	e := x.from
	commits := slices.Sorted(maps.Keys(x.earlier))
	if e.First > 1 {
		commits = append(commits, e.First-1)
	}
	for seq := e.First; seq <= e.Last; seq++ {
		commits = append(commits, seq)
	}
	if e.Last < e.Newest.Seq {
		commits = append(commits, e.Last+1)
	}
	slices.Sort(commits)
	var proofs, unheld spool.Spool
	defer proofs.Close() //nolint:errcheck // of a temporary file
	defer unheld.Close() //nolint:errcheck // likewise
	told := map[bundle.Digest]bool{}
	err := e.Leaves(ctx, slices.Compact(commits), func(l store.Leaf) error {
		held := false
		var missing []string
		err := bundle.EachLine(l.Data, func(line bundle.Line) error {
			if !bundle.KnownRow(line.Row) {
				return fmt.Errorf("lines of %q are not known to bundles", line.Row)
			}
			for _, d := range line.Bodies {
				if x.have[d] {
					held = true
				} else if !told[d] {
					why, err := x.whyNot(ctx, d, l.Seq, line.Row)
					if err != nil {
						return err
					}
					missing = append(missing, d.String()+" "+line.Row+" "+why+"\n")
				}
			}
			return nil
		})
		within := l.Seq >= e.First && l.Seq <= e.Last
		switch {
		case err != nil:
			return fmt.Errorf("leaf %d: %w", l.Index, err)
		case !within && l.Part > 0 && !held:
			return nil
		}
		for _, line := range missing {
			var d bundle.Digest
			digest, _, _ := strings.Cut(line, " ")
			if err := d.UnmarshalText([]byte(digest)); err != nil {
				return err
			}
			if told[d] {
				continue
			}
			told[d] = true
			x.counts.Unheld++
			if _, err := io.WriteString(&unheld, line); err != nil {
				return err
			}
		}
		proof, err := e.Inclusion(ctx, l.Index)
		if err != nil {
			return fmt.Errorf("leaf %d: %w", l.Index, err)
		}
		if _, err := io.WriteString(&proofs, bundle.HashLine([]int64{l.Index}, proof)); err != nil {
			return err
		}
		x.counts.Leaves++
		return x.out.File(bundle.LeafFile(l.Index), l.Data)
	})
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		from *spool.Spool
	}{{bundle.InclusionFile, &proofs}, {bundle.LeftOutFile, &unheld}} {
		to, err := x.out.Create(f.name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, f.from.Section(0, f.from.Size())); err != nil {
			return err
		}
	}
	if x.counts.Unheld > 0 {
		x.leave(fmt.Sprintf("%d bodies of which only the digest is here", x.counts.Unheld), "each is in "+bundle.LeftOutFile+" with the reason")
	}
	if err := x.checkpoints(ctx); err != nil {
		return err
	}
	if e.Unsigned > 0 {
		x.leave(fmt.Sprintf("%d commits after the newest checkpoint", e.Unsigned), "nothing has signed them yet")
	}
	x.leave("credentials, settings of sources that may hold them, and the signing key", "they are never kept as evidence")
	return x.out.File(bundle.VerifyFile, verifyText(x))
}

// whyNot says why a body that a leaf names is not in the bundle.
func (x *exporter) whyNot(ctx context.Context, d bundle.Digest, seq int64, row string) (string, error) {
	t, gone, err := x.from.TombstoneOf(ctx, d)
	switch {
	case err != nil:
		return "", err
	case gone:
		return t.String(), nil
	case row == "answer" && x.redacted("answers"):
		return "of an answer, left out on purpose", nil
	case row == "attached" && x.redacted("files"):
		return "of a file, left out on purpose", nil
	case seq < x.from.First:
		return "of a commit before the window, which is here for its other lines", nil
	case seq == x.from.Last+1:
		return "of the commit after the window, which is here to show where that ends", nil
	case seq > x.from.Last:
		return "of a commit after the window, which is here for its other lines", nil
	case x.limited():
		return "not of the criteria that the bundle is limited to", nil
	}
	return "not exported", nil
}

// checkpoints, the proofs between them, and the keys.
func (x *exporter) checkpoints(ctx context.Context) error {
	points, err := x.from.Checkpoints(ctx, x.points...)
	if err != nil {
		return err
	}
	var proofs strings.Builder
	for i, p := range points {
		if err := x.out.File(bundle.CheckpointFile(p.Size), p.Note); err != nil {
			return err
		}
		x.counts.Checkpoints++
		if i == 0 {
			continue
		}
		proof, err := x.from.Consistency(ctx, points[i-1].Size, p.Size)
		if err != nil {
			return fmt.Errorf("proof from %d to %d leaves: %w", points[i-1].Size, p.Size, err)
		}
		proofs.WriteString(bundle.HashLine([]int64{points[i-1].Size, p.Size}, proof))
	}
	if err := x.out.File(bundle.ConsistencyFile, []byte(proofs.String())); err != nil {
		return err
	}
	keys, err := x.from.Keys(ctx)
	if err != nil {
		return err
	}
	return x.out.File(bundle.KeysFile, []byte(strings.Join(keys, "\n")+"\n"))
}
