package attestations

import (
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
)

// statement is one attestation as it was written, found well formed.
type statement struct {
	id    string
	body  evidence.Attestation // without Files
	files []string             // as written, relative to the file
	file  string               // relative to the folder
	node  strictyaml.Node
	src   []byte // the whole file
	alone bool   // in its file
}

func (s statement) name() string {
	return s.body.Control + " " + s.body.PerformedAt.Format(time.DateOnly)
}

func (s statement) place() string { return fmt.Sprintf("%s:%d", s.file, s.node.Line()) }

// written is the form of an attestation in a file.
type written struct {
	ID          string   `yaml:"id"`
	Control     string   `yaml:"control"`
	Result      string   `yaml:"result"`
	PerformedAt string   `yaml:"performed_at"`
	PerformedBy string   `yaml:"performed_by"`
	ReviewedBy  string   `yaml:"reviewed_by"`
	Covers      *period  `yaml:"covers"`
	System      string   `yaml:"system"`
	Note        string   `yaml:"note"`
	Files       []string `yaml:"files"`
}

type period struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// day reads a date, which stands for that day in UTC, or a moment in RFC 3339.
func day(text string) (at time.Time, whole bool, err error) {
	if at, err = time.Parse(time.DateOnly, text); err == nil {
		return at, true, nil
	}
	if at, err = time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), false, nil
	}
	return time.Time{}, false, errors.New("expected a date such as 2026-10-05")
}

// parse reads a file: one attestation, or a list of them.
func parse(file string, src []byte, now time.Time) (found []statement, problems []error) {
	whole, err := strictyaml.Parse(file, src)
	if err != nil {
		return nil, strictyaml.Each(err)
	}
	if whole.Empty() {
		return nil, []error{whole.Problem("is empty; write an attestation or remove the file")}
	}
	nodes, list := whole.Items()
	switch {
	case !list:
		nodes = []strictyaml.Node{whole}
	case len(nodes) == 0:
		return nil, []error{whole.Problem("is an empty list; write an attestation or remove the file")}
	}
	for _, n := range nodes {
		st, errs := read(n, now)
		if len(errs) > 0 {
			problems = append(problems, errs...)
			continue
		}
		found = append(found, st)
	}
	return found, problems
}

func read(n strictyaml.Node, now time.Time) (statement, []error) {
	if n.Empty() {
		return statement{}, []error{n.Problem("is empty; write an attestation")}
	}
	var w written
	if err := n.Decode(&w); err != nil {
		return statement{}, strictyaml.Each(err)
	}
	c := checking{written: w, node: n, now: now}
	body := c.body()
	if len(c.problems) > 0 {
		return statement{}, c.problems
	}
	id := w.ID
	if id == "" {
		id = standingID(body)
	}
	return statement{id: id, body: body, files: w.Files, file: n.File, node: n}, nil
}

// standingID is what a statement is about and when it was made: neither moves
// when the file is renamed.
func standingID(a evidence.Attestation) string {
	id := a.Control + "/" + a.PerformedAt.Format(time.DateOnly)
	if a.System != "" {
		id += "/" + a.System
	}
	return id
}
