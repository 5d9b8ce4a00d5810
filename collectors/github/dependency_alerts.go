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

func (s *source) readDependencyAlerts(ctx context.Context, c *session, rec *evidence.Recorder) ([]json.RawMessage, error) {
	return c.cursor(ctx, readDependencyAlerts, s.orgPath("/dependabot/alerts"), url.Values{"sort": {"created"}, "direction": {"asc"}}, rec, toTheEnd)
}

var severities = []string{"critical", "high", "medium", "low"}

func parseDependencyAlert(item json.RawMessage, body *evidence.SecurityAlert) error {
	var alert struct {
		State      string `json:"state"`
		Dependency struct {
			Package struct {
				Ecosystem string `json:"ecosystem"`
				Name      string `json:"name"`
			} `json:"package"`
			Scope *string `json:"scope"`
		} `json:"dependency"`
		Advisory struct {
			GHSA    string  `json:"ghsa_id"`
			CVE     *string `json:"cve_id"`
			Summary string  `json:"summary"`
		} `json:"security_advisory"`
		Vulnerability struct {
			Severity string                  `json:"severity"`
			Patched  stated[json.RawMessage] `json:"first_patched_version"`
		} `json:"security_vulnerability"`
		DismissedReason *string    `json:"dismissed_reason"`
		DismissedAt     *time.Time `json:"dismissed_at"`
		AutoDismissedAt *time.Time `json:"auto_dismissed_at"`
		FixedAt         *time.Time `json:"fixed_at"`
	}
	if err := json.Unmarshal(item, &alert); err != nil {
		return err
	}
	if !slices.Contains(severities, alert.Vulnerability.Severity) {
		return errors.New("its severity is " + strconv.Quote(alert.Vulnerability.Severity))
	}
	about, title, identifier := evidence.AlertDependency, alert.Advisory.Summary, alert.Advisory.GHSA
	if p := alert.Dependency.Package; p.Name != "" {
		title = p.Ecosystem + "/" + p.Name + ": " + title
	}
	if alert.Advisory.CVE != nil && *alert.Advisory.CVE != "" {
		identifier = *alert.Advisory.CVE
	}
	body.About, body.Severity, body.Title, body.Identifier = &about, &alert.Vulnerability.Severity, &title, &identifier
	if alert.Vulnerability.Patched.There {
		patched := alert.Vulnerability.Patched.Value != nil
		body.FixAvailable = &patched
	}
	// A scope GitHub could not tell counts as production's: that excuses nothing.
	development := alert.Dependency.Scope != nil && *alert.Dependency.Scope == "development"
	body.Development = &development
	switch alert.State {
	case "open":
		return closed(body, evidence.AlertOpen, "", nil)
	case "fixed":
		return closed(body, evidence.AlertFixed, "", alert.FixedAt)
	case "auto_dismissed":
		return closed(body, evidence.AlertDismissed, "by a rule", alert.AutoDismissedAt)
	case "dismissed":
		reason := "no reason given"
		if alert.DismissedReason != nil && *alert.DismissedReason != "" {
			reason = *alert.DismissedReason
		}
		return closed(body, evidence.AlertDismissed, reason, alert.DismissedAt)
	}
	return errors.New("its state is " + strconv.Quote(alert.State))
}
