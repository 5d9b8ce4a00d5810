package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// asker asks a person, or takes what is suggested. The first error stays, and
// everything after it is answered with nothing.
type asker struct {
	out io.Writer
	in  *bufio.Reader
	yes bool
	err error
}

// ask asks for a text; an empty answer takes the suggestion.
func (a *asker) ask(question, suggested string) string {
	if a.yes || a.err != nil {
		return suggested
	}
	if suggested != "" {
		question += " [" + strings.Map(printable, suggested) + "]"
	}
	fmt.Fprintf(a.out, "%s: ", question)
	line, err := a.in.ReadString('\n')
	if err != nil && (line == "" || !errors.Is(err, io.EOF)) {
		a.err = err
		if errors.Is(err, io.EOF) {
			a.err = errors.New("they ended before the questions did; --yes takes what was found")
		}
		return ""
	}
	if line = strings.TrimSpace(line); line != "" {
		return line
	}
	return suggested
}

// agree asks yes or no.
func (a *asker) agree(question string, suggested bool) bool {
	choice := "y/N"
	if suggested {
		choice = "Y/n"
	}
	for a.err == nil {
		if a.yes {
			return suggested
		}
		switch strings.ToLower(a.ask(question+"? "+choice, "")) {
		case "":
			return suggested && a.err == nil
		case "y", "yes":
			return true
		case "n", "no":
			return false
		}
		fmt.Fprintln(a.out, "Please answer y or n.")
	}
	return false
}
