package aws

import (
	"errors"

	"github.com/controlwatch/controlwatch/evidence"
)

// pages reads a list to its end. next fetches the page that begins at a token
// and gives the token of the following page, nil after the last. A token that
// comes twice would loop for ever, so it ends the list as truncated.
func pages(operation string, r *evidence.Recorder, next func(token *string) (*string, error)) error {
	seen := map[string]bool{}
	var token *string
	for {
		following, err := next(token)
		if err != nil {
			return unseen(operation, err)
		}
		r.Page()
		if following == nil {
			return nil
		}
		if *following == "" || seen[*following] {
			return &evidence.Unseen{
				Reason: evidence.Truncated, Operation: operation,
				Err: errors.New("the provider says that more follows and does not say where"),
			}
		}
		seen[*following] = true
		token = following
	}
}

// marker is the token of the page after a truncated one. A page that says it is
// truncated without a marker gives an empty token, which ends the list as truncated.
func marker(truncated bool, m *string) *string {
	switch {
	case !truncated:
		return nil
	case m == nil:
		return new(string)
	default:
		return m
	}
}

// following is the token of the next page of the services that say that nothing
// follows by no token or an empty one, as their own paginators have it.
func following(token *string) *string {
	if token == nil || *token == "" {
		return nil
	}
	return token
}

// without is the error of an answer that lacks what it must hold.
func without(operation, part string) error {
	return &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: errors.New("the answer holds no " + part)}
}
