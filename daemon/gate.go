package daemon

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/controlwatch/controlwatch/daemon/webconfig"
)

// gate lets through who is known. What makes somebody known is read for each
// request; where that cannot be read, or makes nobody known any more who was to
// be, nobody is let through.
type gate struct {
	d         *Daemon
	next      http.Handler
	must      bool // nobody may be let through unknown
	passwords *webconfig.Passwords
	limit     *rate.Limiter // nil: none
	said      atomic.Pointer[string]
}

// askPath is guarded by a token of its own, whoever else may read.
const askPath = "/api/v1/scan"

func (d *Daemon) gate(next http.Handler) *gate {
	g := &gate{d: d, next: next, passwords: webconfig.NewPasswords(), must: d.opts.Web.Unauthenticated == "" && !local(d.Addr())}
	if rules, _, err := d.opts.Web.now(); err == nil && rules.Limit.Interval > 0 {
		g.limit = rate.NewLimiter(rate.Every(rules.Limit.Interval), rules.Limit.Burst)
	}
	return g
}

// ServeHTTP lets one request through, or says what it lacks.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rules, tokens, err := g.d.opts.Web.now()
	if err != nil {
		g.close(w, "who asks cannot be known: the web configuration or a token cannot be read", err)
		return
	}
	known := ways(rules, tokens)
	if g.must && len(known) == 0 {
		g.close(w, "the web configuration makes nobody known any more, and other machines reach the address", nil)
		return
	}
	g.said.Store(nil)
	for name, value := range rules.Headers {
		w.Header().Set(name, value)
	}
	switch {
	case g.limit != nil && !g.limit.Allow():
		http.Error(w, "too many requests; the web configuration limits them", http.StatusTooManyRequests)
	case rules.ClientCertificates() && !g.certified(r, rules):
		w.Header().Set("Connection", "close") // the next one is asked again
		http.Error(w, "show a client certificate", http.StatusUnauthorized)
	case r.Method == http.MethodPost && r.URL.Path == askPath:
		g.next.ServeHTTP(w, r)
	default:
		switch is, err := g.knows(r, rules, tokens); {
		case is:
			g.next.ServeHTTP(w, r)
		case errors.Is(err, webconfig.ErrTooMany):
			w.Header().Set("Retry-After", "1")
			http.Error(w, err.Error(), http.StatusTooManyRequests)
		default:
			challenge(w, known)
		}
	}
}

func (g *gate) certified(r *http.Request, rules webconfig.Rules) bool {
	now := time.Now() //nolint:forbidigo // a certificate's days are the system clock's, as at the handshake
	return g.d.opts.Web.File.Holds(rules, r.TLS, now) == nil
}

// knows says whether the request has the password of a user or a token, where
// either is asked for.
func (g *gate) knows(r *http.Request, rules webconfig.Rules, tokens []string) (bool, error) {
	if len(rules.Users) == 0 && len(tokens) == 0 {
		return true, nil
	}
	if given, ok := bearer(r); ok {
		found := false
		for _, token := range tokens { // all of them, so that time tells nothing
			found = same(given, token) || found
		}
		return found, nil
	}
	user, password, ok := r.BasicAuth()
	if !ok || len(rules.Users) == 0 {
		return false, nil
	}
	return g.passwords.Right(r.Context(), rules, r.RemoteAddr, user, password)
}

// close lets nobody through, and says why in the log, once until it changes.
func (g *gate) close(w http.ResponseWriter, message string, err error) {
	text := message
	if err != nil {
		text += ": " + err.Error()
	}
	if last := g.said.Swap(&text); last == nil || *last != text {
		g.d.opts.Log.Error("nobody is let in", zap.String("because", text))
	}
	http.Error(w, "nobody is let in at the moment; the log says why", http.StatusServiceUnavailable)
}

func challenge(w http.ResponseWriter, known []way) {
	if slices.Contains(known, byPassword) {
		w.Header().Add("WWW-Authenticate", `Basic realm="controlwatch", charset="UTF-8"`)
	}
	if slices.Contains(known, byToken) {
		w.Header().Add("WWW-Authenticate", `Bearer realm="controlwatch"`)
	}
	http.Error(w, "who asks is not known here", http.StatusUnauthorized)
}

// bearer is the token of a request.
func bearer(r *http.Request) (string, bool) {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(given), strings.EqualFold(scheme, "Bearer")
}
