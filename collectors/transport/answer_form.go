package transport

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// deepest bounds the nesting of an answer.
const deepest = 200

// treeOf reads an answer of either form into a tree; nothing at all is null.
func treeOf(body []byte) (any, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return nil, nil
	case body[0] == '<':
		return xmlTree(body)
	default:
		return evidence.Tree(body)
	}
}

type element struct {
	name     string
	text     strings.Builder
	members  map[string][]any
	children int
}

// xmlTree tells XML as JSON: an element with children is an object, one with text
// a string, children of one name a list, and a list whose elements have no name of
// their own (AWS calls them member or item) that list. An attribute is "@name".
func xmlTree(body []byte) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	stack := []*element{{members: map[string][]any{}}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > deepest {
				return nil, errors.New("it is nested too deeply")
			}
			next := &element{name: t.Name.Local, members: map[string][]any{}}
			for _, a := range t.Attr {
				if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" {
					next.members["@"+a.Name.Local] = []any{a.Value}
				}
			}
			stack = append(stack, next)
		case xml.CharData:
			top.text.Write(t)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			parent := stack[len(stack)-1]
			parent.members[top.name] = append(parent.members[top.name], top.value())
			parent.children++
		}
	}
	return stack[0].value(), nil
}

func (e *element) value() any {
	if len(e.members) == 0 {
		if text := strings.TrimSpace(e.text.String()); text != "" || e.children == 0 {
			return text
		}
	}
	if len(e.members) == 1 {
		for name, list := range e.members {
			if slices.Contains([]string{"member", "item"}, name) {
				return list
			}
		}
	}
	out := map[string]any{}
	for name, list := range e.members {
		if len(list) == 1 {
			out[name] = list[0]
		} else {
			out[name] = list
		}
	}
	if text := strings.TrimSpace(e.text.String()); text != "" {
		out["#text"] = text
	}
	return out
}
