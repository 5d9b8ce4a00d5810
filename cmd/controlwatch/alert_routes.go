package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// alerting is who a running daemon tells of drift; nil: nobody is configured.
func (p *program) alerting(c config.Config, s *store.Store, j *judge) (*daemon.Alerting, error) {
	if !c.Alerts.Configured() {
		return nil, nil
	}
	routes, err := alertRoutes(c, j.catalogue)
	if err != nil {
		return nil, err
	}
	w := &daemon.Alerting{Book: s, Routes: routes, Link: c.Alerts.Link}
	if w.Receivers, w.Mirrors, err = p.alertPlaces(c); err != nil {
		return nil, err
	}
	return w, noDigestsTo(c, w.Receivers)
}

// noDigestsTo refuses a route that would send digests where none is taken, such as
// to a pager.
func noDigestsTo(c config.Config, receivers []alert.Receiver) error {
	for _, to := range receivers {
		chooses, ok := to.(interface{ Takes(alert.Kind) bool })
		if !ok || chooses.Takes(alert.Digest) {
			continue
		}
		for i, r := range c.Alerts.Routes {
			if r.Digest != nil && slices.Contains(r.Receivers, to.Name()) {
				return c.Problem([]any{"alerts", "routes", i, "digest"}, "alerts.routes[%d].digest: %s is a %s, which takes no digests: send it what is to be told at once", i, to.Name(), to.Kind())
			}
		}
	}
	return nil
}

// alertRoutes are the configured ones. A criterion or control that there is none of
// is an error: what it was meant to take would go elsewhere.
func alertRoutes(c config.Config, cat soc2.Catalogue) (alerts.Routes, error) {
	routes := alerts.Routes{Mirrors: map[string]bool{}}
	for _, r := range c.Alerts.Receivers {
		if r.Kind == "alertmanager" {
			routes.Mirrors[r.Name] = true
		}
	}
	for i, r := range c.Alerts.Routes {
		bad := func(key string, err error) error {
			return c.Problem([]any{"alerts", "routes", i, key}, "alerts.routes[%d].%s: %v", i, key, err)
		}
		for _, part := range r.Match.Criteria {
			if !slices.ContainsFunc(cat.Criteria, func(one soc2.Criterion) bool { return strings.HasPrefix(one.ID, part) }) {
				return routes, bad("match", fmt.Errorf("criteria: no criterion begins with %q", part))
			}
		}
		for _, id := range r.Match.Controls {
			if !slices.ContainsFunc(cat.Controls, func(one soc2.Control) bool { return one.ID == id }) {
				return routes, bad("match", fmt.Errorf("controls: there is no control %q", id))
			}
		}
		route := alerts.Route{
			Name: r.Name, Receivers: r.Receivers, Continue: r.Continue, Wait: time.Duration(r.GroupWait),
			Match: alerts.Match{Systems: r.Match.Systems, Owners: r.Match.Owners, Criteria: r.Match.Criteria, Controls: r.Match.Controls},
		}
		for _, class := range r.Match.Classes {
			route.Match.Classes = append(route.Match.Classes, alert.Class(class))
		}
		var err error
		if r.Match.Severity != "" {
			if route.Match.Severity, err = soc2.ParseSeverity(r.Match.Severity); err != nil {
				return routes, bad("match", err)
			}
		}
		if r.Digest != nil {
			if route.Digest, err = r.Digest.Timetable(); err != nil {
				return routes, bad("digest", err)
			}
		}
		for _, q := range r.QuietHours {
			quiet, err := quietHours(q)
			if err != nil {
				return routes, bad("quiet_hours", err)
			}
			route.Quiet = append(route.Quiet, quiet)
		}
		routes.List = append(routes.List, route)
	}
	return routes, nil
}

func quietHours(q config.Quiet) (quiet alerts.Quiet, err error) {
	if quiet.Zone, err = time.LoadLocation(q.Timezone); err != nil {
		return quiet, err
	}
	if quiet.From, err = config.Minutes(q.From); err != nil {
		return quiet, err
	}
	if quiet.To, err = config.Minutes(q.To); err != nil {
		return quiet, err
	}
	for i, word := range config.Weekdays {
		quiet.Days[i] = len(q.Days) == 0 || slices.Contains(q.Days, word)
	}
	if q.Except != "" {
		quiet.Through, err = soc2.ParseSeverity(q.Except)
	}
	return quiet, err
}
