package config

import (
	"net"
	"path/filepath"
	"slices"
	"strings"
)

// Web is who may ask the daemon, and how they are known.
type Web struct {
	ConfigFile           string   `yaml:"config_file" json:"config_file,omitempty" jsonschema:"description=Web configuration file of Prometheus exporters (TLS\\, client certificates\\, passwords)\\, relative to this file; what other exporters take as --web.config.file. Read anew for each connection and request."`
	BearerTokens         []Secret `yaml:"bearer_tokens" json:"bearer_tokens,omitempty" jsonschema:"description=Tokens that let their bearer read everything: ${env:NAME} or ${file:PATH}\\, at least 20 characters each. A file is read anew for each request."`
	AllowUnauthenticated string   `yaml:"allow_unauthenticated" json:"allow_unauthenticated,omitempty" jsonschema:"description=Why an address that other machines reach may be served to anybody\\, such as: a NetworkPolicy lets in Prometheus only. Without it\\, and without a way to know who asks\\, controlwatch does not start there."`
	Probes               string   `yaml:"probes" json:"probes,omitempty" jsonschema:"description=Address of a second listener for probes\\, such as 0.0.0.0:9465. It answers /healthz and /readyz with one word\\, to anybody. Default: none."`
	Pprof                bool     `yaml:"pprof" json:"pprof,omitempty" jsonschema:"description=Serve Go's profiles under /debug/pprof/\\, on loopback or to those who are known. Default false."`
}

// Tokens are the bearer tokens as they are now.
func (w Web) Tokens() (tokens []string, err error) {
	for _, s := range w.BearerTokens {
		token, err := s.Value()
		if err != nil {
			return nil, err
		}
		if len(token) < shortestToken {
			return nil, s.Node.Problem("web.bearer_tokens: a token has fewer than %d characters; make one with `openssl rand -hex 32`", shortestToken)
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// Same says whether two configurations let the same people in by the same means.
func (w Web) Same(o Web) bool {
	byReference := func(a, b Secret) bool { return a.String() == b.String() }
	return w.ConfigFile == o.ConfigFile && w.AllowUnauthenticated == o.AllowUnauthenticated && w.Probes == o.Probes && w.Pprof == o.Pprof &&
		slices.EqualFunc(w.BearerTokens, o.BearerTokens, byReference)
}

// shortestToken keeps a guess from being worth trying: nothing slows guesses down.
const shortestToken = 20

// shortestReason keeps "true" from being a reason.
const shortestReason = 10

func (w *Web) within(file string, env func(string) string) {
	dir := filepath.Dir(file)
	if w.ConfigFile != "" && !filepath.IsAbs(w.ConfigFile) {
		w.ConfigFile = filepath.Join(dir, w.ConfigFile)
	}
	for i := range w.BearerTokens {
		s := &w.BearerTokens[i]
		s.Node.File, s.dir, s.env = file, dir, env
	}
}

func (c *Config) webProblems(wrong func(path []any, format string, args ...any)) {
	w := c.Web
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		wrong([]any{"listen"}, "listen: expected HOST:PORT such as %s", DefaultListen)
	}
	allowed := len(strings.TrimSpace(w.AllowUnauthenticated)) >= shortestReason
	if !allowed && c.node.At("web").Has("allow_unauthenticated") {
		wrong([]any{"web", "allow_unauthenticated"}, "web.allow_unauthenticated: give the reason, such as: a NetworkPolicy lets in Prometheus only")
	}
	if err == nil && !loopback(host) && w.ConfigFile == "" && len(w.BearerTokens) == 0 && !allowed {
		wrong([]any{"listen"}, "listen: other machines reach %s, and who asks there is not known; set web.config_file (TLS, client certificates, passwords) or web.bearer_tokens, or say in web.allow_unauthenticated why anybody may read every finding", c.Listen)
	}
	if allowed && len(w.BearerTokens) > 0 {
		wrong([]any{"web", "allow_unauthenticated"}, "web.allow_unauthenticated: web.bearer_tokens asks for a token; remove one of the two")
	}
	if allowed && w.Pprof {
		wrong([]any{"web", "pprof"}, "web.pprof: profiles are served on loopback or to those who are known; remove web.allow_unauthenticated")
	}
	if w.Probes != "" {
		if _, _, err := net.SplitHostPort(w.Probes); err != nil {
			wrong([]any{"web", "probes"}, "web.probes: expected HOST:PORT such as 0.0.0.0:9465")
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
