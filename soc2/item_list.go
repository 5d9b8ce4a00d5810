package soc2

import (
	"errors"
	"fmt"
	"strings"
)

// Pick finds the items of a list somebody brought, by key, id or name. What the
// population does not have is kept: an item that exists elsewhere and not in the
// population says that the population is not complete. A name that fits several
// items is an error.
func Pick(p Population, list []string) (picked []Drawn, missing []string, err error) {
	byWord := map[string][]int{}
	for i := range p.Items {
		item := &p.Items[i]
		words := map[string]bool{item.Key: true, item.Resource.ID: true, item.Resource.Name: true}
		for w := range words {
			if w != "" {
				byWord[w] = append(byWord[w], i)
			}
		}
	}
	var errs []error
	taken := map[int]bool{}
	for _, word := range list {
		found := byWord[word]
		switch {
		case len(found) == 0:
			missing = append(missing, word)
		case len(found) > 1:
			var keys []string
			for _, i := range found[:min(len(found), 5)] {
				keys = append(keys, p.Items[i].Key)
			}
			errs = append(errs, fmt.Errorf("%q fits %d items: give the key of one, such as %s", word, len(found), strings.Join(keys, " or ")))
		case taken[found[0]]:
			errs = append(errs, fmt.Errorf("%q is in the list twice", word))
		default:
			taken[found[0]] = true
			picked = append(picked, Drawn{Stratum: StratumAll, Place: len(picked) + 1, Key: p.Items[found[0]].Key, Index: found[0]})
		}
	}
	return picked, missing, errors.Join(errs...)
}
