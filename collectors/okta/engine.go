package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
)

// errClassic is why what only Identity Engine has cannot be read elsewhere.
var errClassic = errors.New("this org runs Classic Engine, where no API tells it")

// readEngineOf asks which engine the org runs on; empty: one nobody described.
// Source: schema PipelineType.
func (s *source) readEngineOf(ctx context.Context) (string, error) {
	body, err := s.client.get(ctx, readEngine, "/.well-known/okta-organization")
	if err != nil {
		return "", err
	}
	var org struct {
		Pipeline string `json:"pipeline"`
	}
	if err := json.Unmarshal(body, &org); err != nil {
		return "", unseen(readEngine, evidence.ProviderError, fmt.Errorf("the answer cannot be read: %w", err))
	}
	switch org.Pipeline {
	case "idx":
		return evidence.OktaIdentityEngine, nil
	case "v1":
		return evidence.OktaClassicEngine, nil
	}
	return "", unseen(readEngine, evidence.ProviderError, fmt.Errorf("pipeline %q is not one Okta documents", org.Pipeline))
}

// needsIdentityEngine gives the hole for a read that Classic Engine cannot
// answer. What it would answer is not documented, so it is not asked; and where
// the engine is not known, an empty list would not be known to mean anything.
func (s *source) needsIdentityEngine(ctx context.Context, r read) error {
	engine, err := s.readEngineOf(ctx)
	if err == nil && engine == evidence.OktaClassicEngine {
		return &evidence.Unseen{Reason: evidence.Disabled, Operation: r.operation, Err: errClassic}
	}
	return err
}
