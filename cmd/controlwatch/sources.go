package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/controlwatch/controlwatch/collectors"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/config"
)

// source is a connected source with when to look and how long it counts.
type source struct {
	connect.Source
	schedule cron.Schedule
	maxAge   time.Duration
}

func bare(sources []source) []connect.Source {
	out := make([]connect.Source, len(sources))
	for i, s := range sources {
		out[i] = s.Source
	}
	return out
}

func maxAges(sources []source) map[string]time.Duration {
	ages := map[string]time.Duration{}
	for _, s := range sources {
		ages[s.Name] = s.maxAge
	}
	return ages
}

func providerNames() []string {
	names := make([]string, len(collectors.Providers))
	for i, p := range collectors.Providers {
		names[i] = p.Name
	}
	return names
}

// openSources opens what the configuration lists. All problems are reported at
// once; nothing is started unless all are well.
func (p *program) openSources(c config.Config, seam *transport.Seam) ([]source, error) {
	var out []source
	var errs []error
	names := map[string]bool{}
	for i, s := range c.Sources {
		provider, err := providerOf(c, i)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		opened, err := provider.Open(connect.Options{
			Decode: s.Settings.Decode, Dir: filepath.Dir(c.File), Env: p.env, Stdin: p.stdin, Seam: seam, Clock: p.now, Commits: commitsOf(c),
		})
		if err != nil {
			errs = append(errs, withPlace(c, i, err))
			continue
		}
		for _, o := range opened {
			if names[o.Name] {
				errs = append(errs, c.Problem([]any{"sources", i}, "%s is configured twice", o.Name))
			}
			names[o.Name] = true
			schedule, err := s.Timetable(o.Name)
			if err != nil {
				errs = append(errs, c.Problem([]any{"sources", i, "schedule"}, "schedule: %v", err))
			}
			out = append(out, source{Source: o, schedule: schedule, maxAge: time.Duration(s.MaxAge)})
		}
	}
	return out, errors.Join(errs...)
}

func providerOf(c config.Config, i int) (connect.Provider, error) {
	at := slices.IndexFunc(collectors.Providers, func(p connect.Provider) bool { return p.Name == c.Sources[i].Provider })
	if at < 0 {
		return connect.Provider{}, c.Problem([]any{"sources", i, "provider"}, "provider: %q is not one; expected %s",
			c.Sources[i].Provider, strings.Join(providerNames(), ", "))
	}
	return collectors.Providers[at], nil
}

// withPlace adds the place of the settings to an error that has none of its own.
func withPlace(c config.Config, i int, err error) error {
	if strings.HasPrefix(err.Error(), c.File) {
		return err
	}
	return c.Problem([]any{"sources", i, "settings"}, "%s settings: %v", c.Sources[i].Provider, err)
}

// detectSources finds credentials already on this machine. Without any it says
// what it looked for and how to give it.
func (p *program) detectSources(ctx context.Context, seam *transport.Seam) ([]source, error) {
	var out []source
	var looked, missing []string
	for _, provider := range collectors.Providers {
		if provider.Detect == nil {
			continue
		}
		detected, err := provider.Detect(ctx, connect.Options{Env: p.env, Seam: seam, Clock: p.now})
		if err != nil {
			return nil, fmt.Errorf("look for %s credentials: %w", provider.Title, err)
		}
		if len(detected.Found) == 0 {
			missing = append(missing, fmt.Sprintf("%s: NOT looked at, no usable credentials in %s", provider.Name, detected.Looked))
			looked = append(looked, fmt.Sprintf("  %-8s looked in %s\n           give %s", provider.Name, detected.Looked, detected.Give))
			continue
		}
		for _, found := range detected.Found {
			fmt.Fprintf(p.stderr, "%s: found %s\n", found.Name, detected.How)
			out = append(out, source{Source: found, maxAge: config.DefaultMaxAge})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no credentials found, so there is nothing to look at\n%s\n\nor write a configuration file and pass it with -c; `controlwatch demo` needs none of this",
			strings.Join(looked, "\n"))
	}
	// What is not looked at is out of scope, and nobody chose that: say so.
	for _, line := range missing {
		fmt.Fprintln(p.stderr, line)
	}
	return out, nil
}
