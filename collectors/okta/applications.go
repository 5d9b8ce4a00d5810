package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/controlwatch/controlwatch/evidence"
)

const applicationType = "okta.app"

// Calls: ⌈applications/200⌉ + Σ over active applications ⌈assigned users/500⌉ +
// active service applications.
//
// Asking each application for its users costs less than asking for the
// applications of every person who ever left, and an inactive application lets
// nobody in.
var applicationsCollector = evidence.Collector{
	Name:        "okta_applications",
	Doc:         "Reads applications, the policy that guards each, who may use it, and which scopes service applications hold.",
	Populations: []evidence.Population{{Kind: "Application", Type: applicationType}},
	Reads:       []string{readApps.operation, readAppUsers.operation, readAppGrants.operation},
	Permissions: []string{readApps.scope, readAppGrants.scope},
}

const (
	appsPerPage     = "200" // the most Okta gives
	appUsersPerPage = "500" // the most Okta gives
	appsUnderWay    = 4     // applications whose users are read at once; the seam bounds requests
)

func (s *source) collectApplications(ctx context.Context, rec *evidence.Recorder) error {
	rec.Parameter(readApps.operation + " includeNonDeleted=true")
	rec.Parameter(readAppUsers.operation + " of active applications only")
	d := &applicationDetails{source: s}
	var unreadable error
	query := url.Values{"includeNonDeleted": {"true"}, "limit": {appsPerPage}}
	err := s.client.list(ctx, readApps, "/api/v1/apps", query, func(page []json.RawMessage) error {
		rec.Page()
		group, gctx := errgroup.WithContext(ctx)
		group.SetLimit(appsUnderWay)
		for _, raw := range page {
			f, err := s.parseApplication(raw)
			if err != nil {
				unreadable = unseen(readApps, evidence.ProviderError, err)
				continue
			}
			group.Go(guarded(f, func() error {
				if err := d.fill(gctx, &f); err != nil {
					return err
				}
				return rec.Add(f)
			}))
		}
		return group.Wait()
	})
	if err != nil {
		return err
	}
	return unreadable
}

// oauthClient is what only OpenID Connect applications have.
type oauthClient struct {
	Type           string `json:"application_type"`
	Authentication string `json:"token_endpoint_auth_method"`
}

func (s *source) parseApplication(raw json.RawMessage) (evidence.Fact, error) {
	var a struct {
		ID         string           `json:"id"`
		Name       string           `json:"name"`
		Label      string           `json:"label"`
		Status     string           `json:"status"`
		Created    *time.Time       `json:"created"`
		SignOnMode nullable[string] `json:"signOnMode"`
		Settings   struct {
			Client *oauthClient `json:"oauthClient"`
		} `json:"settings"`
		Credentials struct {
			Client *oauthClient `json:"oauthClient"`
		} `json:"credentials"`
		Links struct {
			AccessPolicy *struct {
				Href string `json:"href"`
			} `json:"accessPolicy"`
		} `json:"_links"`
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return evidence.Fact{}, fmt.Errorf("an application cannot be read: %w", err)
	}
	if a.ID == "" {
		return evidence.Fact{}, errors.New("an application has no id")
	}
	body := &evidence.Application{CreatedAt: a.Created, Unattended: new(false), ClientAuthentication: new("")}
	f := evidence.Fact{Resource: s.resource("Application", applicationType, a.ID, a.Label), Body: body}
	switch a.Status {
	case "ACTIVE":
		body.Status = new("active")
	case "INACTIVE", "DELETED":
		body.Status = new("inactive")
	default:
		f.Miss("status", unseen(readApps, evidence.ProviderError, fmt.Errorf("status %q is not one Okta documents", a.Status)))
	}
	if a.Name != "" {
		body.Definition = &a.Name
	} else {
		f.Miss("definition", absent(readApps, "name"))
	}
	if a.SignOnMode.present {
		body.SignOn = &a.SignOnMode.value
	} else {
		f.Miss("sign_on", absent(readApps, "signOnMode"))
	}
	if a.Created == nil {
		f.Miss("created_at", absent(readApps, "created"))
	}
	body.SignOnPolicy = new("") // Okta links a policy where there is one
	if a.Links.AccessPolicy != nil {
		id, err := policyLinked(a.Links.AccessPolicy.Href)
		if err != nil {
			body.SignOnPolicy = nil
			f.Miss("sign_on_policy", unseen(readApps, evidence.ProviderError, err))
		} else {
			body.SignOnPolicy = &id
		}
	}
	if a.SignOnMode.value == "OPENID_CONNECT" {
		describeClient(&f, body, a.Settings.Client, a.Credentials.Client)
	}
	return f, nil
}

func describeClient(f *evidence.Fact, body *evidence.Application, settings, credentials *oauthClient) {
	body.Unattended, body.ClientAuthentication = nil, nil
	if settings != nil && settings.Type != "" {
		body.Unattended = new(settings.Type == "service")
	} else {
		f.Miss("unattended", absent(readApps, "settings.oauthClient.application_type"))
	}
	if credentials != nil && credentials.Authentication != "" {
		body.ClientAuthentication = &credentials.Authentication
	} else {
		f.Miss("client_authentication", absent(readApps, "credentials.oauthClient.token_endpoint_auth_method"))
	}
}

// policyLinked takes the policy's id from a link ".../api/v1/policies/{id}".
func policyLinked(href string) (string, error) {
	u, err := url.Parse(href)
	if err != nil || path.Base(path.Dir(u.Path)) != "policies" || path.Base(u.Path) == "" {
		return "", errors.New("the link to the application's policy leads to no policy")
	}
	return path.Base(u.Path), nil
}
