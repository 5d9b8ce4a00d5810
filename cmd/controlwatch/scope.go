package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/soc2"
)

// scopeOf is the scope that a configuration states.
func scopeOf(c config.Config) (soc2.Scope, error) {
	in := c.Scope
	out := soc2.Scope{Organization: c.Organization, Categories: in.Categories, Profile: in.Profile, Tags: soc2.TagNames(in.Tags), Type: soc2.PeriodType(c.Period.Type)}
	if c.Period.Configured() {
		from, to, err := c.Period.Window(c.Zone())
		if err != nil {
			return out, c.Problem([]any{"period"}, "period.%s", err)
		}
		out.From, out.To = from, to
		if out.Type == "" {
			out.Type = soc2.TypeII
		}
	}
	if in.Audit != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.Audit, c.Zone())
		if err != nil {
			return out, c.Problem([]any{"scope", "audit"}, "scope.audit: expected a day such as 2027-01-15")
		}
		out.Audit = day.UTC()
	}
	for _, s := range in.Systems {
		system := soc2.System{
			ID: s.ID, Title: s.Title, Description: s.Description, Owner: s.Owner, Environment: s.Environment, Data: s.Data, Uses: s.Uses,
		}
		for _, sel := range s.Select {
			system.Select = append(system.Select, soc2.AssetSelector{
				Selector: soc2.Selector{Provider: sel.Provider, Account: sel.Account, Region: sel.Region, Type: sel.Type, ID: sel.ID, Name: sel.Name},
				Path:     sel.Path, Tags: sel.Tags,
			})
		}
		out.Systems = append(out.Systems, system)
	}
	for _, d := range in.Data {
		out.Data = append(out.Data, soc2.DataClass(d))
	}
	for _, m := range in.Commitments {
		out.Commitments = append(out.Commitments, soc2.Commitment(m))
	}
	for _, t := range in.Teams {
		out.Teams = append(out.Teams, soc2.Team(t))
	}
	for _, o := range in.Owners {
		out.Owners = append(out.Owners, soc2.OwnerRule(o))
	}
	for _, p := range in.ThirdParties {
		out.Parties = append(out.Parties, soc2.ThirdParty(p))
	}
	out.Description = descriptionOf(in.Description)
	return out, nil
}

func descriptionOf(in config.ScopeStatement) soc2.Description {
	day := func(text string) time.Time {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return time.Time{} // refused when it was read
		}
		return t
	}
	out := soc2.Description{Services: in.Services, Requirements: in.Requirements, Components: soc2.Components(in.Components), Boundary: in.Boundary}
	for _, i := range in.Incidents {
		out.Incidents = append(out.Incidents, soc2.Incident{On: day(i.On), Text: i.Text, Criteria: i.Criteria})
	}
	for _, u := range in.UserControls {
		out.UserControls = append(out.UserControls, soc2.UserControl(u))
	}
	for _, s := range in.Subservices {
		out.Subservices = append(out.Subservices, soc2.Subservice{
			Name: s.Name, Services: s.Services, Method: soc2.SubserviceMethod(s.Method), Controls: s.Controls, Criteria: s.Criteria,
		})
	}
	for _, n := range in.NotRelevant {
		out.NotRelevant = append(out.NotRelevant, soc2.NotRelevant(n))
	}
	for _, ch := range in.Changes {
		out.Changes = append(out.Changes, soc2.SystemChange{On: day(ch.On), Text: ch.Text})
	}
	return out
}

// knownScope refuses providers, controls and criteria there are not, and a category
// of which nothing is left.
func knownScope(c config.Config, cat soc2.Catalogue) error {
	var errs []error
	category := map[string]string{}
	for _, criterion := range cat.Criteria {
		category[criterion.ID] = criterion.Category
	}
	criteria := func(field string, ids []string, at ...any) {
		for i, id := range ids {
			if category[id] == "" {
				errs = append(errs, c.Problem(append(slices.Clone(at), i), "%s: there is no criterion %q; expected one such as CC6.1", field, id))
			}
		}
	}
	providers := providerNames()
	for i, s := range c.Scope.Systems {
		for j, sel := range s.Select {
			if sel.Provider != "" && !slices.Contains(providers, sel.Provider) {
				errs = append(errs, c.Problem([]any{"scope", "systems", i, "select", j, "provider"},
					"scope.systems[%d].select[%d].provider: there is no provider %q; expected %s", i, j, sel.Provider, strings.Join(providers, ", ")))
			}
		}
	}
	for i, m := range c.Scope.Commitments {
		criteria("scope.commitments", m.Criteria, "scope", "commitments", i, "criteria")
	}
	for i, o := range c.Scope.Owners {
		criteria("scope.owners", o.Criteria, "scope", "owners", i, "criteria")
		for j, id := range o.Controls {
			if !slices.ContainsFunc(cat.Controls, func(control soc2.Control) bool { return control.ID == id }) {
				errs = append(errs, c.Problem([]any{"scope", "owners", i, "controls", j}, "scope.owners: there is no control %q; see `controlwatch controls list`", id))
			}
		}
	}
	d := c.Scope.Description
	for i, in := range d.Incidents {
		criteria("scope.description.incidents", in.Criteria, "scope", "description", "incidents", i, "criteria")
	}
	for i, u := range d.UserControls {
		criteria("scope.description.user_controls", u.Criteria, "scope", "description", "user_controls", i, "criteria")
	}
	for i, s := range d.Subservices {
		criteria("scope.description.subservices", s.Criteria, "scope", "description", "subservices", i, "criteria")
	}
	var without []string
	for i, n := range d.NotRelevant {
		if category[n.Criterion] == "" {
			errs = append(errs, c.Problem([]any{"scope", "description", "not_relevant", i, "criterion"}, "scope.description.not_relevant: there is no criterion %q; expected one such as CC6.1", n.Criterion))
		}
		without = append(without, n.Criterion)
	}
	for i, name := range c.Scope.Categories {
		if !slices.ContainsFunc(cat.Criteria, func(x soc2.Criterion) bool { return x.Category == name && !slices.Contains(without, x.ID) }) {
			errs = append(errs, c.Problem([]any{"scope", "categories", i}, "scope.categories: no criterion of %s is left, all are said to be not relevant; take the category out, or a criterion from scope.description.not_relevant", name))
		}
	}
	return errors.Join(errs...)
}
