package document

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	anchors    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	longestKey = 28 // a sheet's name has 31 characters
)

// Check says what is wrong with a document's form: names that are not unique,
// levels that are skipped, links that lead nowhere, columns without a name.
func (d Document) Check() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if d.Title == "" {
		fault("a document needs a title")
	}
	ids, level := map[string]bool{}, 0
	for _, s := range d.Sections {
		switch {
		case !anchors.MatchString(s.ID):
			fault("section %q: its id %q is no anchor", s.Heading, s.ID)
		case ids[s.ID]:
			fault("two sections have the id %s", s.ID)
		}
		ids[s.ID] = true
		if s.Heading == "" {
			fault("section %s has no heading", s.ID)
		}
		if s.level() > level+1 || s.level() > 3 {
			fault("section %s has level %d after %d", s.ID, s.level(), level)
		}
		level = s.level()
	}
	tables := map[string]bool{}
	for t := range d.tables {
		switch {
		case !anchors.MatchString(t.Name) || len(t.Name) > longestKey:
			fault("table %q: its name %q cannot be one: lower-case letters, digits and hyphens, at most %d", t.Caption, t.Name, longestKey)
		case tables[t.Name]:
			fault("two tables are named %s", t.Name)
		}
		tables[t.Name] = true
		if len(t.Columns) == 0 || t.Rows == nil {
			fault("table %s has no columns or no rows to give", t.Name)
		}
		for _, c := range t.Columns {
			if c.Name == "" {
				fault("table %s has a column without a name", t.Name)
			}
		}
		if t.Total != nil && len(t.Total) != len(t.Columns) {
			fault("table %s: %d cells of totals for %d columns", t.Name, len(t.Total), len(t.Columns))
		}
	}
	if d.Main != "" && !tables[d.Main] {
		fault("its main table %s is not in it", d.Main)
	}
	for p := range d.paragraphs {
		for _, s := range p {
			if s.To != "" && !ids[s.To] && !web(s.To) {
				fault("a link leads to %q, which is no section", s.To)
			}
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("the document %q cannot be written: %w", d.Title, errors.Join(errs...))
	}
	return nil
}

func web(to string) bool { return strings.HasPrefix(to, "https://") }

// tables are all tables in order, the data of charts and figures included.
func (d Document) tables(yield func(Table) bool) {
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			t, ok := tableOf(b)
			if ok && !yield(t) {
				return
			}
		}
	}
}

// tableOf is the block as a table, if it is one or holds one.
func tableOf(b Block) (Table, bool) {
	switch b := b.(type) {
	case Table:
		return b, true
	case Chart:
		return b.Table(), true
	case Figure:
		if b.Data != nil {
			return *b.Data, true
		}
	}
	return Table{}, false
}

// paragraphs are all texts that can hold links.
func (d Document) paragraphs(yield func(Paragraph) bool) {
	for _, s := range d.Sections {
		for _, b := range s.Blocks {
			var all []Paragraph
			switch b := b.(type) {
			case Paragraph:
				all = []Paragraph{b}
			case List:
				all = b.Items
			case Callout:
				all = []Paragraph{b.Text}
			case KeyValues:
				for _, p := range b {
					all = append(all, p.Value)
				}
			}
			for _, p := range all {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// Tables are the names of the tables, the main one first.
func (d Document) Tables() []string {
	var names []string
	for t := range d.tables {
		if t.Name == d.Main {
			names = append([]string{t.Name}, names...)
			continue
		}
		names = append(names, t.Name)
	}
	return names
}

// table is the table of a name; without a name the main one.
func (d Document) table(name string) (Table, error) {
	names := d.Tables()
	if name == "" && len(names) > 0 {
		name = names[0]
	}
	for t := range d.tables {
		if t.Name == name {
			return t, nil
		}
	}
	if len(names) == 0 {
		return Table{}, errors.New("this report has no table")
	}
	return Table{}, fmt.Errorf("%q is not a table of this report; expected %s", name, strings.Join(names, ", "))
}

// row refuses a row that does not fit its table: a cell that is missing moves all
// that follow under another name.
func (t Table) row(n int, row []Cell, err error) error {
	if err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	if len(row) != len(t.Columns) {
		return fmt.Errorf("table %s: row %d has %d cells for %d columns", t.Name, n, len(row), len(t.Columns))
	}
	return nil
}
