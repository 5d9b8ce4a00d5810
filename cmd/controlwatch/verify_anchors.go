package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/internal/checkpoint"
	"github.com/controlwatch/controlwatch/internal/tsa"
	"github.com/controlwatch/controlwatch/internal/witness"
	"github.com/controlwatch/controlwatch/publish/anchor"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// anchorCheck verifies what the log has from outside of the operator's reach: the
// receipts that it keeps, and the checkpoints that others hold.
type anchorCheck struct {
	v         *store.Verification
	store     *store.Store
	roots     *x509.CertPool          // of timestamping authorities; nil: tokens are not judged
	witnesses map[string]*witness.Key // by anchor, of the configuration
	given     []witness.Key           // of --witness
	protected soc2.Protection
	tokens    int // judged
	unjudged  int // receipts that carry a token, for which no root or key was given
}

// stampSlack is how far an authority's clock and ours may be apart before it is told.
const stampSlack = 5 * time.Minute

func (p *program) verifyAnchors(ctx context.Context, f verifyFlags, s *store.Store, v *store.Verification) (*anchorCheck, error) {
	c := &anchorCheck{v: v, store: s, witnesses: map[string]*witness.Key{}, protected: soc2.Protection{LogSize: v.Leaves}}
	if f.ca != "" {
		var err error
		if c.roots, err = authorities(f.ca); err != nil {
			return nil, err
		}
	}
	cfg := config.Default()
	if f.config != "" {
		var err error
		if cfg, err = config.Read(f.config, p.env); err != nil {
			return nil, err
		}
	}
	for _, a := range cfg.Evidence.Log.Anchors {
		if a.Webhook == nil || a.Webhook.WitnessKey == "" {
			continue
		}
		key, err := witness.ParseKey(a.Webhook.WitnessKey)
		if err != nil {
			return nil, fmt.Errorf("witness key of anchor %s: %w", a.Name, err)
		}
		c.witnesses[a.Name] = &key
	}
	given, err := p.witnessKeys(f.witnesses, "")
	if err != nil {
		return nil, err
	}
	c.given = given
	if err := c.receipts(ctx); err != nil {
		return nil, err
	}
	for _, file := range f.checkpoints {
		if err := c.file(ctx, file); err != nil {
			return nil, err
		}
	}
	if !f.anchors {
		return c, nil
	}
	anchors, err := p.anchors(ctx, cfg)
	if err != nil {
		return nil, err
	}
	asked := 0
	for _, a := range anchors {
		holder, ok := a.(anchor.Holder)
		if !ok {
			continue
		}
		asked++
		held, found, err := holder.Newest(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask anchor %s: %w", a.Name(), err)
		}
		if !found {
			c.v.Warnings = append(c.v.Warnings, fmt.Sprintf("anchor %s was asked, and holds no checkpoint", a.Name()))
			continue
		}
		c.held(ctx, "anchor "+a.Name(), held)
	}
	if asked == 0 {
		return nil, errors.New("--anchors: no anchor that can be asked is configured: give -c FILE with one under evidence.log.anchors, or a checkpoint that somebody kept with --checkpoint")
	}
	return c, nil
}

// authorities reads the certificates that --ca names.
func authorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	roots, err := tsa.Roots(text)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	return roots, nil
}

// receipts judges what anchors gave back, as it is kept in the log.
func (c *anchorCheck) receipts(ctx context.Context) error {
	signed := map[int64]anchor.Checkpoint{}
	for k, err := range c.store.Checkpoints(ctx) {
		if err != nil {
			return err
		}
		if parsed, err := anchor.Parse(k.Note); err == nil { // one that cannot be read is told already
			signed[k.Size] = parsed
		}
	}
	outside := map[string]bool{}
	for e, err := range c.store.Entries(ctx, entryAnchor) {
		if err != nil {
			return err
		}
		var r anchor.Receipt
		if err := json.Unmarshal(e.Body, &r); err != nil {
			c.problem(e.ID, "it cannot be read")
			continue
		}
		r.Anchor = e.Subject
		of, known := signed[r.Size]
		if !known {
			c.problem(e.ID, fmt.Sprintf("it is of a checkpoint over %d leaves, which is not in the log", r.Size))
			continue
		}
		key := c.witnessOf(r, of)
		at, err := r.Verify(of, c.roots, key)
		switch {
		case r.Kind == "rfc3161" && c.roots == nil, r.Kind == "webhook" && len(r.Token) > 0 && key == nil:
			c.unjudged++
		case errors.Is(err, anchor.ErrNotProven):
		case err != nil:
			c.problem(e.ID, err.Error())
			continue
		default:
			c.tokens++
			if apart := at.Sub(r.At).Abs(); apart > stampSlack {
				c.v.Warnings = append(c.v.Warnings, fmt.Sprintf("the clock of anchor %s said %s when this machine's said %s", r.Anchor, at.UTC().Format(time.RFC3339), r.At.UTC().Format(time.RFC3339)))
			}
		}
		if r.Outside && !outside[r.Anchor] {
			outside[r.Anchor] = true
			c.protected.Outside = append(c.protected.Outside, r.Anchor)
		}
		if r.Outside && r.Size > c.protected.Size {
			c.protected.Size, c.protected.By, c.protected.At = r.Size, r.Anchor, r.At
		}
	}
	if c.unjudged > 0 {
		c.v.Warnings = append(c.v.Warnings, fmt.Sprintf("%d receipts carry a token that was not judged: give the authority's certificate (--ca), or the witness's key (--witness, or the configuration that has it: -c)", c.unjudged))
	}
	return nil
}

// witnessOf is the key that a receipt of a witness is judged by: the anchor's, or the
// one of those given that its lines are of; nil: none is known.
func (c *anchorCheck) witnessOf(r anchor.Receipt, of anchor.Checkpoint) *witness.Key {
	if key := c.witnesses[r.Anchor]; key != nil || r.Kind != "webhook" || len(r.Token) == 0 {
		return key
	}
	for i := range c.given {
		if _, by, err := cosigned(c.given[i:i+1], r.Token, of.Note); by != "" || err != nil {
			return &c.given[i]
		}
	}
	return nil
}

// file compares a checkpoint that somebody kept.
func (c *anchorCheck) file(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--checkpoint: %w", err)
	}
	held, err := anchor.Parse(text)
	if err != nil {
		return fmt.Errorf("--checkpoint %s: %w", file, err)
	}
	c.held(ctx, "the checkpoint in "+file, held)
	return nil
}

// held compares what somebody holds with the log as it is.
func (c *anchorCheck) held(ctx context.Context, who string, held anchor.Checkpoint) {
	err := c.signedByLog(held)
	if err == nil {
		err = anchor.Compare(held, c.v.Origin, c.v.Leaves, func(size int64) ([]byte, error) { return c.store.RootAt(ctx, size) })
	}
	if err != nil {
		c.v.Problems = append(c.v.Problems, store.Problem{
			Record: who, What: err.Error(), Untrusted: "this store: it is another history, or an older copy",
		})
		return
	}
	if held.Size > c.protected.Size {
		c.protected.Outside = append(c.protected.Outside, who)
		c.protected.Size, c.protected.By = held.Size, who
	}
}

func (c *anchorCheck) signedByLog(held anchor.Checkpoint) error {
	var keys []note.Verifier
	for _, text := range c.v.Keys {
		key, err := note.NewVerifier(text)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	_, _, err := checkpoint.Open(held.Note, keys)
	return err
}

func (c *anchorCheck) problem(entry, what string) {
	c.v.Problems = append(c.v.Problems, store.Problem{Record: "receipt of an anchor in record " + entry, What: what, Untrusted: "that receipt"})
}
