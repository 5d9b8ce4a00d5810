package daemon

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/controlwatch/controlwatch/publish/anchor"
)

// anchoring hands the newest checkpoint to the anchors whenever one was signed.
// It goes beside assessments: a slow anchor delays only itself.
func (d *Daemon) anchoring(ctx context.Context, doing *duty) {
	if doing.Anchor == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-doing.sealed:
		}
		d.anchor(ctx, doing)
	}
}

// anchor does one round. It is never fatal; what failed is tried again with the
// next checkpoint.
func (d *Daemon) anchor(ctx context.Context, doing *duty) {
	var round anchor.Round
	err := guarded(func() (err error) {
		round, err = doing.Anchor(ctx)
		return err
	})
	if ctx.Err() != nil {
		return
	}
	d.opts.Metrics.AnchorRound(err)
	d.unasked.Store(err != nil)
	if err != nil {
		d.opts.Log.Error("checkpoints of the evidence log could not be handed to its anchors", zap.Error(err))
		return
	}
	d.opts.Metrics.Anchored(round)
	d.anchored.Store(&round)
	for _, r := range round.Results {
		switch {
		case errors.Is(r.Err, anchor.ErrRewritten):
			d.opts.Log.Error("ALARM: an anchor holds what this evidence log cannot have come from", zap.String("anchor", r.Anchor), zap.Error(r.Err))
		case r.Err != nil:
			d.opts.Log.Error("the newest checkpoint of the evidence log is not anchored", zap.String("anchor", r.Anchor), zap.Int("attempts", r.Attempts), zap.Error(r.Err))
		case r.New:
			d.opts.Log.Info("checkpoint anchored", zap.String("anchor", r.Anchor), zap.String("kind", r.Kind), zap.Int64("leaves", r.Receipt.Size))
		}
	}
}

// wakeAnchors says that a checkpoint was signed.
func (w *duty) wakeAnchors() {
	select {
	case w.sealed <- struct{}{}:
	default: // one is waiting, and will take the newest
	}
}

// logWords is what the page says of the log; empty before the first round and
// where nothing signs.
func (d *Daemon) logWords() string {
	round := d.anchored.Load()
	if round == nil || round.Newest.Size == 0 {
		return ""
	}
	return round.Protection().Words()
}

// anchorProblems is what the page says at its top.
func (d *Daemon) anchorProblems() []string {
	var all []string
	if d.unasked.Load() {
		all = append(all, "The newest checkpoint of the evidence log could not be handed to any anchor; the log says why.")
	}
	round := d.anchored.Load()
	if round == nil {
		return all
	}
	for _, r := range round.Results {
		switch {
		case errors.Is(r.Err, anchor.ErrRewritten):
			all = append(all, "Anchor "+r.Anchor+" holds what this evidence log cannot have come from: the log was rewritten, or an older copy of the store was put back. The log says which.")
		case r.Err != nil:
			all = append(all, "Anchor "+r.Anchor+" has not taken the newest checkpoint of the evidence log; the log says why.")
		}
	}
	return all
}
