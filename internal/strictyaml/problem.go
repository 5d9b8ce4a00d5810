package strictyaml

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Problem is one thing wrong in a file.
type Problem struct {
	File         string
	Line, Column int // from 1; 0: the file as a whole
	Message      string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Each gives the errors that were joined into one, for callers who tell them one
// by one.
func Each(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// maxProblems is how many things wrong in one file are told at once.
const maxProblems = 50

// found gathers what is wrong in a file.
type found struct {
	file string
	list []error
}

func (f *found) add(at ast.Node, path, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if path != "" {
		message = path + ": " + message
	}
	switch {
	case len(f.list) < maxProblems:
		f.list = append(f.list, Node{File: f.file, AST: at}.Problem("%s", message))
	case len(f.list) == maxProblems:
		f.list = append(f.list, &Problem{File: f.file, Message: "holds more problems than these; mend them first"})
	}
}

func (f *found) err() error { return errors.Join(f.list...) }

var quoted = regexp.MustCompile(` ?"(?:[^"\\]|\\.)*"`)

// without takes a value out of what a type's own reader says of it.
func without(text, message string) string {
	message = strings.ReplaceAll(message, " "+strconv.Quote(text), "")
	if text != "" && strings.Contains(message, text) {
		return "is not one that can be read here"
	}
	return message
}
