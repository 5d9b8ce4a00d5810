package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Token is what an anchor gave for a checkpoint, and what became of judging it.
type Token struct {
	File    string    `json:"file"`
	Size    int64     `json:"size"`          // leaves of the checkpoint
	Covers  bool      `json:"covers"`        // all of the window
	Judged  bool      `json:"judged"`        // false: see why
	Why     string    `json:"why,omitempty"` // it was not judged
	At      time.Time `json:"at,omitzero"`   // when the checkpoint existed, by the clock of the authority or witness; absent: a witness that signs no time
	By      string    `json:"by,omitempty"`  // the authority or the witness
	IsStamp bool      `json:"is_timestamp"`  // RFC 3161; else a signature of a witness
}

// receipt is what a bundle has to know of the record of an anchor's answer.
type receipt struct {
	Size  int64  `json:"size"`
	Root  []byte `json:"root"`
	Token []byte `json:"token"`
	Kind  string `json:"kind"`
}

func readReceipt(b []byte) (receipt, error) {
	var r receipt
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("the receipt of an anchor cannot be read: %w", err)
	}
	return r, nil
}

// receipts: the files of anchors are the tokens of receipts that the log has, each
// of a checkpoint that is in the bundle; and all of those are there.
func (v *verifier) receipts(ctx context.Context) error {
	for _, name := range v.manifest.Anchors {
		if !strings.HasPrefix(name, anchorsFolder) || !slices.ContainsFunc(v.manifest.Files, func(f File) bool { return f.Path == name }) {
			v.problem(name, "the manifest names it as an anchor's, and it is none of its files")
		}
	}
	seen := map[string]bool{}
	for _, f := range v.archive.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.HasPrefix(f.Name, anchorsFolder) {
			continue
		}
		if !slices.Contains(v.manifest.Anchors, f.Name) {
			v.problem(f.Name, "the manifest does not name it as an anchor's")
			continue
		}
		token, err := v.archive.whole(f.Name)
		if err != nil {
			v.problem(f.Name, err.Error())
			continue
		}
		if what := v.token(f.Name, token); what != "" {
			v.problem(f.Name, what)
		}
		seen[string(token)] = true
	}
	for _, r := range v.received {
		if len(r.Token) > 0 && !seen[string(r.Token)] && v.pointOf(r.Size) != nil {
			v.problem(anchorsFolder, fmt.Sprintf("what an anchor gave for the checkpoint over %d leaves is missing, though the log has its receipt", r.Size))
		}
	}
	unjudged := 0
	for _, t := range v.Tokens {
		v.Anchored = v.Anchored || t.Judged && t.Covers
		if !t.Judged {
			unjudged++
		}
	}
	if unjudged > 0 {
		v.warn("%d tokens of anchors were not judged: give the certificate of the timestamping authority, or the keys of the witnesses", unjudged)
	}
	return nil
}

func (v *verifier) token(name string, token []byte) string {
	at := slices.IndexFunc(v.received, func(r receipt) bool { return bytes.Equal(r.Token, token) })
	if at < 0 {
		return "no receipt in the log carries it: it was altered or added"
	}
	r := v.received[at]
	p := v.pointOf(r.Size)
	switch {
	case !strings.HasPrefix(name, fmt.Sprintf("%s%0*d-", anchorsFolder, numberWidth, r.Size)):
		return fmt.Sprintf("it is of a checkpoint over %d leaves, which its name does not say", r.Size)
	case p == nil:
		return fmt.Sprintf("the checkpoint over %d leaves, which it is of, is missing", r.Size)
	case !bytes.Equal(p.read.Root[:], r.Root):
		return fmt.Sprintf("its receipt is of another root than the checkpoint over %d leaves: the log was rewritten", r.Size)
	case (r.Kind == "rfc3161") != strings.HasSuffix(name, stampSuffix):
		return "its name is of another kind than its receipt"
	}
	t := Token{File: name, Size: r.Size, Covers: r.Size > v.manifest.Leaves.Last, IsStamp: r.Kind == "rfc3161"}
	judge := v.options.Cosigned
	t.Why = "no key of the witness"
	if t.IsStamp {
		judge, t.Why = v.options.Stamp, "no certificate of the authority"
	}
	if judge != nil {
		var err error
		if t.At, t.By, err = judge(token, p.signed); err != nil {
			return err.Error()
		}
		t.Judged = t.By != "" || t.IsStamp
	}
	if t.Judged {
		t.Why = ""
	}
	v.Tokens = append(v.Tokens, t)
	return ""
}

func (v *verifier) pointOf(size int64) *point {
	at := slices.IndexFunc(v.points, func(p point) bool { return p.size == size })
	if at < 0 {
		return nil
	}
	return &v.points[at]
}
