package catalogue

import (
	"cmp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// Match is something a search found: a row and the check that answers it, or,
// with Row empty, a check or a control of the catalogue itself.
type Match struct {
	Row     Row
	Control soc2.Control // its ID is empty where the catalogue does not answer the row
	Check   string       // id of the check; soc2.AttestationCheck for an attested one; empty for a whole control
}

// Find searches for what a newcomer knows: another tool's name for a test
// ("prowler:iam_root_mfa_enabled", "scorecard:Branch-Protection"), a benchmark's
// section ("cis:1.4"), a criterion ("cc6.1"), an id of ours, or words of a title.
// Every word must occur. Case does not matter.
func Find(cat soc2.Catalogue, rows []Row, query string) []Match {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil
	}
	var found []Match
	answered := map[string]Match{}
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			for _, id := range k.Covers {
				answered[id] = Match{Control: c, Check: k.ID}
			}
		}
		if a := c.AttestationAsked; a != nil {
			for _, id := range a.Covers {
				answered[id] = Match{Control: c, Check: soc2.AttestationCheck}
			}
		}
	}
	for _, r := range rows {
		if all(words, r.terms()) {
			m := answered[r.ID]
			m.Row = r
			found = append(found, m)
		}
	}
	for _, c := range cat.Controls {
		found = append(found, within(c, words, found)...)
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.rank(words), a.rank(words)) })
	return found
}

// within are the control, or the checks of it, that fit the words and were not
// found by their rows.
func within(c soc2.Control, words []string, found []Match) []Match {
	known := func(check string) bool {
		return slices.ContainsFunc(found, func(m Match) bool {
			return m.Control.ID == c.ID && (check == "" || m.Check == check)
		})
	}
	own := []string{c.ID, strings.ToLower(c.Title)}
	for _, m := range c.Criteria {
		own = append(own, strings.ToLower(m.ID))
	}
	var out []Match
	for _, k := range c.Checks {
		if all(words, append([]string{strings.ToLower(k.ID)}, own...)) && !known(k.ID) {
			out = append(out, Match{Control: c, Check: k.ID})
		}
	}
	if len(out) == 0 && all(words, own) && !known("") {
		out = append(out, Match{Control: c})
	}
	return out
}

// terms are what a row can be found by.
func (r Row) terms() []string {
	terms := []string{r.ID, strings.ToLower(r.Title), r.Group}
	for _, t := range slices.Concat(r.Criteria, r.Peers) {
		terms = append(terms, strings.ToLower(t))
	}
	for _, section := range r.sections() {
		terms = append(terms, "cis:"+section)
	}
	return terms
}

// sections are the numbers of benchmark sections: "1.7" of "CIS AWS 5.0.0: 1.7, 1.8".
func (r Row) sections() []string {
	var out []string
	for _, c := range r.CIS {
		_, numbers, ok := strings.Cut(c, ": ")
		if !ok {
			continue
		}
		for n := range strings.SplitSeq(numbers, ",") {
			out = append(out, strings.TrimSpace(n))
		}
	}
	return out
}

// all says that each word fits some term: wholly where the word names a source
// ("cis:1.1" is not 1.10) or a criterion, as a part otherwise.
func all(words, terms []string) bool {
	for _, w := range words {
		exact := strings.Contains(w, ":") || criterion(w)
		if !slices.ContainsFunc(terms, func(t string) bool { return t == w || !exact && strings.Contains(t, w) }) {
			return false
		}
	}
	return true
}

// criterion recognises "cc6.1", "a1.2", "p4.0": letters, digits, a point, digits.
func criterion(w string) bool {
	series, number, ok := strings.Cut(w, ".")
	return ok && len(strings.TrimRight(series, "0123456789")) < len(series) && strings.Trim(series, "abcdefghijklmnopqrstuvwxyz0123456789") == "" &&
		number != "" && strings.Trim(number, "0123456789") == ""
}

// rank puts what is answered first, and what is named exactly before all.
func (m Match) rank(words []string) int {
	rank := 0
	if m.Control.ID != "" {
		rank++
	}
	if len(words) == 1 && slices.Contains([]string{m.Row.ID, m.Check, m.Control.ID}, words[0]) {
		rank += 2
	}
	return rank
}
