package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// checkList names the states of a resource, in their order: resources of one type
// are judged by the same checks, so the list is stored once for all of them.
type checkList struct {
	of [][2]string // control and check
}

func (l *checkList) fits(states []soc2.FindingState) bool {
	if len(l.of) != len(states) {
		return false
	}
	for i := range states {
		if k := &states[i].Key; l.of[i][0] != k.Control || l.of[i][1] != k.Check {
			return false
		}
	}
	return true
}

// checkLists are the lists that a view has met.
type checkLists struct {
	tx     session
	byBlob map[int64]*checkList
	all    []*checkList
	last   map[evidence.Kind]*checkList // that fitted a resource of a kind
}

func (c *checkLists) read(ctx context.Context, blob int64) (*checkList, error) {
	if l, ok := c.byBlob[blob]; ok {
		return l, nil
	}
	var b stored
	if err := c.tx.row(ctx, "SELECT digest, body FROM blob WHERE id = $1", blob).Scan(&b.digest, &b.body); err != nil {
		return nil, fmt.Errorf("read list of checks: %w", err)
	}
	l := &checkList{}
	if err := b.decode("list of checks", &l.of); err != nil {
		return nil, err
	}
	c.byBlob[blob], c.all = l, append(c.all, l)
	return l, nil
}

// fitting finds the list of some states, and makes it if there is none.
func (c *checkLists) fitting(kind evidence.Kind, states []soc2.FindingState) *checkList {
	if l := c.last[kind]; l != nil && l.fits(states) {
		return l
	}
	for _, l := range c.all {
		if l.fits(states) {
			c.last[kind] = l
			return l
		}
	}
	l := &checkList{of: make([][2]string, len(states))}
	for i := range states {
		l.of[i] = [2]string{states[i].Key.Control, states[i].Key.Check}
	}
	c.all, c.last[kind] = append(c.all, l), l
	return l
}

func (l *checkList) encode() ([]byte, error) { return json.Marshal(l.of) }
