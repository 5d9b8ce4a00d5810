package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

const orgType = "okta.org"

// Calls: 6 + ⌈zones/200⌉; one fewer in Classic Engine.
var orgCollector = evidence.Collector{
	Name:        "okta_org",
	Doc:         "Reads the org's settings: its engine, authenticators, sessions of the Admin Console, ThreatInsight, blocking zones, access for Okta's support.",
	Populations: []evidence.Population{{Kind: "Account", Type: orgType}},
	Reads:       []string{readOrg.operation, readEngine.operation, readAuthenticators.operation, readConsole.operation, readThreats.operation, readZones.operation, readSupport.operation},
	Permissions: []string{readOrg.scope, readAuthenticators.scope, readConsole.scope, readThreats.scope, readZones.scope},
}

func (s *source) collectOrg(ctx context.Context, rec *evidence.Recorder) error {
	body, err := s.client.get(ctx, readOrg, "/api/v1/org")
	if err != nil {
		return err
	}
	rec.Page()
	fact, err := s.parseOrg(body)
	if err != nil {
		return unseen(readOrg, evidence.ProviderError, err)
	}
	s.describeOrg(ctx, &fact)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return rec.Add(fact)
}

func (s *source) parseOrg(body []byte) (evidence.Fact, error) {
	var org struct {
		ID          string     `json:"id"`
		CompanyName string     `json:"companyName"`
		Created     *time.Time `json:"created"`
	}
	if err := json.Unmarshal(body, &org); err != nil {
		return evidence.Fact{}, fmt.Errorf("the answer cannot be read: %w", err)
	}
	if org.ID == "" {
		return evidence.Fact{}, errors.New("the answer has no org id")
	}
	f := evidence.Fact{
		Resource: s.resource("Account", orgType, org.ID, org.CompanyName),
		Body:     &evidence.Account{CreatedAt: org.Created},
	}
	if org.Created == nil {
		f.Miss("created_at", absent(readOrg, "created"))
	}
	return f, nil
}

// absent is for a documented property that an answer does not have.
func absent(r read, property string) error {
	return unseen(r, evidence.ProviderError, fmt.Errorf("the answer has no %s", property))
}
