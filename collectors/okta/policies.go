package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

// listed is one element of the list of policies.
type listed struct {
	ID       string  `json:"id"`
	Type     string  `json:"type"`
	Name     string  `json:"name"`
	Status   string  `json:"status"`
	System   *bool   `json:"system"`
	Priority *int64  `json:"priority"`
	Settings setting `json:"settings"`
	// Conditions is null for a policy that binds everybody.
	Conditions nullable[struct {
		People struct {
			Groups struct {
				Include []string `json:"include"`
			} `json:"groups"`
		} `json:"people"`
		AuthProvider struct {
			Provider string `json:"provider"`
		} `json:"authProvider"`
	}] `json:"conditions"`
}

// groups are those whose members the policy binds; empty: everybody.
func (p listed) groups() []string {
	if !p.Conditions.present {
		return nil
	}
	return append([]string{}, p.Conditions.value.People.Groups.Include...)
}

// listPolicies reads the policies of one type. A policy that cannot be read
// makes the list incomplete; the others are kept.
func (s *source) listPolicies(ctx context.Context, rec *evidence.Recorder, query url.Values, record func(listed) error) error {
	want := query.Get("type")
	rec.Parameter(readPolicies.operation + " type=" + want)
	var unreadable error
	err := s.client.listSome(ctx, readPolicies, "/api/v1/policies", query, "a default policy", func(page []json.RawMessage) error {
		rec.Page()
		for _, raw := range page {
			p, err := parsePolicy(raw, want)
			if err != nil {
				unreadable = unseen(readPolicies, evidence.ProviderError, err)
				continue
			}
			if err := record(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return unreadable
}

func parsePolicy(raw json.RawMessage, want string) (listed, error) {
	var p listed
	if err := json.Unmarshal(raw, &p); err != nil {
		return listed{}, fmt.Errorf("a policy cannot be read: %w", err)
	}
	switch {
	case p.ID == "":
		return listed{}, errors.New("a policy has no id")
	case p.Type != want:
		return listed{}, fmt.Errorf("policy %s has type %q where %s was asked for", p.ID, p.Type, want)
	}
	return p, nil
}

// lifecycle reads a LifecycleStatus; nil for anything else.
func lifecycle(status string) *bool {
	switch status {
	case "ACTIVE":
		return new(true)
	case "INACTIVE":
		return new(false)
	}
	return nil
}
