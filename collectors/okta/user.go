package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// userStates says what Okta's states mean for signing in. ACTIVE, PASSWORD_EXPIRED,
// RECOVERY and LOCKED_OUT are people who can sign in, or could after a reset or
// unlock; STAGED and PROVISIONED have never been activated to the end.
// Source: schema UserStatus.
var userStates = map[string]string{
	"ACTIVE":           evidence.UserActive,
	"PASSWORD_EXPIRED": evidence.UserActive,
	"RECOVERY":         evidence.UserActive,
	"LOCKED_OUT":       evidence.UserActive,
	"STAGED":           evidence.UserPending,
	"PROVISIONED":      evidence.UserPending,
	"SUSPENDED":        evidence.UserSuspended,
	"DEPROVISIONED":    evidence.UserDeactivated,
}

// parsedUser is one element of the list of users.
type parsedUser struct {
	fact evidence.Fact
	// signsIn: factors and roles matter. A state we do not know counts.
	signsIn bool
}

func (s *source) parseUser(raw json.RawMessage) (parsedUser, error) {
	var u struct {
		ID        string              `json:"id"`
		Status    string              `json:"status"`
		Created   *time.Time          `json:"created"`
		Changed   *time.Time          `json:"statusChanged"`
		LastLogin nullable[time.Time] `json:"lastLogin"`
		Profile   struct {
			Login string  `json:"login"`
			Email *string `json:"email"`
		} `json:"profile"`
		Credentials struct {
			Password *struct{} `json:"password"`
			Provider struct {
				Type string `json:"type"`
			} `json:"provider"`
		} `json:"credentials"`
	}
	if err := json.Unmarshal(raw, &u); err != nil {
		return parsedUser{}, fmt.Errorf("a user cannot be read: %w", err)
	}
	if u.ID == "" {
		return parsedUser{}, errors.New("a user has no id")
	}
	body := &evidence.User{
		Email:          u.Profile.Email,
		CreatedAt:      u.Created,
		PasswordSignIn: passwordSignIn(u.Credentials.Password != nil, u.Credentials.Provider.Type),

		StatusChangedAt: u.Changed,
	}
	f := evidence.Fact{Resource: s.resource("User", userType, u.ID, u.Profile.Login), Body: body}
	if state, ok := userStates[u.Status]; ok {
		body.Status = &state
	} else {
		f.Miss("status", unseen(readUsers, evidence.ProviderError, fmt.Errorf("status %q is not one Okta documents", u.Status)))
	}
	// null is Okta's way to say that somebody has never signed in; no property at all says nothing.
	if u.LastLogin.present {
		body.LastActive = evidence.VolatileDay(u.LastLogin.value)
	} else {
		f.Miss("last_active", absent(readUsers, "lastLogin"))
	}
	if u.Created == nil {
		f.Miss("created_at", absent(readUsers, "created"))
	}
	return parsedUser{fact: f, signsIn: body.Status == nil || *body.Status == evidence.UserActive}, nil
}

// passwordSignIn: an empty password object says that Okta keeps a password. Its
// absence says that only for providers which cannot have one.
// Source: schemas PasswordCredential, AuthenticationProviderType.
func passwordSignIn(kept bool, provider string) *bool {
	switch {
	case kept:
		return new(true)
	case provider == "FEDERATION", provider == "SOCIAL":
		return new(false)
	}
	return nil
}

// nullable tells a property that is null from one that is not there.
type nullable[T any] struct {
	present bool
	value   T // the zero value where the property is null
}

func (n *nullable[T]) UnmarshalJSON(b []byte) error {
	n.present = true
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &n.value)
}
