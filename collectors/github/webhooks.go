package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readOrganizationHooks = "GET /orgs/{org}/hooks"
	readRepositoryHooks   = "GET /repos/{owner}/{repo}/hooks"
)

var (
	organizationHookPopulation = evidence.Population{Kind: "Webhook", Type: "github.organization_webhook"}
	repositoryHookPopulation   = evidence.Population{Kind: "Webhook", Type: "github.repository_webhook"}
)

const (
	permitOrganizationHooks = "organization Webhooks: read"
	permitRepositoryHooks   = "repository Webhooks: read"
)

// Calls: 1 + ⌈repositories/100⌉ + ⌈organisation's webhooks/100⌉ + per repository ⌈webhooks/100⌉.
var webhooksCollector = evidence.Collector{
	Name:        "github_webhooks",
	Doc:         "Reads the webhooks of the organisation and of each repository: to which host, over TLS, with a checked certificate, signed.",
	Populations: []evidence.Population{organizationHookPopulation, repositoryHookPopulation},
	Reads:       []string{readRepositories, readOrganization, readOrganizationHooks, readRepositoryHooks},
	Permissions: []string{permitRepositories, permitOrganization, permitOrganizationHooks, permitRepositoryHooks},
}

// webhook holds what is needed of a webhook. The address and the secret, which
// GitHub masks, are never kept.
type webhook struct {
	ID        int64      `json:"id"`
	Active    *bool      `json:"active"`
	Events    []string   `json:"events"`
	CreatedAt *time.Time `json:"created_at"`
	Config    *struct {
		URL      *string         `json:"url"`
		Insecure json.RawMessage `json:"insecure_ssl"` // "0", "1", 0 or 1
		Secret   *string         `json:"secret"`
	} `json:"config"`
}

func (s *source) collectWebhooks(ctx context.Context, c *session, rec *evidence.Recorder) error {
	own := s.readWebhooks(ctx, c, rec, hookList{
		population: organizationHookPopulation, operation: readOrganizationHooks, path: s.orgPath("/hooks"), prefix: "organization", label: s.login,
	})
	missEach(rec, organizationHookPopulation, own)
	repos, listErr := s.readRepositories(ctx, c, rec)
	var lost losses
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		err := s.readWebhooks(ctx, c, rec, hookList{
			population: repositoryHookPopulation, operation: readRepositoryHooks, path: r.path("/hooks"),
			repository: r.FullName, prefix: fmt.Sprint(r.ID), label: r.FullName,
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			lost.add(r.FullName, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	missEach(rec, repositoryHookPopulation, lost.whole("repositories", len(repos)), listErr)
	return nil
}

// hookList is one list of webhooks.
type hookList struct {
	population                evidence.Population
	operation, path           string
	repository, prefix, label string
}

func (s *source) readWebhooks(ctx context.Context, c *session, rec *evidence.Recorder, l hookList) error {
	items, err := c.whole(ctx, l.operation, l.path, nil, rec)
	hooks, unread := entries(l.operation, items, func(h webhook) bool { return h.ID != 0 })
	for _, h := range hooks {
		if err := rec.Add(s.webhookFact(l, h)); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return unread
}

func (s *source) webhookFact(l hookList, h webhook) evidence.Fact {
	body := &evidence.Webhook{Repository: &l.repository, Active: h.Active, Events: h.Events, CreatedAt: h.CreatedAt}
	f := evidence.Fact{Resource: s.resource(l.population, fmt.Sprintf("%s/%d", l.prefix, h.ID), fmt.Sprintf("%s webhook %d", l.label, h.ID)), Body: body}
	notSaid := func(field string) { f.Miss(field, unreadable(l.operation, "GitHub did not state it", nil)) }
	if h.Active == nil {
		notSaid("active")
	}
	if h.Config == nil {
		for _, field := range []string{"target", "https", "certificate_checked", "signed"} {
			notSaid(field)
		}
		return f
	}
	signed := h.Config.Secret != nil && *h.Config.Secret != ""
	body.Signed = &signed
	if target, https, ok := parseTarget(h.Config.URL); ok {
		body.Target, body.HTTPS = &target, &https
	} else {
		notSaid("target")
		notSaid("https")
	}
	switch strings.Trim(string(h.Config.Insecure), `"`) {
	case "0", "1":
		checked := strings.Trim(string(h.Config.Insecure), `"`) == "0"
		body.CertificateChecked = &checked
	default:
		notSaid("certificate_checked")
	}
	return f
}

// parseTarget keeps scheme and host: chat tools put their secret into the path,
// others into the query or before the host.
func parseTarget(raw *string) (target string, https, ok bool) {
	if raw == nil {
		return "", false, false
	}
	u, err := url.Parse(*raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", false, false
	}
	scheme := strings.ToLower(u.Scheme)
	return scheme + "://" + u.Host, scheme == "https", true
}
