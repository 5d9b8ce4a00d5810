package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// attester turns what people write into attestations and records them.
type attester struct {
	program   *program
	config    config.Config
	catalogue soc2.Catalogue
	scope     soc2.Scope
	limit     int64 // of a file
	now       time.Time
}

func (p *program) newAttester(file string) (*attester, error) {
	a := &attester{program: p, now: p.now()}
	var err error
	if a.config, err = p.configured(file); err != nil {
		return nil, err
	}
	if a.limit, err = a.config.Evidence.FileLimit(); err != nil {
		return nil, err
	}
	if a.scope, err = scopeOf(a.config); err != nil {
		return nil, err
	}
	a.catalogue, err = catalogue.Load()
	return a, err
}

func (a *attester) control(id string) (soc2.Control, error) {
	i := slices.IndexFunc(a.catalogue.Controls, func(c soc2.Control) bool { return c.ID == id })
	if i < 0 {
		return soc2.Control{}, soc2.Problem{Field: "control", What: fmt.Sprintf("there is no control %q; `controlwatch attestations` lists those that are attested", id)}
	}
	return a.catalogue.Controls[i], nil
}

// entry is what is to be recorded. Its error joins everything that is wrong.
func (a *attester) entry(w soc2.WrittenAttestation, by string, files []string) (store.Entry, error) {
	var errs []error
	body, err := w.Read(a.config.Zone(), a.now)
	errs = append(errs, err)
	var bodies []store.Attachment
	body.Files, bodies, err = attachedFiles(files, a.limit)
	if err != nil {
		errs = append(errs, soc2.Problem{Field: "files", What: err.Error()})
	}
	c, err := a.control(body.Control)
	switch {
	case body.Control == "": // said already
	case err != nil:
		errs = append(errs, err)
	case len(files) == 0 || len(body.Files) > 0:
		errs = append(errs, body.For(c, a.scope.Systems))
	}
	if body.ReviewedBy != "" {
		if _, err := a.config.People().Apart(by, body.ReviewedBy); err != nil {
			errs = append(errs, soc2.Problem{Field: "reviewed_by", What: fmt.Sprintf("%s performed it: %v", by, err)})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return store.Entry{}, err
	}
	body.Note, _ = evidence.Mask(body.Note)
	encoded, err := json.Marshal(body)
	return store.Entry{
		Kind: soc2.EntryAttestation, Subject: soc2.AttestationSubject(body.Control, body.System), Body: encoded, Files: bodies,
	}, err
}

// record appends entries in one commit and reads them as evidence.
func (a *attester) record(ctx context.Context, file string, f signedBy, entries ...store.Entry) (ids []string, err error) {
	s, err := a.program.openWriting(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var all []store.Entry
	for _, e := range entries {
		signed, err := a.program.sign(ctx, s, f, file, e)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 && len(signed) > 1 {
			signed = signed[len(signed)-1:] // whose key it is comes once, before the first
		}
		all = append(all, signed...)
	}
	ids, err = s.Append(ctx, all...)
	if len(ids) > len(entries) {
		ids = ids[len(ids)-len(entries):]
	}
	if err != nil {
		return ids, err
	}
	line := a.program.wire(s, &judge{}, pipelineOptions{config: a.config})
	if err := line.pullRecorded(ctx); err != nil {
		return ids, fmt.Errorf("recorded as %s, and not yet read as evidence (the next scan does it): %w", strings.Join(ids, ", "), err)
	}
	return ids, nil
}
