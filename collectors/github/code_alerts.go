package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

func (s *source) readCodeAlerts(ctx context.Context, c *session, rec *evidence.Recorder) ([]json.RawMessage, error) {
	return s.numbered(ctx, c, rec, readCodeAlerts, s.orgPath("/code-scanning/alerts"), url.Values{"sort": {"created"}, "direction": {"asc"}})
}

// ruleSeverities say how grave a finding is where its tool states no security
// severity: GitHub then shows error, warning or note.
var ruleSeverities = map[string]string{"error": "high", "warning": "medium", "note": "low", "none": "informational"}

func parseCodeAlert(item json.RawMessage, body *evidence.SecurityAlert) error {
	var alert struct {
		State string `json:"state"`
		Rule  struct {
			ID               *string `json:"id"`
			Description      string  `json:"description"`
			Severity         *string `json:"severity"`
			SecuritySeverity *string `json:"security_severity_level"`
		} `json:"rule"`
		Tool struct {
			Name string `json:"name"`
		} `json:"tool"`
		DismissedReason *string    `json:"dismissed_reason"`
		DismissedAt     *time.Time `json:"dismissed_at"`
		FixedAt         *time.Time `json:"fixed_at"`
	}
	if err := json.Unmarshal(item, &alert); err != nil {
		return err
	}
	severity := ""
	switch {
	case alert.Rule.SecuritySeverity != nil:
		severity = *alert.Rule.SecuritySeverity
	case alert.Rule.Severity != nil:
		severity = ruleSeverities[*alert.Rule.Severity]
	}
	// What says nothing of how grave it is, or something new, is unknown.
	if severity == "informational" || slices.Contains(severities, severity) {
		body.Severity = &severity
	}
	about, none := evidence.AlertCode, ""
	title := alert.Rule.Description
	if alert.Rule.ID != nil && *alert.Rule.ID != "" {
		title = *alert.Rule.ID + ": " + title
	}
	if alert.Tool.Name != "" {
		title = alert.Tool.Name + ": " + title
	}
	body.About, body.Title, body.Identifier = &about, &title, &none
	body.FixAvailable, body.Development = no(), no()
	switch alert.State {
	case "open":
		return closed(body, evidence.AlertOpen, "", nil)
	case "fixed":
		return closed(body, evidence.AlertFixed, "", alert.FixedAt)
	case "dismissed":
		reason := "no reason given"
		if alert.DismissedReason != nil && *alert.DismissedReason != "" {
			reason = *alert.DismissedReason
		}
		return closed(body, evidence.AlertDismissed, reason, alert.DismissedAt)
	}
	return errors.New("its state is " + strconv.Quote(alert.State))
}
