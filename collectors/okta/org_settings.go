package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// describeOrg adds the settings that have operations of their own. Each that
// cannot be read is a hole in its field.
func (s *source) describeOrg(ctx context.Context, f *evidence.Fact) {
	org := &evidence.OktaOrg{}
	f.Body.(*evidence.Account).Okta = org
	engine, err := s.readEngineOf(ctx)
	if err != nil {
		f.Miss("okta.engine", err)
	} else {
		org.Engine = &engine
	}
	if engine == evidence.OktaClassicEngine {
		f.Miss("okta.authenticators", &evidence.Unseen{Reason: evidence.Disabled, Operation: readAuthenticators.operation, Err: errClassic})
	} else if org.Authenticators, err = s.readAuthenticators(ctx); err != nil {
		f.Miss("okta.authenticators", err)
	}
	s.describeConsole(ctx, f, org)
	s.describeThreats(ctx, f, org)
	if org.BlockedServices, err = s.readBlockedServices(ctx); err != nil {
		f.Miss("okta.blocked_services", err)
	}
	s.describeSupport(ctx, f, org)
}

func (s *source) readAuthenticators(ctx context.Context) ([]evidence.OktaAuthenticator, error) {
	all := []evidence.OktaAuthenticator{}
	err := s.client.list(ctx, readAuthenticators, "/api/v1/authenticators", nil, func(page []json.RawMessage) error {
		for _, raw := range page {
			var a struct {
				Key      string `json:"key"`
				Status   string `json:"status"`
				Settings struct {
					AllowedFor string `json:"allowedFor"`
				} `json:"settings"`
			}
			if err := json.Unmarshal(raw, &a); err != nil || a.Key == "" {
				return unseen(readAuthenticators, evidence.ProviderError, errors.New("an authenticator has no key"))
			}
			active := lifecycle(a.Status)
			if active == nil {
				return unseen(readAuthenticators, evidence.ProviderError, fmt.Errorf("status %q of authenticator %s is not one Okta documents", a.Status, a.Key))
			}
			all = append(all, evidence.OktaAuthenticator{Key: a.Key, Active: active, AllowedFor: &a.Settings.AllowedFor})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b evidence.OktaAuthenticator) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}

// setting reads one object and checks that what is needed of it is there.
func (s *source) setting(ctx context.Context, r read, path string, into any, missing func() string) error {
	body, err := s.client.get(ctx, r, path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return unseen(r, evidence.ProviderError, fmt.Errorf("the answer cannot be read: %w", err))
	}
	if property := missing(); property != "" {
		return absent(r, property)
	}
	return nil
}

func (s *source) describeConsole(ctx context.Context, f *evidence.Fact, org *evidence.OktaOrg) {
	var c struct {
		Idle     *int64 `json:"sessionIdleTimeoutMinutes"`
		Lifetime *int64 `json:"sessionMaxLifetimeMinutes"`
	}
	err := s.setting(ctx, readConsole, "/api/v1/first-party-app-settings/admin-console", &c, func() string {
		switch {
		case c.Idle == nil:
			return "sessionIdleTimeoutMinutes"
		case c.Lifetime == nil:
			return "sessionMaxLifetimeMinutes"
		}
		return ""
	})
	if err != nil {
		f.Miss("okta.admin_session_idle_minutes", err)
		f.Miss("okta.admin_session_lifetime_minutes", err)
		return
	}
	org.AdminSessionIdleMinutes, org.AdminSessionLifetimeMinutes = c.Idle, c.Lifetime
}

func (s *source) describeThreats(ctx context.Context, f *evidence.Fact, org *evidence.OktaOrg) {
	var t struct {
		Action string `json:"action"`
	}
	err := s.setting(ctx, readThreats, "/api/v1/threats/configuration", &t, func() string {
		if t.Action == "" {
			return "action"
		}
		return ""
	})
	if err != nil {
		f.Miss("okta.threat_insight", err)
		return
	}
	org.ThreatInsight = &t.Action
}

func (s *source) describeSupport(ctx context.Context, f *evidence.Fact, org *evidence.OktaOrg) {
	var o struct {
		Support    string     `json:"support"`
		Expiration *time.Time `json:"expiration"`
	}
	err := s.setting(ctx, readSupport, "/api/v1/org/privacy/oktaSupport", &o, func() string {
		if o.Support != "ENABLED" && o.Support != "DISABLED" {
			return "support that Okta documents"
		}
		return ""
	})
	if err != nil {
		f.Miss("okta.support_access", err)
		f.Miss("okta.support_access_until", err)
		return
	}
	org.SupportAccess = new(o.Support == "ENABLED")
	switch {
	case o.Expiration != nil:
		org.SupportAccessUntil = &evidence.Moment{At: o.Expiration.UTC()}
	case !*org.SupportAccess:
		org.SupportAccessUntil = &evidence.Moment{Never: true}
	default:
		f.Miss("okta.support_access_until", absent(readSupport, "expiration"))
	}
}
