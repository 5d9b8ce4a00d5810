package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

var (
	secretAlertPopulation     = evidence.Population{Kind: "SecurityAlert", Type: "github.secret_scanning_alert"}
	dependencyAlertPopulation = evidence.Population{Kind: "SecurityAlert", Type: "github.dependabot_alert"}
	codeAlertPopulation       = evidence.Population{Kind: "SecurityAlert", Type: "github.code_scanning_alert"}
)

// Calls: ⌈repositories/100⌉ (twice where there are several pages) + 1 +
// ⌈alerts/100⌉ for each of secrets (twice where there are several pages), generic
// secrets (the same), dependencies and code (twice where there are several pages).
var securityAlertsCollector = evidence.Collector{
	Name:        "github_security_alerts",
	Doc:         "Reads all alerts, open and closed, about secrets in code, weak dependencies and flaws in code. The secrets themselves are not asked for.",
	Populations: []evidence.Population{secretAlertPopulation, dependencyAlertPopulation, codeAlertPopulation},
	Reads:       []string{readRepositories, readOrganization, readSecretAlerts, readDependencyAlerts, readCodeAlerts},
	Permissions: []string{permitRepositories, permitOrganization, permitProtection, permitSecretAlerts, permitDependencyAlerts, permitCodeAlerts},
}

func (s *source) collectSecurityAlerts(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, err := s.readRepositories(ctx, c, rec)
	if err == nil {
		err = allAdministered(repos)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, list := range []alertList{
		{secretAlertPopulation, "secret-scanning", readSecretAlerts, s.readSecretAlerts, parseSecretAlert},
		{dependencyAlertPopulation, "dependabot", readDependencyAlerts, s.readDependencyAlerts, parseDependencyAlert},
		{codeAlertPopulation, "code-scanning", readCodeAlerts, s.readCodeAlerts, parseCodeAlert},
	} {
		if err := s.collectAlerts(ctx, c, rec, list); err != nil {
			rec.Miss(list.population.Type, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return err
}

// allAdministered guards against lists that GitHub shortens without a word: the
// alerts of a repository the token was not made for are left out. GitHub tells
// the security settings of the others only.
func allAdministered(repos []repository) error {
	var hidden []string
	for _, r := range repos {
		if r.Security == nil {
			hidden = append(hidden, r.FullName)
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	which := hidden[0]
	if len(hidden) > 1 {
		which += fmt.Sprintf(" and %d more", len(hidden)-1)
	}
	return &evidence.Unseen{
		Reason: evidence.Denied, Operation: readRepositories,
		Err:  errors.New("alerts of " + which + " may be left out: the token does not see the security settings there"),
		Hint: "give the token access to all repositories, with " + permitProtection,
	}
}

// alertList is one of the three lists of alerts.
type alertList struct {
	population evidence.Population
	name       string // as in the addresses of alerts
	operation  string
	read       func(context.Context, *session, *evidence.Recorder) ([]json.RawMessage, error)
	parse      func(json.RawMessage, *evidence.SecurityAlert) error
}

func (s *source) collectAlerts(ctx context.Context, c *session, rec *evidence.Recorder, list alertList) error {
	items, err := list.read(ctx, c, rec)
	for _, item := range items {
		head, bad := parseAlertHead(item)
		body := &evidence.SecurityAlert{OpenedAt: head.CreatedAt, Subject: &head.Repository.FullName}
		if bad == nil {
			bad = list.parse(item, body)
		}
		if bad != nil {
			err = errors.Join(err, unreadable(list.operation, "an alert", bad))
			continue
		}
		number := strconv.FormatInt(head.Number, 10)
		// Each of the lists of a repository counts from 1.
		id := strconv.FormatInt(head.Repository.ID, 10) + "/" + list.name + "/" + number
		name := head.Repository.FullName + "/" + list.name + "/" + number
		if err := rec.Add(evidence.Fact{Resource: s.resource(list.population, id, name), Body: body}); err != nil {
			return err
		}
	}
	return err
}

// alertHead is what the three kinds of alerts have in common.
type alertHead struct {
	Number     int64      `json:"number"`
	CreatedAt  *time.Time `json:"created_at"`
	Repository struct {
		ID       int64  `json:"id"`
		FullName string `json:"full_name"`
	} `json:"repository"`
}

func parseAlertHead(item json.RawMessage) (alertHead, error) {
	var h alertHead
	if err := json.Unmarshal(item, &h); err != nil {
		return h, err
	}
	if h.Number == 0 || h.CreatedAt == nil || h.Repository.ID == 0 || h.Repository.FullName == "" {
		return h, errors.New("it has no number, created_at or repository")
	}
	return h, nil
}

// key tells the alerts of all repositories apart.
func (h alertHead) key() int64 { return h.Repository.ID<<24 | h.Number }

// numbered reads a list of alerts whose pages have numbers.
func (s *source) numbered(ctx context.Context, c *session, rec *evidence.Recorder, operation, path string, query url.Values) ([]json.RawMessage, error) {
	read := func() ([]json.RawMessage, int, error) { return c.pages(ctx, operation, path, query, rec) }
	items, err := settled(read, func(item json.RawMessage) int64 {
		h, err := parseAlertHead(item)
		if err != nil {
			return 0 // refused later, once
		}
		return h.key()
	})
	if errors.Is(err, errUnsettled) {
		err = endless(operation, err.Error())
	}
	return items, err
}

// closed states how an alert ended.
func closed(body *evidence.SecurityAlert, state, dismissedAs string, at *time.Time) error {
	body.State, body.DismissedAs, body.ClosedAt = &state, &dismissedAs, at
	if state != evidence.AlertOpen && at == nil {
		return fmt.Errorf("it is %s, and no time is stated", state)
	}
	if state == evidence.AlertOpen {
		body.ClosedAt = nil
	}
	return nil
}
