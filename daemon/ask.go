package daemon

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"

	"go.uber.org/zap"
)

// askForScan has sources run now: all, or those that ?source=NAME names. Only
// the bearer of the token may, since each run spends a provider's rate limits.
// Asking again before a run began changes nothing.
func (d *Daemon) askForScan(w http.ResponseWriter, r *http.Request) {
	if d.opts.Token == "" {
		http.Error(w, "running on request is off: start controlwatch with CONTROLWATCH_API_TOKEN set", http.StatusForbidden)
		return
	}
	if given, ok := bearer(r); !ok || !same(given, d.opts.Token) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="controlwatch"`)
		http.Error(w, "send the token in the header Authorization: Bearer TOKEN", http.StatusUnauthorized)
		return
	}
	wanted := r.URL.Query()["source"]
	answer := struct {
		Queued []string `json:"queued"`
	}{[]string{}}
	sources := d.duty.Load().sources
	for _, name := range wanted {
		if !slices.ContainsFunc(sources, func(s *source) bool { return s.Source.Name == name }) {
			http.Error(w, "no source has this name; the status page lists them", http.StatusNotFound)
			return
		}
	}
	for _, s := range sources {
		if len(wanted) > 0 && !slices.Contains(wanted, s.Source.Name) {
			continue
		}
		select {
		case s.asked <- struct{}{}:
		default: // asked already, and not begun
		}
		answer.Queued = append(answer.Queued, s.Source.Name)
	}
	d.opts.Log.Info("runs asked for", zap.Strings("sources", answer.Queued))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(answer) // the reader has gone; there is nobody to tell
}

// same compares in a time that tells nothing of where or how long the texts differ.
func same(given, token string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
