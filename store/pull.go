package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

// CommitPull keeps one pull and what it changed, in one transaction: all of it or
// nothing.
//
// A fact that is as it was costs nothing where the whole list was read; where a part
// of it was, it costs a row each time half its maximum age has passed. A resource that a population had and
// the pull did not see has gone only if the pull saw that population to its end
// (Pull.CompleteFor); otherwise it stays as it was last seen. Each feed has its
// own view of a resource, so no feed can remove what another one sees.
//
// A failed pull that names no populations speaks of all the feed ever had.
//
// A fact that could not be read back, or that is not of one of the pull's
// populations, is a mistake in the collector, and the whole pull is refused.
func (s *Store) CommitPull(ctx context.Context, pull evidence.Pull, facts []evidence.Fact) error {
	return s.commitPull(ctx, pull, facts, &answered{})
}

func (s *Store) commitPull(ctx context.Context, pull evidence.Pull, facts []evidence.Fact, answers *answered) error {
	what := fmt.Sprintf("commit pull of %s over %s", pull.Collector, pull.Scope)
	if err := validPull(pull); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	pull.ID = "" // is the number of the commit
	pull.StartedAt, pull.FinishedAt = pull.StartedAt.UTC(), pull.FinishedAt.UTC()
	seen, err := encodeFacts(pull, facts)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	_, err = s.commit(ctx, kindPull, what, func(ctx context.Context, c *commit) error {
		return c.pull(ctx, pull, seen, answers)
	})
	return err
}

func (c *commit) pull(ctx context.Context, pull evidence.Pull, seen map[string][]encoded, answers *answered) error {
	if err := answers.afford(ctx, c); err != nil {
		return err
	}
	if answers.over && pull.Answers != nil {
		said := *pull.Answers
		said.OverBudget, pull.Answers = true, &said
	}
	record, err := json.Marshal(pull)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	feed, err := c.feed(ctx, pull.Feed())
	if err != nil {
		return err
	}
	blob, err := c.blob(ctx, record)
	if err != nil {
		return err
	}
	err = c.exec(ctx, "INSERT INTO pull (seq, feed, source, started_at, finished_at, record) VALUES ($1, $2, $3, $4, $5, $6)",
		c.seq, feed, pull.Source, micros(pull.StartedAt), micros(pull.FinishedAt), blob)
	if err != nil {
		return err
	}
	if len(pull.Populations) == 0 {
		return c.exec(ctx, `INSERT INTO pull_population (population, seq, complete)
			SELECT id, $1, FALSE FROM population WHERE feed = $2`, c.seq, feed)
	}
	for _, p := range pull.Populations {
		complete := pull.CompleteFor(p.Type)
		population, err := c.population(ctx, feed, p)
		if err != nil {
			return err
		}
		err = c.exec(ctx, "INSERT INTO pull_population (population, seq, complete) VALUES ($1, $2, $3)", population, c.seq, complete)
		if err != nil {
			return err
		}
		due := unwritten
		if !complete {
			if due, err = c.readAgain(ctx, population, pull.StartedAt, answers.policy.MaxAge); err != nil {
				return err
			}
		}
		unseen, err := c.changeFacts(ctx, population, seen[p.Type], due)
		if err != nil {
			return err
		}
		if !complete {
			continue // what was not seen may well be there
		}
		if err := c.removeFacts(ctx, population, unseen); err != nil {
			return err
		}
	}
	return answers.keep(ctx, c, feed, pull)
}

// pullID is the number of a pull's commit in the form reports show.
func pullID(seq int64) string { return "p" + strconv.FormatInt(seq, 10) }

func validPull(pull evidence.Pull) error {
	switch {
	case pull.Collector == "" || pull.Scope.Provider == "" || pull.Source == "":
		return errors.New("it lacks its source, collector or provider")
	case pull.StartedAt.IsZero() || pull.FinishedAt.IsZero():
		return errors.New("it lacks the time it started or finished")
	case len(pull.Populations) == 0 && pull.Complete():
		return errors.New("it names no population and no hole, so it says nothing")
	}
	types := map[string]bool{}
	for _, p := range pull.Populations {
		if types[p.Type] {
			return fmt.Errorf("it names the population %s twice", p.Type)
		}
		types[p.Type] = true
	}
	for _, h := range pull.Holes {
		if h.Type != "" && !types[h.Type] {
			return fmt.Errorf("it has a hole in %s, which is not one of its populations", h.Type)
		}
	}
	return nil
}

// encoded is a fact as it will be stored.
type encoded struct {
	key    evidence.Key
	digest string
	body   []byte
}

// encodeFacts gives the stored form of facts by population, in the order of
// their keys: the order they get into the history must not depend on which
// answer came first.
func encodeFacts(pull evidence.Pull, facts []evidence.Fact) (map[string][]encoded, error) {
	byType := map[string][]encoded{}
	keys := make(map[evidence.Key]bool, len(facts))
	for _, f := range facts {
		if err := validFact(pull, f); err != nil {
			return nil, fmt.Errorf("%s %q: %w", f.Resource.Type, f.Resource.ID, err)
		}
		key := f.Resource.Key()
		if keys[key] {
			return nil, fmt.Errorf("%s %q: it is there twice", f.Resource.Type, f.Resource.ID)
		}
		keys[key] = true
		body, err := f.Encode()
		if err != nil {
			return nil, err
		}
		byType[f.Resource.Type] = append(byType[f.Resource.Type], encoded{key, evidence.Digest(body), body})
	}
	for _, list := range byType {
		slices.SortFunc(list, func(a, b encoded) int { return a.key.Compare(b.key) })
	}
	return byType, nil
}

func validFact(pull evidence.Pull, f evidence.Fact) error {
	if f.Resource.ID == "" {
		return errors.New("it has no id")
	}
	if !slices.Contains(pull.Populations, evidence.Population{Kind: f.Resource.Kind, Type: f.Resource.Type}) {
		return fmt.Errorf("%s does not own this type with kind %q", pull.Collector, f.Resource.Kind)
	}
	kind, ok := evidence.KindOf(f.Resource.Kind)
	if !ok {
		return fmt.Errorf("kind %q is unknown", f.Resource.Kind)
	}
	if body := reflect.TypeOf(f.Body); body != reflect.PointerTo(kind.Type()) || reflect.ValueOf(f.Body).IsNil() {
		return fmt.Errorf("its body is %v, expected *%v", body, kind.Type())
	}
	return nil
}
