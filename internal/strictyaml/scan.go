package strictyaml

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

const (
	// maxValues bounds the words of a file, and its values once aliases are
	// replaced: the library takes minutes over more.
	maxValues = 100_000
	// maxDepth bounds nesting: the library runs out of memory on a few hundred
	// kilobytes of brackets, and that cannot be recovered from.
	maxDepth = 100
)

// scan refuses, before the library reads it, what the library would drop, replace
// or fall over: it reads `!x` as null, gives up at a second `---` without a word,
// and has no bound on nesting.
func scan(file string, tokens token.Tokens) error {
	if len(tokens) > maxValues {
		return &Problem{File: file, Message: fmt.Sprintf("holds more than %d values", maxValues)}
	}
	var nesting nesting
	begun, ended := false, false
	for _, t := range tokens {
		wrong := ""
		switch t.Type {
		case token.CommentType:
			continue
		case token.TagType:
			wrong = "a tag (!) is not understood; remove it, or put a text that starts with ! in quotes"
		case token.DirectiveType:
			wrong = "a directive (%) is not understood; remove it, or put a text that starts with % in quotes"
		case token.DocumentHeaderType:
			if begun {
				wrong = "holds several documents, expected one; remove this line `---`"
			}
		case token.DocumentEndType:
			ended = true
			continue
		}
		if ended {
			wrong = "something follows the end of the document; remove the line `...`"
		}
		if nesting.deepen(t) > maxDepth {
			wrong = fmt.Sprintf("is nested more than %d deep", maxDepth)
		}
		if wrong != "" {
			return &Problem{File: file, Line: t.Position.Line, Column: t.Position.Column, Message: wrong}
		}
		begun = true
	}
	return nil
}

// nesting follows how deep lists and mappings lie in each other.
type nesting struct {
	brackets int
	columns  []int // of the blocks that are open, outside brackets
}

func (n *nesting) deepen(t *token.Token) int {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		n.brackets++
	case token.SequenceEndType, token.MappingEndType:
		n.brackets--
	case token.SequenceEntryType, token.MappingKeyType:
		n.block(t)
	case token.MappingValueType:
		if t.Prev != nil {
			n.block(t.Prev) // the key
		}
	default:
	}
	return n.brackets + len(n.columns)
}

func (n *nesting) block(t *token.Token) {
	if n.brackets > 0 {
		return
	}
	at := t.Position.Column
	for len(n.columns) > 0 && n.columns[len(n.columns)-1] > at {
		n.columns = n.columns[:len(n.columns)-1]
	}
	if len(n.columns) == 0 || n.columns[len(n.columns)-1] < at {
		n.columns = append(n.columns, at)
	}
}
