package github

import (
	"context"
	"strconv"
	"sync"

	"github.com/controlwatch/controlwatch/evidence"
)

// bypassReader reads who may bypass rulesets. An organisation's ruleset applies
// to many repositories and is read once a pull; a failed read is tried again
// from the next repository.
type bypassReader struct {
	session *session
	mu      sync.Mutex
	known   map[int64]*rulesetBypasses
}

func newBypassReader(c *session) *bypassReader {
	return &bypassReader{session: c, known: map[int64]*rulesetBypasses{}}
}

// rulesetBypasses is what was learnt of one ruleset. Whoever holds its turn reads
// it, so that others wait instead of asking as well.
type rulesetBypasses struct {
	turn   chan struct{}
	read   bool
	actors []evidence.RulesetBypass
	hidden error
}

// read gives the bypasses of all rulesets that rules come from; none where there
// are no rules. One that cannot be seen makes all unseen.
func (b *bypassReader) read(ctx context.Context, r repository, rules []evidence.BranchRulesetRule) ([]evidence.RulesetBypass, error) {
	all := []evidence.RulesetBypass{}
	done := map[int64]bool{}
	for _, rule := range rules {
		if done[rule.RulesetID] {
			continue
		}
		done[rule.RulesetID] = true
		actors, err := b.ruleset(ctx, r, rule.RulesetID)
		if err != nil {
			return nil, err
		}
		all = append(all, actors...)
	}
	return all, nil
}

func (b *bypassReader) ruleset(ctx context.Context, r repository, id int64) ([]evidence.RulesetBypass, error) {
	b.mu.Lock()
	known, ok := b.known[id]
	if !ok {
		known = &rulesetBypasses{turn: make(chan struct{}, 1)}
		b.known[id] = known
	}
	b.mu.Unlock()

	select {
	case known.turn <- struct{}{}:
		defer func() { <-known.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if !known.read {
		if err := b.ask(ctx, r, id, known); err != nil {
			return nil, err
		}
	}
	return known.actors, known.hidden
}

// ask reads one ruleset from a repository it applies to.
func (b *bypassReader) ask(ctx context.Context, r repository, id int64, known *rulesetBypasses) error {
	var ruleset struct {
		ID     int64 `json:"id"`
		Actors *[]struct {
			ID   *int64 `json:"actor_id"` // null where the type says it all
			Type string `json:"actor_type"`
			Mode string `json:"bypass_mode"`
		} `json:"bypass_actors"`
	}
	path := r.path("/rulesets/" + strconv.FormatInt(id, 10) + "?includes_parents=true")
	if _, err := b.session.getInto(ctx, readRuleset, path, &ruleset); err != nil {
		return err
	}
	if ruleset.ID != id {
		return unreadable(readRuleset, "the answer is not the ruleset asked for", nil)
	}
	known.read = true
	if ruleset.Actors == nil {
		known.hidden = notStated(readRuleset, "who may bypass a ruleset is shown to those who may change it: needs "+permitProtection+", or an owner's token")
		return nil
	}
	for _, a := range *ruleset.Actors {
		actor := evidence.RulesetBypass{RulesetID: id, Actor: a.Type, Mode: a.Mode}
		if a.ID != nil {
			actor.Actor += ":" + strconv.FormatInt(*a.ID, 10)
		}
		if actor.Mode == "" {
			actor.Mode = "always" // the documented default
		}
		known.actors = append(known.actors, actor)
	}
	return nil
}
