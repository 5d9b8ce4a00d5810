package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// configuredDecision is a decision as the configuration holds it.
func configuredDecision(d config.Decision) soc2.Decision {
	out := soc2.Decision{
		ID: d.ID, Kind: soc2.DecisionKind(d.Kind), Control: d.Control, Check: d.Check, Select: soc2.Selector(d.Select),
		Parameter: d.Parameter, Source: d.Source, Setting: d.Setting, Leaves: d.LeavesOut, Reason: d.Reason, Compensating: d.Compensating,
		Requester: d.Requester, Approver: d.Approver, ApprovedAs: soc2.NamedInConfiguration, Expires: time.Time(d.Expires),
	}
	if d.Value != nil {
		out.Value = plainJSON(d.Value)
	}
	return out
}

// plainJSON is a value in the form that decisions hold.
func plainJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// recordedDecisions reads what was decided by command. Whoever is known under several
// names does not approve for themselves by another one.
func recordedDecisions(s *store.Store, c config.Config) daemon.RecordedDecisions {
	same := onePerson(c.People())
	return func(ctx context.Context, at time.Time) ([]soc2.KnownDecision, error) {
		return s.Decisions(ctx, at, same)
	}
}

// skipped are the settings of sources that leave something unread. What a provider
// does not declare as such is not known here.
func skipped(c config.Config) []soc2.Skipped {
	var out []soc2.Skipped
	for _, s := range c.Sources {
		i := slices.IndexFunc(collectors.Providers, func(p connect.Provider) bool { return p.Name == s.Provider })
		if i < 0 || len(collectors.Providers[i].Narrowing) == 0 {
			continue
		}
		provider := collectors.Providers[i]
		settings := provider.Settings()
		if !s.Settings.Node.Empty() && s.Settings.Decode(settings) != nil {
			continue // it was refused where sources are opened
		}
		values := byKey(settings)
		for _, narrowing := range provider.Narrowing {
			v, given := values[narrowing.Key]
			if !given || v.IsZero() || (v.Kind() == reflect.Slice && v.Len() == 0) || plainJSON(v.Interface()) == plainJSON(narrowing.Default) {
				continue
			}
			out = append(out, soc2.Skipped{Source: s.Provider, Setting: narrowing.Key, Value: plainJSON(v.Interface())})
		}
	}
	return out
}

// byKey gives a struct's fields by the keys they have in the configuration.
func byKey(settings any) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	v := reflect.Indirect(reflect.ValueOf(settings))
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		out[cmp.Or(name, v.Type().Field(i).Name)] = v.Field(i)
	}
	return out
}

// everDecided are the decisions that a period knows of: those that assessments were
// made by, those of the configuration now and, with their ends, the recorded ones.
func everDecided(ctx context.Context, s *store.Store, ev soc2.PeriodEvidence, j *judge) ([]soc2.Decision, error) {
	known, err := s.Decisions(ctx, ev.Until, nil)
	if err != nil {
		return nil, err
	}
	ended := map[string]time.Time{}
	for _, k := range known {
		ended[k.ID] = k.Withdrawn
	}
	all := slices.Clone(ev.Decisions)
	for i := range all {
		if at, recorded := ended[all[i].ID]; recorded {
			all[i].Withdrawn = at
		}
	}
	for _, d := range j.decisions {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all, nil
}

// recordedAdoptions reads what the company does with controls.
func recordedAdoptions(s *store.Store, c config.Config) daemon.RecordedAdoptions {
	same := onePerson(c.People())
	return func(ctx context.Context, at time.Time) ([]soc2.KnownAdoption, error) {
		return s.Adoptions(ctx, at, same)
	}
}

// companyThen adds what the company did with controls by the time a period is told as of.
func companyThen(ctx context.Context, s *store.Store, ev *soc2.PeriodEvidence, same func(a, b string) bool) (err error) {
	if ev.Adoptions, err = s.Adoptions(ctx, ev.Until, same); err != nil {
		return err
	}
	records, err := s.Recordings(ctx, soc2.EntryCompanyControls, soc2.EntryControlLink)
	if err != nil {
		return err
	}
	ev.Company = soc2.ReadCompany(records, ev.Until)
	return nil
}
