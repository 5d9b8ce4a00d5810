package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// seenRoles are administrator roles that a user or a group holds.
type seenRoles struct{ held []string }

// readRoles lists the administrator roles of one user, standard and custom,
// those held through a group included: Okta's published answers of this
// operation carry assignmentType GROUP beside USER.
func (s *source) readRoles(ctx context.Context, userID string) (seenRoles, error) {
	return s.readRolesAt(ctx, readRoles, "/api/v1/users/"+userID+"/roles")
}

func (s *source) readRolesAt(ctx context.Context, r read, path string) (seenRoles, error) {
	roles := seenRoles{held: []string{}}
	err := s.client.list(ctx, r, path, nil, func(page []json.RawMessage) error {
		for _, raw := range page {
			role, err := parseRole(raw)
			if err != nil {
				return unseen(r, evidence.ProviderError, err)
			}
			if role != "" {
				roles.held = append(roles.held, role)
			}
		}
		return nil
	})
	if err != nil {
		return seenRoles{}, err
	}
	slices.Sort(roles.held)
	roles.held = slices.Compact(roles.held)
	return roles, nil
}

// parseRole names a role as Okta does: its type, and for a custom role its label
// too. It is empty for an assignment that is switched off.
func parseRole(raw json.RawMessage) (string, error) {
	var r struct {
		Type   string `json:"type"`
		Label  string `json:"label"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return "", fmt.Errorf("a role cannot be read: %w", err)
	}
	switch {
	case r.Type == "":
		return "", errors.New("a role has no type")
	case r.Status == "INACTIVE":
		return "", nil
	case r.Type == "CUSTOM" && r.Label != "":
		return r.Type + ":" + r.Label, nil
	}
	return r.Type, nil
}
