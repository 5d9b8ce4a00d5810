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
	app       bool // asked by a service application
}

var (
	readMe       = read{operation: "GET /api/v1/users/me", scope: "okta.users.read", rights: "any administrator"}
	readOrg      = read{operation: "GET /api/v1/org", scope: "okta.orgs.read", rights: "a read-only administrator"}
	readUsers    = read{operation: "GET /api/v1/users", scope: "okta.users.read", rights: "a read-only administrator"}
	readFactors  = read{operation: "GET /api/v1/users/{userId}/factors", scope: "okta.users.read", rights: "a read-only administrator who may see this user"}
	readRoles    = read{operation: "GET /api/v1/users/{userId}/roles", scope: "okta.roles.read", rights: "an administrator who may see administrator roles"}
	readPolicies = read{operation: "GET /api/v1/policies", scope: "okta.policies.read", rights: "a read-only administrator"}
	readRules    = read{operation: "GET /api/v1/policies/{policyId}/rules", scope: "okta.policies.read", rights: "a read-only administrator"}
)

// The reads of what Okta counts as administration.
var (
	readEngine         = read{operation: "GET /.well-known/okta-organization", scope: "", rights: "anybody: Okta answers it without a token"}
	readAuthenticators = read{operation: "GET /api/v1/authenticators", scope: "okta.authenticators.read", rights: "a read-only administrator"}
	readConsole        = read{operation: "GET /api/v1/first-party-app-settings/{appName}", scope: "okta.apps.read", rights: "a super or read-only administrator"}
	readThreats        = read{operation: "GET /api/v1/threats/configuration", scope: "okta.threatInsights.read", rights: "a read-only administrator"}
	readZones          = read{operation: "GET /api/v1/zones", scope: "okta.networkZones.read", rights: "a read-only administrator"}
	readSupport        = read{operation: "GET /api/v1/org/privacy/oktaSupport", scope: "okta.orgs.read", rights: "a super or read-only administrator"}
	readApps           = read{operation: "GET /api/v1/apps", scope: "okta.apps.read", rights: "a read-only administrator"}
	readAppUsers       = read{operation: "GET /api/v1/apps/{appId}/users", scope: "okta.apps.read", rights: "a read-only administrator"}
	readAppGrants      = read{operation: "GET /api/v1/apps/{appId}/grants", scope: "okta.appGrants.read", rights: "a super or read-only administrator"}
	readGroups         = read{operation: "GET /api/v1/groups", scope: "okta.groups.read", rights: "a read-only administrator"}
	readGroupUsers     = read{operation: "GET /api/v1/groups/{groupId}/users", scope: "okta.groups.read", rights: "a read-only administrator"}
	readGroupRoles     = read{operation: "GET /api/v1/groups/{groupId}/roles", scope: "okta.roles.read", rights: "an administrator who may see administrator roles"}
	readTokens         = read{operation: "GET /api/v1/api-tokens", scope: "okta.apiTokens.read", rights: "a super or read-only administrator"}
	readLogStreams     = read{operation: "GET /api/v1/logStreams", scope: "okta.logStreams.read", rights: "a super or read-only administrator"}
)

var reads = []read{
	readMe, readOrg, readUsers, readFactors, readRoles, readPolicies, readRules,
	readEngine, readAuthenticators, readConsole, readThreats, readZones, readSupport, readApps, readAppUsers, readAppGrants,
	readGroups, readGroupUsers, readGroupRoles, readTokens, readLogStreams, readLog,
}

// policy is how requests to one org are told apart and bounded.
//
// Okta counts a minute's requests per endpoint and gives a token half of it by
// default. A third of the allowance may go in a burst, the rest is spread over
// the minute, so that no minute ever sees more than the allowance.
func policy(org *url.URL, perMinute int) transport.Policy {
	templates := make([]string, len(reads), len(reads)+1)
	for i, r := range reads {
		templates[i] = r.operation
	}
	identify := transport.Routes(append(templates, mintToken)...)
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
		TokenMints:  []string{mintToken},
		Keeps:       answersKept,
		Rate:        float64(perMinute-burst) / 60,
		Burst:       burst,
		Concurrency: 4, // far below the 35 requests Okta lets an org have under way
		Retries:     3, // a throttled answer says in X-Rate-Limit-Reset when the minute is over
		RequestID:   func(h http.Header) string { return h.Get("X-Okta-Request-Id") },
	}
}
