package main

import (
	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

// webOf is who may ask the daemon, with every file and token that says so read
// once: what is wrong with them is told before anything runs.
func webOf(c config.Config) (daemon.Web, error) {
	w := daemon.Web{Unauthenticated: c.Web.AllowUnauthenticated, Probes: c.Web.Probes, Profiles: c.Web.Pprof}
	if c.Web.ConfigFile != "" {
		file, err := webconfig.Open(c.Web.ConfigFile)
		if err != nil {
			return daemon.Web{}, c.Problem([]any{"web", "config_file"}, "web.config_file: %v", err)
		}
		w.File = file
	}
	if len(c.Web.BearerTokens) > 0 {
		w.Tokens = c.Web.Tokens
		if _, err := w.Tokens(); err != nil {
			return daemon.Web{}, err
		}
	}
	if err := w.MayServe(c.Listen); err != nil {
		return daemon.Web{}, c.Problem([]any{"listen"}, "listen: %v", err)
	}
	return w, nil
}
