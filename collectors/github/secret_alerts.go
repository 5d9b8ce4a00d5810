package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// genericSecrets are the patterns that GitHub leaves out of the list unless they
// are asked for by name. ("Supported secret scanning patterns", "Non-provider patterns")
var genericSecrets = []string{
	"ec_private_key", "generic_private_key", "http_basic_authentication_header", "http_bearer_authentication_header",
	"mongodb_connection_string", "mysql_connection_string", "openssh_private_key", "password", "pgp_private_key",
	"postgres_connection_string", "rsa_private_key",
}

// readSecretAlerts asks GitHub to leave the secrets out, so that none arrives here.
func (s *source) readSecretAlerts(ctx context.Context, c *session, rec *evidence.Recorder) ([]json.RawMessage, error) {
	path := s.orgPath("/secret-scanning/alerts")
	items, err := s.numbered(ctx, c, rec, readSecretAlerts, path, url.Values{"hide_secret": {"true"}})
	if err != nil {
		return items, err
	}
	generic, err := s.numbered(ctx, c, rec, readSecretAlerts, path, url.Values{
		"hide_secret": {"true"}, "secret_type": {strings.Join(genericSecrets, ",")},
	})
	return append(items, generic...), err
}

// parseSecretAlert decodes nothing that could hold the secret, its place or a
// person's remark.
func parseSecretAlert(item json.RawMessage, body *evidence.SecurityAlert) error {
	var alert struct {
		State      string         `json:"state"`
		Resolution stated[string] `json:"resolution"`
		ResolvedAt *time.Time     `json:"resolved_at"`
		Type       string         `json:"secret_type"`
		TypeName   string         `json:"secret_type_display_name"`
	}
	if err := json.Unmarshal(item, &alert); err != nil {
		return errors.New("it cannot be read") // the decoder's words could quote it
	}
	about, severity, none := evidence.AlertSecret, "critical", ""
	title := alert.TypeName
	if title == "" {
		title = alert.Type
	}
	if title == "" {
		return errors.New("it has no secret_type")
	}
	// Whoever holds a secret can use it; there is nothing to publish a mend for.
	body.About, body.Severity, body.Title, body.Identifier, body.FixAvailable = &about, &severity, &title, &none, no()
	body.Development = no()
	switch {
	case alert.State == "open":
		return closed(body, evidence.AlertOpen, "", nil)
	case alert.State != "resolved":
		return errors.New("its state is neither open nor resolved, but " + strconv.Quote(alert.State))
	case alert.Resolution.or("") == "revoked":
		return closed(body, evidence.AlertFixed, "", alert.ResolvedAt)
	}
	reason := alert.Resolution.or("")
	if reason == "" {
		reason = "no reason given"
	}
	return closed(body, evidence.AlertDismissed, reason, alert.ResolvedAt)
}
