package soc2

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// LinkProposal is a control of the catalogue that may test or attest one of the
// company's. It is no link: only a person makes one.
type LinkProposal struct {
	Control  string   `json:"control"`
	Score    int      `json:"score"`    // of 100
	Criteria []string `json:"criteria"` // that both bear on
	Words    []string `json:"words"`    // that both use, the rarest first
}

// How proposals are made. Half of the score is of criteria, half of words:
//
//   - Of the company control's own criteria, the share that the other bears on; one that
//     it only supports counts half.
//   - Of the company control's own words that the catalogue knows, the share that stand in
//     the other's title, statement or id, each weighed by how few controls use it. Words
//     have three letters or more; those of every sentence, and endings of the plural, of
//     -ed and of -ing, are left aside.
//
// Without a word in common nothing is proposed: dozens of controls share a criterion.
const (
	leastScore    = 25
	mostProposals = 5
	wordsShown    = 6
)

// Proposer proposes links into one catalogue.
type Proposer struct {
	controls []Control
	index    map[string][]int // controls that use a word
}

// NewProposer reads the words of a catalogue.
func NewProposer(cat Catalogue) *Proposer {
	p := &Proposer{controls: cat.Controls, index: map[string][]int{}}
	for i, c := range cat.Controls {
		for _, w := range wordsOf(c.Title, c.Statement, strings.ReplaceAll(c.ID, "-", " ")) {
			p.index[w] = append(p.index[w], i)
		}
	}
	return p
}

// Propose proposes controls for one of the company's, the likeliest first.
func (p *Proposer) Propose(own CompanyControl) []LinkProposal {
	shared := map[int][]string{}
	weight := map[int]float64{}
	whole := 0.0
	for _, w := range wordsOf(own.Wording) {
		in := p.index[w]
		if len(in) == 0 {
			continue
		}
		rare := math.Log(1 + float64(len(p.controls))/float64(len(in)))
		whole += rare
		for _, i := range in {
			shared[i] = append(shared[i], w)
			weight[i] += rare
		}
	}
	var all []LinkProposal
	for i, words := range shared {
		c := p.controls[i]
		one := LinkProposal{Control: c.ID, Criteria: []string{}}
		criteria := 0.0
		for _, m := range c.Criteria {
			if !slices.Contains(own.Criteria, m.ID) {
				continue
			}
			one.Criteria = append(one.Criteria, m.ID)
			if m.Strength == Supporting {
				criteria += 0.5
			} else {
				criteria++
			}
		}
		score := 50 * weight[i] / whole
		if len(own.Criteria) > 0 {
			score += 50 * criteria / float64(len(own.Criteria))
		}
		if one.Score = int(math.Round(score)); one.Score < leastScore {
			continue
		}
		slices.SortFunc(words, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(p.index[a]), len(p.index[b])), strings.Compare(a, b))
		})
		one.Words = words[:min(len(words), wordsShown)]
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b LinkProposal) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Control, b.Control))
	})
	return all[:min(len(all), mostProposals)]
}

// everySentence are words that say nothing of what a control is about.
var everySentence = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(plainWords) {
		all[stem(w)] = true
	}
	return all
}()

const plainWords = `and are the for with that this from has have not all any each every its their them they who whose which what when where
is was were been being only other than into onto over under must shall should may can will does done such also more most least same own
company organisation organization control controls entity management policy process procedure ensure performed perform formal formally
established maintain maintained use used using based least reasonable appropriate relevant defined`

func wordsOf(texts ...string) []string {
	var out []string
	for _, t := range texts {
		for w := range strings.FieldsFuncSeq(strings.ToLower(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if w = stem(w); len(w) >= 3 && !everySentence[w] && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// stem takes the commonest English endings off, so that "encrypted" finds "encrypt".
func stem(w string) string {
	for _, end := range []string{"ions", "ion", "ing", "ies", "ed", "es", "s"} {
		if cut, ok := strings.CutSuffix(w, end); ok && len(cut) >= 4 {
			return cut
		}
	}
	return w
}
