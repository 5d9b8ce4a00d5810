package soc2

import (
	"slices"
	"strings"
	"unicode"
)

// Levels are how much harm it does when data gets out, the least first.
var Levels = []string{"public", "internal", "confidential", "restricted"}

// Environments are what a system is run for, the least serious first.
var Environments = []string{"development", "staging", "production"}

// environmentWords are how tags spell environments.
var environmentWords = map[string]string{
	"production": "production", "prod": "production", "prd": "production", "live": "production",
	"staging": "staging", "stage": "staging", "stg": "staging", "preprod": "staging", "pre-production": "staging", "uat": "staging",
	"development": "development", "dev": "development", "test": "development", "testing": "development", "qa": "development", "sandbox": "development",
}

// environmentOf reads an environment; empty: it is none that is known.
func environmentOf(text string) string {
	return environmentWords[strings.ToLower(strings.TrimSpace(text))]
}

func graver(a, b string) string {
	if slices.Index(Environments, b) > slices.Index(Environments, a) {
		return b
	}
	return a
}

// Level is the highest level of classes of data; empty: none is classified.
func (s Scope) Level(data []string) string {
	highest := -1
	for _, class := range data {
		level := class
		for _, c := range s.Data {
			if c.ID == class {
				level = c.Level
			}
		}
		highest = max(highest, slices.Index(Levels, level))
	}
	if highest < 0 {
		return ""
	}
	return Levels[highest]
}

// classes adds what a tag says: ids of classes of data, and levels. What is neither
// says nothing.
func (s Scope) classes(data []string, tag string) []string {
	for _, word := range strings.FieldsFunc(strings.ToLower(tag), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;+/:", r)
	}) {
		known := slices.Contains(Levels, word) || slices.ContainsFunc(s.Data, func(c DataClass) bool { return c.ID == word })
		if known && !slices.Contains(data, word) {
			data = append(slices.Clip(data), word)
		}
	}
	return data
}
