package okta

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// factorStrength says of every factor type Okta documents whether it is strong:
// neither a question, e-mail, SMS nor a call. A type that is not listed is not
// known to be either. Source: schema UserFactorType.
var factorStrength = map[string]bool{
	"call": false, "email": false, "question": false, "sms": false,
	"push": true, "signed_nonce": true, "token": true, "token:hardware": true,
	"token:hotp": true, "token:software:totp": true, "u2f": true, "web": true, "webauthn": true,
}

// factorActive says of every factor status Okta documents whether the factor
// can be used now. Source: schema UserFactorStatus.
var factorActive = map[string]bool{
	"ACTIVE": true, "DISABLED": false, "ENROLLED": false, "EXPIRED": false,
	"INACTIVE": false, "NOT_SETUP": false, "PENDING_ACTIVATION": false,
}

// seenMFA is what a list of factors tells, and what it leaves open.
type seenMFA struct {
	seen  *evidence.MFA
	holes []fieldHole
}

type fieldHole struct {
	field string
	err   error
}

// readMFA lists the factors of one user. Okta gives those that the user's
// authenticator enrolment policy requires or allows, as evaluated for our
// client's network: a factor it leaves out makes the user look weaker, never stronger.
func (s *source) readMFA(ctx context.Context, userID string) (seenMFA, error) {
	var factors []json.RawMessage
	err := s.client.list(ctx, readFactors, "/api/v1/users/"+userID+"/factors", nil, func(page []json.RawMessage) error {
		factors = append(factors, page...)
		return nil
	})
	if err != nil {
		return seenMFA{}, err
	}
	mfa, err := parseFactors(factors)
	if err != nil {
		return seenMFA{}, unseen(readFactors, evidence.ProviderError, err)
	}
	return mfa, nil
}

func parseFactors(raw []json.RawMessage) (seenMFA, error) {
	types := []string{}
	var doubt error      // a factor that may be active
	var doubtStrong bool // and, if so, may be strong
	var enabled, strong bool
	for _, r := range raw {
		var f struct {
			Type   string `json:"factorType"`
			Status string `json:"status"`
		}
		if err := json.Unmarshal(r, &f); err != nil {
			return seenMFA{}, fmt.Errorf("a factor cannot be read: %w", err)
		}
		if f.Type == "password" {
			continue // the first factor, whatever list it is in
		}
		active, statusKnown := factorActive[f.Status]
		isStrong, typeKnown := factorStrength[f.Type]
		switch {
		case statusKnown && !active:
		case statusKnown && typeKnown:
			enabled, strong = true, strong || isStrong
			types = append(types, f.Type)
		default:
			doubt = fmt.Errorf("factor of type %q with status %q is not one Okta documents", f.Type, f.Status)
			doubtStrong = doubtStrong || !typeKnown || isStrong
		}
	}
	slices.Sort(types)
	m := seenMFA{seen: &evidence.MFA{Enabled: &enabled, Strong: &strong, Factors: slices.Compact(types)}}
	if doubt == nil {
		return m, nil
	}
	hole := unseen(readFactors, evidence.ProviderError, doubt)
	m.seen.Factors = nil
	m.holes = append(m.holes, fieldHole{"mfa.factors", hole})
	if !enabled {
		m.seen.Enabled = nil
		m.holes = append(m.holes, fieldHole{"mfa.enabled", hole})
	}
	if !strong && doubtStrong {
		m.seen.Strong = nil
		m.holes = append(m.holes, fieldHole{"mfa.strong", hole})
	}
	return m, nil
}
