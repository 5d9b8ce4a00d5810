package export

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/internal/bundle"
	"github.com/controlwatch/controlwatch/store"
)

// entryAnchor is the kind of the records that keep what anchors gave.
const entryAnchor = "anchor"

// receipt is such a record.
type receipt struct {
	record store.RecordedEntry

	Kind    string    `json:"kind"`
	Outside bool      `json:"outside"`
	Size    int64     `json:"size"`
	Root    []byte    `json:"root"`
	Token   []byte    `json:"token"`
	Where   string    `json:"where"`
	At      time.Time `json:"at"`
}

func (r receipt) isStamp() bool { return r.Kind == "rfc3161" }

// anchors: receipts recorded in the window, and of each anchor the first that covers
// all of it and the newest. With each goes the checkpoint that it is of.
func (x *exporter) anchors(ctx context.Context) error {
	all, err := x.receipts(ctx)
	if err != nil {
		return err
	}
	var t table
	defer t.close()
	t.put("record", "recorded_at", "anchor", "kind", "out_of_the_operators_reach", "at", "leaves", "covers_the_window", "checkpoint", "file", "where", "note")
	p := packer{x: x, class: "receipts"}
	tokens := map[string]string{} // by what they are
	type token struct {
		name string
		b    []byte
	}
	var write []token
	for _, r := range all {
		x.need(r.record.Seq)
		if err := p.add(r.record.Digest, r.record.Body); err != nil {
			return err
		}
		covers, file, point, note := r.Size > x.from.LastLeaf, "", "", ""
		c, found, err := x.from.CheckpointOf(ctx, r.Size)
		switch {
		case err != nil:
			return err
		case !found:
			note = "its checkpoint is not in the log: it was rewritten, or put back to an earlier state"
			x.leave("the checkpoint of receipt "+r.record.ID+" of anchor "+r.record.Subject, note)
		default:
			point = bundle.CheckpointFile(c.Size)
			x.points = append(x.points, c.Size)
			x.counts.Receipts++
			if r.Outside {
				x.outside++
				x.covered = max(x.covered, r.Size)
			}
		}
		switch {
		case !found:
		case len(r.Token) == 0:
			note = "the anchor holds the checkpoint itself: compare what lies there"
		default:
			var known bool
			if file, known = tokens[string(r.Token)]; !known {
				file = bundle.TokenFile(r.Size, r.record.ID, r.isStamp())
				tokens[string(r.Token)] = file
				write = append(write, token{file, r.Token})
			}
			if r.isStamp() {
				x.counts.Stamps++
			}
		}
		t.put(r.record.ID, stamp(r.record.At), r.record.Subject, r.Kind, fmt.Sprint(r.Outside), stamp(r.At), fmt.Sprint(r.Size), fmt.Sprint(covers), point, file, r.Where, note)
	}
	for _, w := range write {
		if err := x.out.File(w.name, w.b); err != nil {
			return err
		}
		x.tokens = append(x.tokens, w.name)
	}
	if len(all) == 0 {
		x.leave("receipts of anchors", "there are none: nobody outside is known to hold a checkpoint of this log, so that nothing in the bundle protects against the operator")
	}
	return x.table("anchors.csv", &t)
}

func (x *exporter) receipts(ctx context.Context) ([]receipt, error) {
	var all []receipt
	newest, first := map[string]int{}, map[string]int{}
	for e, err := range x.from.Recorded(ctx, entryAnchor) {
		if err != nil {
			return nil, err
		}
		r := receipt{record: e}
		r.record.Body = bytes.Clone(e.Body)
		if err := decodeRecord(e.Body, &r); err != nil {
			return nil, fmt.Errorf("receipt of anchor %s in record %s: %w", e.Subject, e.ID, err)
		}
		newest[e.Subject] = len(all)
		if _, known := first[e.Subject]; !known && r.Size > x.from.LastLeaf {
			first[e.Subject] = len(all)
		}
		all = append(all, r)
	}
	var chosen []receipt
	for i, r := range all {
		within := r.record.Seq >= x.from.First && r.record.Seq <= x.from.Last
		at, covers := first[r.record.Subject]
		if within || covers && at == i || newest[r.record.Subject] == i {
			chosen = append(chosen, r)
		}
	}
	return chosen, nil
}
