package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/internal/identity"
	"github.com/controlwatch/controlwatch/internal/matrix"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// held is what the log holds about controls at a time: what the company does with
// each, its own ones, what people conclude of them, and what was found before.
type held struct {
	catalogue soc2.Catalogue
	known     []soc2.KnownAdoption
	adopted   []soc2.Adoption // in force
	company   soc2.Company
	designs   []soc2.DesignConclusion
	before    []soc2.PastFinding
	problems  []string // records that cannot be read
}

func (p *program) heldIn(ctx context.Context, s *store.Store, file string, at time.Time) (h held, err error) {
	cfg, err := p.configured(file)
	if err != nil {
		return h, err
	}
	return heldBy(ctx, s, cfg.People(), at)
}

func heldBy(ctx context.Context, s *store.Store, people identity.People, at time.Time) (h held, err error) {
	if h.catalogue, err = catalogue.Load(); err != nil {
		return h, err
	}
	if h.known, err = s.Adoptions(ctx, at, onePerson(people)); err != nil {
		return h, err
	}
	h.adopted = soc2.AdoptionsAt(h.known, at)
	records, err := s.Recordings(ctx, soc2.EntryCompanyControls, soc2.EntryControlLink, soc2.EntryDesignConclusion, soc2.EntryPastFindings)
	if err != nil {
		return h, err
	}
	h.company = soc2.ReadCompany(records, at)
	h.before, h.problems = soc2.ReadPastFindings(records, at)
	h.problems = append(h.problems, h.company.Problems...)
	for _, r := range records {
		if r.Kind != soc2.EntryDesignConclusion || r.At.After(at) {
			continue
		}
		h.designs = append(h.designs, soc2.ReadDesignConclusion(r))
	}
	return h, nil
}

// has says whether there is a control of an id, and gives the id as it is written.
func (h held) has(id string) (string, bool) {
	for _, c := range h.catalogue.Controls {
		if c.ID == id {
			return id, true
		}
	}
	own, found := h.company.Find(id)
	return own.ID, found
}

// all are the ids that were given, as they are written; those there are not are errors.
func (h held) all(ids []string) ([]string, error) {
	var out []string
	var errs []error
	for _, id := range ids {
		name, found := h.has(id)
		switch {
		case !found:
			errs = append(errs, fmt.Errorf("there is no control %q in the catalogue or among the company's own: `controlwatch controls list` and `controlwatch controls company` show them", id))
		case !slices.Contains(out, name):
			out = append(out, name)
		}
	}
	return out, errors.Join(errs...)
}

// adoption is what the company does with a control.
func (h held) adoption(control string) (soc2.Adoption, bool) {
	i := slices.IndexFunc(h.adopted, func(a soc2.Adoption) bool { return a.Control == control })
	if i < 0 {
		return soc2.Adoption{}, false
	}
	return h.adopted[i], true
}

// adoptionWord is the same in a word.
func (h held) adoptionWord(control string) string {
	if a, decided := h.adoption(control); decided {
		return string(a.State)
	}
	return soc2.Proposed
}

// requested are the records that ask to decline a control and wait for another person.
func (h held) requested(control string) []soc2.KnownAdoption {
	var out []soc2.KnownAdoption
	for _, k := range h.known {
		if k.Consent == soc2.Requested && k.Unreadable == "" && slices.Contains(k.Controls, control) {
			out = append(out, k)
		}
	}
	return out
}

// ownIDs are the company's ids of a control.
func (h held) ownIDs(control string) []string {
	ids := []string{}
	for _, own := range h.company.Testing(control) {
		ids = append(ids, own.ID)
	}
	return ids
}

// matrixFlags say where a sheet is and what its columns hold.
type matrixFlags struct {
	sheet string
	maps  []string
}

func (f *matrixFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.sheet, "sheet", "", "sheet of a workbook that has more than one")
	cmd.Flags().StringArrayVar(&f.maps, "map", nil, "what a column holds, as COLUMN=field (repeat it); COLUMN= leaves it aside")
}

// read gives the table and what was said of its columns.
func (f matrixFlags) read(path string) (files.Table, map[string]string, error) {
	told := map[string]string{}
	for _, m := range f.maps {
		i := strings.LastIndex(m, "=")
		if i <= 0 {
			return files.Table{}, nil, fmt.Errorf("--map: %q: expected COLUMN=field, such as --map \"Ref no.\"=id", m)
		}
		told[strings.TrimSpace(m[:i])] = strings.TrimSpace(m[i+1:])
	}
	in, err := os.Open(path)
	if err != nil {
		return files.Table{}, nil, err
	}
	defer in.Close() //nolint:errcheck // it was only read
	table, err := files.ReadTable(in, strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."), f.sheet)
	if err != nil {
		return table, nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return table, told, nil
}

// takenLines say which column was taken for what.
func takenLines(columns []matrix.Taken) []string {
	var out []string
	for _, c := range columns {
		if c.Field == "" {
			out = append(out, fmt.Sprintf("  %q is left aside", c.Column))
			continue
		}
		out = append(out, fmt.Sprintf("  %q is taken for the %s", c.Column, c.Field))
	}
	return out
}
