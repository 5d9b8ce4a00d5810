package evidence

import (
	"errors"
	"fmt"
	"time"
)

// Reason says why something that should have been seen was not.
type Reason string

// The reasons a hole can have.
const (
	Denied        Reason = "denied"         // the provider refused: a missing permission, wrong or expired credentials
	Throttled     Reason = "throttled"      // the provider asked us to slow down until we gave up
	Truncated     Reason = "truncated"      // some pages or bytes never arrived
	Disabled      Reason = "disabled"       // the feature that would tell is switched off, or not licensed
	ProviderError Reason = "provider-error" // the provider failed, could not be reached, or sent what cannot be read
	Stale         Reason = "stale"          // seen once, too long ago
	NotCollected  Reason = "not-collected"  // no collector reads it, or it did not exist when the fact was stored
	NotConfigured Reason = "not-configured" // no source is configured that could tell
	Pruned        Reason = "pruned"         // seen once; the retention removed it since
	Erased        Reason = "erased"         // seen once; somebody had it erased since
)

// Reasons lists every reason, for metrics and schemas.
var Reasons = []Reason{Denied, Throttled, Truncated, Disabled, ProviderError, Stale, NotCollected, NotConfigured, Pruned, Erased}

// Hole is evidence that should exist and does not. In a fact, Field names the
// path that was not seen; in a pull, Type names the population whose list is
// missing or incomplete (empty: every population the collector feeds).
type Hole struct {
	Type      string    `json:"type,omitempty"`      // population, e.g. "aws.iam.user"; only in pulls
	Field     string    `json:"field,omitempty"`     // path by JSON names, e.g. "encryption.enabled"; only in facts
	Reason    Reason    `json:"reason"`              // why
	Operation string    `json:"operation,omitempty"` // the read that failed, e.g. "s3:GetBucketEncryption"
	Detail    string    `json:"detail,omitempty"`    // the provider's message, without secrets and request ids, so that it is stable
	Since     time.Time `json:"since,omitzero"`      // first time it was missing; filled in by the store
	NeverSeen bool      `json:"-"`                   // of a list that no pull ever saw to its end: what it will show was there before
}

// Unseen is the error of a read that could not be made. Collectors wrap the
// provider's error in it once, where the operation and the reason are known.
type Unseen struct {
	Reason    Reason
	Operation string // e.g. "iam:ListUsers", "GET /orgs/{org}/members"
	Hint      string // what to do: the missing permission, the setting
	Err       error
}

func (u *Unseen) Error() string {
	s := fmt.Sprintf("%s: %s", u.Operation, u.Reason)
	if u.Err != nil {
		s += ": " + u.Err.Error()
	}
	if u.Hint != "" {
		s += " (" + u.Hint + ")"
	}
	return s
}

func (u *Unseen) Unwrap() error { return u.Err }

// HoleFrom turns an error into a hole. An error that is not an *Unseen is a
// provider error: never anything milder. What has the form of a secret is masked:
// a provider's message may repeat anything.
func HoleFrom(err error) Hole {
	h := holeFrom(err)
	h.Detail, _ = Mask(h.Detail)
	return h
}

func holeFrom(err error) Hole {
	if u, ok := errors.AsType[*Unseen](err); ok {
		h := Hole{Reason: u.Reason, Operation: u.Operation}
		if u.Err != nil {
			h.Detail = u.Err.Error()
		}
		if u.Hint != "" {
			h.Detail = joinDetail(h.Detail, u.Hint)
		}
		return h
	}
	return Hole{Reason: ProviderError, Detail: err.Error()}
}

func joinDetail(detail, hint string) string {
	if detail == "" {
		return hint
	}
	return detail + "; " + hint
}
