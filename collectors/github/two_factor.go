package github

import (
	"context"
	"errors"
	"net/url"

	"github.com/controlwatch/controlwatch/evidence"
)

// twoFactor is what an organisation's owner may see of other people's second
// factors: who has none, and who has an insecure one (SMS). Whoever is in
// neither list has secure ones only. A list that was not read to its end says
// nothing about who is not on it.
type twoFactor struct {
	operation   string
	disabled    map[int64]bool
	disabledErr error
	insecure    map[int64]bool
	insecureErr error
}

// readTwoFactor must come after the people were listed: somebody who joined in
// between is then not listed, instead of listed and in neither of these.
func (s *source) readTwoFactor(ctx context.Context, c *session, rec *evidence.Recorder, operation, path string) twoFactor {
	read := func(filter string) (map[int64]bool, error) {
		people, err := s.readPeople(ctx, c, rec, operation, path, url.Values{"filter": {filter}})
		return idsOf(people), err
	}
	t := twoFactor{operation: operation}
	t.disabled, t.disabledErr = read("2fa_disabled")
	t.insecure, t.insecureErr = read("2fa_insecure")
	return t
}

// put states a person's second factors, or why they are not known.
func (t twoFactor) put(p person, f *evidence.Fact, u *evidence.User) {
	if p.managed() {
		err := &evidence.Unseen{
			Reason: evidence.Disabled, Operation: t.operation,
			Err:  errors.New("a managed user signs in at the enterprise's identity provider, so GitHub knows no second factor"),
			Hint: "the identity provider can tell",
		}
		f.Miss("mfa", err)
		f.Miss("password_sign_in", err)
		return
	}
	yes, no := true, false
	switch {
	case t.disabled[p.ID]: // being on the list is proof, however short the list
		u.MFA = &evidence.MFA{Enabled: &no, Strong: &no, Factors: []string{}}
	case t.disabledErr != nil:
		f.Miss("mfa", t.disabledErr)
	case t.insecureErr != nil:
		u.MFA = &evidence.MFA{Enabled: &yes}
		f.Miss("mfa.strong", t.insecureErr)
	case t.insecure[p.ID]:
		u.MFA = &evidence.MFA{Enabled: &yes}
		f.Miss("mfa.strong", &evidence.Unseen{
			Reason: evidence.NotCollected, Operation: t.operation,
			Err: errors.New("SMS is one of the factors, and GitHub does not say whether it is the only one"),
		})
	default:
		u.MFA = &evidence.MFA{Enabled: &yes, Strong: &yes}
	}
}

// whole says whether the list of people itself can be taken as whole. To who is
// no owner GitHub may show fewer people without a word, so only the answer to a
// question that owners alone may ask proves it.
func (t twoFactor) whole() error {
	var u *evidence.Unseen
	if t.disabledErr == nil || !errors.As(t.disabledErr, &u) || u.Reason != evidence.Denied {
		return nil
	}
	return &evidence.Unseen{
		Reason: evidence.Denied, Operation: t.operation, Hint: u.Hint,
		Err: errors.New("whether the list is whole is not known: the token is not an owner's"),
	}
}
