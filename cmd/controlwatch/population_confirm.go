package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

func newPopulationConfirm(p *program) *cobra.Command {
	var flags populationFlags
	var by signedBy
	cmd := &cobra.Command{
		Use:   "confirm NAME",
		Short: "Confirm, as a second person, a list that was taken out of another system",
		Long: `Confirm records that somebody other than the preparer compared the newest export
of a list with the system it is from: the question asked of it, the time, and the
number of rows. NAME is the system and the kind, such as personio/employment, as
the population shows them, or the name of the data file.

What is confirmed is the digest of the export's record and rows. The next export
is another one, and asks for a word of its own. Without --sign-with, whose word it is
stays recorded as "identity not verified": nothing proves who sits at the keyboard.`,
		Example: "  controlwatch population confirm personio/employment --by noor@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(by.name) == "" {
				return errors.New("--by: missing; say who confirms")
			}
			line, err := p.openPast(cmd.Context(), flags.file)
			if err != nil {
				return err
			}
			id, e, actor, err := line.confirm(cmd.Context(), args[0], by.name, p.records(by, flags.file))
			if err := errors.Join(err, line.close()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "%s: %s confirms %s as taken out of %s on %s by %s: %d rows, digest sha256:%s\n",
				id, actor, args[0], e.System, e.ExtractedAt, e.Preparer, e.Items, e.Digest)
			return err
		},
	}
	cmd.Flags().StringVarP(&flags.file, "config", "c", "", "configuration whose store it is")
	by.add(cmd, "by", "who confirms; not the preparer (required)")
	return cmd
}

func (l *past) confirm(ctx context.Context, name, by string, record recorder) (id string, newest soc2.Export, actor evidence.Actor, err error) {
	newest, place, err := l.newestExport(ctx, name)
	if err != nil {
		return "", newest, actor, err
	}
	if soc2.SamePerson(by, newest.Preparer) {
		return "", newest, actor, fmt.Errorf("--by: %s prepared the list; a second person has to confirm it", newest.Preparer)
	}
	body, err := json.Marshal(soc2.PopulationConfirmation{Name: place, Digest: newest.Digest, Export: newest, Preparer: newest.Preparer})
	if err != nil {
		return "", newest, actor, err
	}
	id, actor, err = record(ctx, l.store, store.Entry{Kind: soc2.EntryPopulationConfirmed, Subject: place, Body: body})
	return id, newest, actor, err
}

// newestExport finds the newest export of a list by system/kind or data file.
func (l *past) newestExport(ctx context.Context, name string) (newest soc2.Export, place string, err error) {
	var known []string
	found := 0
	for _, kind := range evidence.Kinds {
		of, err := soc2.PopulationOf(string(kind.Kind))
		if err != nil {
			return newest, "", err
		}
		q := soc2.PopulationQuery{Of: of, From: l.began.AddDate(-1, 0, 0), To: l.assessor.Clock().AddDate(1, 0, 0)}
		h, err := l.store.History(ctx, store.HistoryQuery{Kind: kind.Kind, From: q.From, To: q.To, Provider: exporter, MaxAge: config.DefaultMaxAge})
		if err != nil {
			return newest, "", err
		}
		for _, list := range soc2.PopulationFrom(h, q).Lists {
			if len(list.Exports) == 0 {
				continue
			}
			e := list.Exports[len(list.Exports)-1]
			known = append(known, list.Name())
			stem, _, _ := strings.Cut(e.Data, ".")
			if name == list.Name() || name == e.Data || name == stem {
				newest, place = e, list.Name()
				found++
			}
		}
	}
	switch {
	case found > 1:
		return newest, "", fmt.Errorf("%q fits several lists: give the system and the kind, one of %s", name, strings.Join(known, ", "))
	case found == 0 && len(known) == 0:
		return newest, "", errors.New("the store has no list that was taken out of another system: the provider `files` brings them in")
	case found == 0:
		return newest, "", fmt.Errorf("there is no list %q: there is %s", name, strings.Join(known, ", "))
	}
	return newest, place, nil
}

// exporter is the provider of lists that people took out of other systems.
const exporter = "files"

// confirmations are what second persons confirmed, by digest; of several the first.
func confirmations(ctx context.Context, s *store.Store) (map[string]soc2.Approval, error) {
	out := map[string]soc2.Approval{}
	for e, err := range s.Entries(ctx, soc2.EntryPopulationConfirmed) {
		if err != nil {
			return nil, err
		}
		var c soc2.PopulationConfirmation
		if err := json.Unmarshal(e.Body, &c); err != nil {
			return nil, fmt.Errorf("read confirmation %s: %w", e.ID, err)
		}
		if _, ok := out[c.Digest]; !ok {
			out[c.Digest] = soc2.Approval{Entry: e.ID, By: e.Actor.Name, Identity: string(e.Actor.Identity), At: e.At}
		}
	}
	return out, nil
}
