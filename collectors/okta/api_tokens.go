package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const apiTokenType = "okta.api_token"

// Calls: ⌈tokens/page⌉.
var apiTokensCollector = evidence.Collector{
	Name:        "okta_api_tokens",
	Doc:         "Reads the API tokens: whose they are, how old, and from where they work. Okta never tells their values.",
	Populations: []evidence.Population{{Kind: "AccessKey", Type: apiTokenType}},
	Reads:       []string{readTokens.operation},
	Permissions: []string{readTokens.scope},
}

func (s *source) collectAPITokens(ctx context.Context, rec *evidence.Recorder) error {
	var unreadable error
	err := s.client.list(ctx, readTokens, "/api/v1/api-tokens", nil, func(page []json.RawMessage) error {
		rec.Page()
		for _, raw := range page {
			f, err := s.parseAPIToken(raw)
			if err != nil {
				unreadable = unseen(readTokens, evidence.ProviderError, err)
				continue
			}
			if err := rec.Add(f); err != nil {
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

// parseAPIToken leaves last_used unseen: lastUpdated is not said to be that. A
// token that is listed works until it expires.
func (s *source) parseAPIToken(raw json.RawMessage) (evidence.Fact, error) {
	var t struct {
		ID        string              `json:"id"`
		Name      string              `json:"name"`
		UserID    *string             `json:"userId"`
		Created   *time.Time          `json:"created"`
		ExpiresAt nullable[time.Time] `json:"expiresAt"`
		Network   struct {
			Connection string   `json:"connection"`
			Include    []string `json:"include"`
		} `json:"network"`
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return evidence.Fact{}, fmt.Errorf("an API token cannot be read: %w", err)
	}
	if t.ID == "" {
		return evidence.Fact{}, errors.New("an API token has no id")
	}
	body := &evidence.AccessKey{User: t.UserID, Active: new(true), CreatedAt: t.Created}
	f := evidence.Fact{Resource: s.resource("AccessKey", apiTokenType, t.ID, t.Name), Body: body}
	if t.ExpiresAt.present {
		// By day, rounded down: each use moves it.
		body.ExpiresAt = evidence.VolatileDay(t.ExpiresAt.value)
	} else {
		f.Miss("expires_at", absent(readTokens, "expiresAt"))
	}
	if t.Created == nil {
		f.Miss("created_at", absent(readTokens, "created"))
	}
	if t.UserID == nil {
		f.Miss("user", absent(readTokens, "userId"))
	}
	switch t.Network.Connection {
	case "ANYWHERE":
		body.Anywhere = new(true)
	case "ZONE":
		// Zones that are only excluded leave the rest of the world.
		body.Anywhere = new(len(t.Network.Include) == 0)
	case "":
		f.Miss("anywhere", absent(readTokens, "network.connection"))
	default:
		f.Miss("anywhere", unseen(readTokens, evidence.ProviderError, fmt.Errorf("network connection %q is not one Okta documents", t.Network.Connection)))
	}
	return f, nil
}
