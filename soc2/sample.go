package soc2

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Drawn is an item of a sample.
type Drawn struct {
	Stratum string `json:"stratum"` // the quarter or month; "all", or "undated"
	Place   int    `json:"place"`   // in the order of the draw, from 1
	Rank    string `json:"rank"`    // what the order is by; empty in a list of the auditor's own
	Key     string `json:"key"`
	Index   int    `json:"-"` // of the item in the population
}

// The names of strata that are no time.
const (
	StratumAll     = "all"
	StratumUndated = "undated"
)

// Strata are what a population can be cut into before a draw.
var Strata = []string{"", "quarter", "month"}

// Draw takes the same number of items out of every stratum: those that come first
// in the order of Rank. Who has the population, the seed and the number gets the
// same items, with sha256sum and sort alone (docs/sampling.md). A stratum with
// fewer items gives all of them.
func Draw(p Population, seed string, size int, by string) []Drawn {
	strata := map[string][]Drawn{}
	for i := range p.Items {
		item := &p.Items[i]
		d := Drawn{Stratum: StratumOf(item.CountedAt, by), Rank: Rank(seed, item.Key), Key: item.Key, Index: i}
		strata[d.Stratum] = append(strata[d.Stratum], d)
	}
	var out []Drawn
	for _, list := range strata {
		slices.SortFunc(list, func(a, b Drawn) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Key, b.Key)) })
		for i := range list[:min(size, len(list))] {
			list[i].Place = i + 1
			out = append(out, list[i])
		}
	}
	slices.SortFunc(out, func(a, b Drawn) int { return cmp.Or(cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.Place, b.Place)) })
	return out
}

// Rank is the SHA-256 of the seed, a zero byte and the key, in hexadecimal.
func Rank(seed, key string) string {
	sum := sha256.Sum256([]byte(seed + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

// StratumOf is the quarter or month of a moment in UTC: 2026-Q1, 2026-03.
func StratumOf(at *time.Time, by string) string {
	switch {
	case by == "":
		return StratumAll
	case at == nil:
		return StratumUndated
	case by == "quarter":
		utc := at.UTC()
		return fmt.Sprintf("%d-Q%d", utc.Year(), (int(utc.Month())+2)/3)
	}
	return at.UTC().Format("2006-01")
}
