package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/controlwatch/controlwatch/evidence"
)

// called is what an erased resource is called, in lower case.
type called struct {
	// words are looked for everywhere, to say where they are left.
	words []string
	// telling words stand for nobody else: what has one besides the facts is emptied
	// too. A short name, such as "admin" or "read", is none.
	telling []string
}

// shortestWord is the length below which a word says nothing.
const shortestWord = 3

// shortestTelling is the length from which an id stands for itself alone: a number
// of an employee can be any number.
const shortestTelling = 8

func newCalled(e Erasure) *called {
	c := &called{}
	c.add(e.Resource, len(e.Resource) >= shortestTelling)
	for _, word := range e.Also {
		c.add(word, true)
	}
	return c
}

func (c *called) add(word string, telling bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	if len(word) < shortestWord {
		return
	}
	quoted, _ := json.Marshal(word) // a string can always be
	for _, form := range []string{word, string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(c.words, form) {
			c.words = append(c.words, form)
		}
		if telling && !slices.Contains(c.telling, form) {
			c.telling = append(c.telling, form)
		}
	}
}

// learn adds what a fact of the resource calls it: its name and its addresses.
func (c *called) learn(body []byte) {
	if len(body) == 0 {
		return
	}
	var fact struct {
		Resource evidence.Resource `json:"resource"`
		Body     struct {
			Email *string `json:"email"`
		} `json:"body"`
	}
	if json.Unmarshal(body, &fact) != nil {
		return // it is emptied all the same
	}
	c.name(fact.Resource.Name)
	if fact.Body.Email != nil {
		c.add(*fact.Body.Email, strings.Contains(*fact.Body.Email, "@"))
	}
}

// name adds a name, which tells if it is a full one or an address.
func (c *called) name(name string) {
	c.add(name, len(name) >= shortestTelling && strings.ContainsAny(name, "@ "))
}

// in tells whether a text has one of some words, apart from other letters and digits.
func in(words []string, text []byte) bool {
	if len(text) == 0 {
		return false
	}
	lower := bytes.ToLower(text)
	for _, word := range words {
		for at := 0; ; {
			i := bytes.Index(lower[at:], []byte(word))
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(word)
			before, _ := utf8.DecodeLastRune(lower[:from])
			after, _ := utf8.DecodeRune(lower[to:])
			if !wordRune(before) && !wordRune(after) {
				return true
			}
			at = from + 1
		}
	}
	return false
}

func wordRune(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
