package okta

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// read is one operation of the management API and the right it needs: the scope
// Okta names for OAuth, and in words what an API token's owner must be.
type read struct {
	operation string
	scope     string
	rights    string
}

var (
	readMe       = read{"GET /api/v1/users/me", "okta.users.read", "any administrator"}
	readOrg      = read{"GET /api/v1/org", "okta.orgs.read", "a read-only administrator"}
	readUsers    = read{"GET /api/v1/users", "okta.users.read", "a read-only administrator"}
	readFactors  = read{"GET /api/v1/users/{userId}/factors", "okta.users.read", "a read-only administrator who may see this user"}
	readRoles    = read{"GET /api/v1/users/{userId}/roles", "okta.roles.read", "an administrator who may see administrator roles"}
	readPolicies = read{"GET /api/v1/policies", "okta.policies.read", "a read-only administrator"}
	readRules    = read{"GET /api/v1/policies/{policyId}/rules", "okta.policies.read", "a read-only administrator"}
)

var reads = []read{readMe, readOrg, readUsers, readFactors, readRoles, readPolicies, readRules}

// policy is how requests to one org are told apart and bounded.
//
// Okta counts a minute's requests per endpoint and gives a token half of it by
// default. A third of the allowance may go in a burst, the rest is spread over
// the minute, so that no minute ever sees more than the allowance.
func policy(org *url.URL, perMinute int) transport.Policy {
	templates := make([]string, len(reads))
	for i, r := range reads {
		templates[i] = r.operation
	}
	identify := transport.Routes(templates...)
	burst := max(perMinute/3, 1)
	return transport.Policy{
		Provider: providerName,
		Identify: func(r *http.Request) (string, string, error) {
			if r.URL.Scheme != org.Scheme || r.URL.Host != org.Host {
				return "", "", fmt.Errorf("request to %s: not the org %s", r.URL.Host, org.Host)
			}
			operation, _, err := identify(r)
			// Every endpoint is a budget of its own.
			return operation, operation, err
		},
		Rate:        float64(perMinute-burst) / 60,
		Burst:       burst,
		Concurrency: 4, // far below the 35 requests Okta lets an org have under way
		Retries:     3, // a throttled answer says in X-Rate-Limit-Reset when the minute is over
		RequestID:   func(h http.Header) string { return h.Get("X-Okta-Request-Id") },
	}
}
