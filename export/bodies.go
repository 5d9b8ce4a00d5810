package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/store"
)

// packLines is how many bodies a file has: few files for a machine, small enough
// ones for an editor.
const packLines = 1000

// packer writes bodies of a class, a line each as they are, so that the SHA-256 of
// a line is the digest in the log.
type packer struct {
	x      *exporter
	class  string
	to     io.Writer
	number int // of the file
	lines  int
}

func (p *packer) add(digest bundle.Digest, b []byte) error {
	if p.x.have[digest] {
		return nil
	}
	p.x.have[digest] = true
	if len(b) == 0 || p.class == "files" || bytes.ContainsAny(b, "\r\n") {
		p.to = nil
		return p.x.out.File(bundle.BodyFile(p.class, digest), b)
	}
	if p.to == nil || p.lines == packLines {
		p.number++
		var err error
		if p.to, err = p.x.out.Create(bundle.BodiesFile(p.class, p.number)); err != nil {
			return err
		}
		p.lines = 0
	}
	p.lines++
	if _, err := p.to.Write(b); err != nil {
		return err
	}
	_, err := io.WriteString(p.to, "\n")
	return err
}

// facts: what was seen, and from when to when it was so.
func (x *exporter) facts(ctx context.Context) error {
	var t table
	defer t.close()
	t.put("digest", "kind", "type", "provider", "account", "region", "id", "collector", "commit", "since", "until_commit", "until", "pruned")
	p := packer{x: x, class: "facts"}
	for f, err := range x.from.Facts(ctx, x.wanted()) {
		if err != nil {
			return err
		}
		x.need(f.Seq)
		x.counts.Facts++
		until := ""
		if f.UntilSeq > 0 {
			until = fmt.Sprint(f.UntilSeq)
		}
		r := f.Resource
		t.put(bundle.Digest(f.Digest).String(), string(r.Kind), f.Type, r.Provider, r.Account, r.Region, r.ID, f.Collector, fmt.Sprint(f.Seq), stamp(f.Since), until, stamp(f.Until), x.pruned(f.Pruned))
		if f.Pruned != nil {
			continue
		}
		if err := p.add(f.Digest, f.Bytes); err != nil {
			return err
		}
		if r.Kind == "Attestation" {
			if err := x.attested(r.ID, f.Bytes); err != nil {
				return fmt.Errorf("attestation %s: %w", r.ID, err)
			}
		}
	}
	return x.table("facts.csv", &t)
}

// pruned says what became of a body, and counts it.
func (x *exporter) pruned(by *store.Tombstone) string {
	if by == nil {
		return ""
	}
	x.counts.Pruned++
	return by.String()
}

// otherBodies: plans, pulls, what was judged with, results, records.
func (x *exporter) otherBodies(ctx context.Context) error {
	var pulls table
	defer pulls.close()
	pulls.put("commit", "in_window", "collector", "source", "provider", "account", "region", "shard", "started_at", "finished_at",
		"complete", "items", "principal", "reconciled_with", "holes", "answers_captured", "answers_not_kept", "answers_over_budget", "pruned")
	for _, class := range []string{"plans", "pulls", "records", "assessments", "inputs", "checks", "names", "entries", "files"} {
		p := packer{x: x, class: class}
		if class == "files" {
			if err := x.lookForStored(ctx); err != nil {
				return err
			}
		}
		for b, err := range x.from.Bodies(ctx, class) {
			if err != nil {
				return err
			}
			if class == "files" && b.Pruned == nil && !x.storedFiles[b.Digest] {
				continue
			}
			x.need(b.Seq)
			if b.Pruned != nil {
				if gone := x.pruned(b.Pruned); class == "pulls" {
					pulls.put(append(append([]string{fmt.Sprint(b.Seq), fmt.Sprint(b.Seq >= x.from.First)}, make([]string, 16)...), gone)...)
				}
				continue
			}
			if err := p.add(b.Digest, b.Bytes); err != nil {
				return err
			}
			if class == "pulls" {
				if err := x.pull(&pulls, b.Seq, b.Bytes); err != nil {
					return err
				}
			}
		}
	}
	if x.counts.Pruned > 0 {
		x.leave(fmt.Sprintf("%d bodies that were pruned or erased", x.counts.Pruned), "tombstones in the log say when and by which rule; the tables say of which, and "+bundle.LeftOutFile+" of every digest in the leaves that are here")
	}
	return x.table("pulls.csv", &pulls)
}

func (x *exporter) pull(t *table, seq int64, b []byte) error {
	var p evidence.Pull
	if err := json.Unmarshal(b, &p); err != nil {
		return fmt.Errorf("pull of commit %d: %w", seq, err)
	}
	in := seq >= x.from.First
	if in {
		x.counts.Pulls++
		if !p.Complete() {
			x.counts.Incomplete++
		}
	}
	captured, notKept, over := "", "", ""
	if a := p.Answers; a != nil {
		captured, notKept, over = fmt.Sprint(a.Captured), fmt.Sprint(a.NotKept), fmt.Sprint(a.OverBudget)
		if in && a.OverBudget {
			x.counts.OverBudget++
		}
	}
	reconciled := p.ReconciledWith
	if reconciled == "" {
		reconciled = "not independently reconciled"
	}
	var holes []string
	for _, h := range p.Holes {
		holes = append(holes, strings.Join(strings.Fields(h.Type+" "+string(h.Reason)+" "+h.Operation), " "))
	}
	t.put(fmt.Sprint(seq), fmt.Sprint(in), p.Collector, p.Source, p.Scope.Provider, p.Scope.Account, p.Scope.Region, p.Scope.Shard,
		stamp(p.StartedAt), stamp(p.FinishedAt), fmt.Sprint(p.Complete()), fmt.Sprint(p.Items), p.Principal, reconciled, strings.Join(holes, "; "), captured, notKept, over, "")
	return nil
}
