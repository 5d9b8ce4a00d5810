package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// unseen says why a read failed, in words that stay the same from pull to pull:
// GitHub's request ids, times and addresses are left out.
func unseen(ctx context.Context, operation string, a answer, err error) error {
	var known *evidence.Unseen
	var primary *gh.RateLimitError
	var secondary *gh.AbuseRateLimitError
	switch {
	case errors.As(err, &known):
		return known
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", operation, context.Cause(ctx))
	case errors.As(err, &primary), errors.As(err, &secondary), isThrottled(a):
		return overLimit(operation)
	case a.status == 0:
		return noAnswer(operation, err)
	}
	no := refusal(a)
	u := &evidence.Unseen{Operation: operation, Err: no}
	u.Reason, u.Hint = judge(operation, a.header, no)
	return u
}

func overLimit(operation string) error {
	return &evidence.Unseen{
		Reason: evidence.Throttled, Operation: operation, Err: errors.New("GitHub's rate limit was exceeded"),
		Hint: "a token of its own, or less frequent pulls, leave more of the limit",
	}
}

func isThrottled(a answer) bool {
	if a.status == 0 {
		return false
	}
	_, yes := throttled(&http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(string(a.body)))})
	return yes
}

// judge tells a refusal from a failure.
func judge(operation string, h http.Header, no *refused) (evidence.Reason, string) {
	switch no.status {
	case http.StatusUnauthorized:
		return evidence.Denied, "GitHub does not accept the token; make a new one"
	case http.StatusForbidden:
		if strings.HasPrefix(h.Get(headerSSO), "required") {
			return evidence.Denied, "authorise the token for the organisation's single sign-on: Settings > Developer settings > Personal access tokens > Configure SSO"
		}
		return evidence.Denied, needs(operation)
	case http.StatusNotFound:
		// GitHub answers 404 also where it does not want to say that something exists.
		return evidence.Denied, needs(operation)
	case http.StatusUnprocessableEntity:
		if strings.Contains(strings.ToLower(no.message), "owner") {
			return evidence.Denied, ownersOnly
		}
	case http.StatusFound:
		if operation == readMembers {
			// The documented answer to who is not a member: a pointer to the public ones.
			return evidence.Denied, "only members of the organisation may list its members; use an owner's token"
		}
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return evidence.ProviderError, "it was renamed or moved; if it is the organisation, put its new login into organizations"
	}
	return evidence.ProviderError, ""
}

const ownersOnly = "only an owner's token may see this"

// needs names the right a read needs.
func needs(operation string) string {
	switch operation {
	case readOrganization:
		return "is the login right, and may the token see it? The settings need an owner's token with " + permitOrganization + ", or admin:org"
	case readMembers, readOutsideCollaborators:
		return "needs an owner's token with " + permitMembers + ", or read:org"
	case readRepositories:
		return "needs " + permitRepositories + " on all repositories, or repo"
	case readProtection, readAlertsSwitch:
		return "needs administrator rights on the repository and " + permitProtection + ", or repo"
	case readRuleset, readBranchRules:
		return "needs " + permitRepositories + ", or repo"
	case readUserOrganizations:
		return "needs read:org; or name the organisation in GITHUB_ORG"
	}
	if need, ok := accessNeeds[operation]; ok {
		return need
	}
	return needsForCode(operation)
}

// refused is GitHub's refusal in a form that does not change between pulls.
type refused struct {
	status  int
	message string // GitHub's own; empty where it gave none
}

func (r *refused) Error() string {
	if r.message == "" {
		return fmt.Sprintf("status %d", r.status)
	}
	return fmt.Sprintf("status %d: %s", r.status, r.message)
}

var requestID = regexp.MustCompile(`(?i)[\s,;(]*\brequest id:?\s+[0-9A-F:]+\)?`)

func refusal(a answer) *refused {
	var said struct {
		Message string `json:"message"`
	}
	if a.status >= http.StatusInternalServerError || json.Unmarshal(a.body, &said) != nil {
		return &refused{status: a.status}
	}
	message := strings.Join(strings.Fields(requestID.ReplaceAllString(said.Message, "")), " ")
	if runes := []rune(message); len(runes) > 200 {
		message = string(runes[:200]) + "…"
	}
	return &refused{status: a.status, message: message}
}

// refusedWith says whether an error is GitHub's refusal with a status and a
// message that begins with these words.
func refusedWith(err error, status int, message string) bool {
	var r *refused
	return errors.As(err, &r) && r.status == status && strings.HasPrefix(r.message, message)
}

// notInPlan recognises that the organisation's plan has no protection of
// branches for a private repository. None can be in force then: it is known to be
// absent, not unknown.
func notInPlan(err error) bool {
	return refusedWith(err, http.StatusForbidden, "Upgrade to GitHub")
}

// noAnswer is a request without a usable answer. Network errors hold addresses
// and ports of the moment, so only what happened is kept.
func noAnswer(operation string, err error) error {
	u := &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation}
	var timeout *transport.TimeoutError
	var op *net.OpError
	var dns *net.DNSError
	var outer interface{ Unwrap() error }
	switch {
	case errors.Is(err, transport.ErrRefused):
		u.Err = err
	case errors.As(err, &timeout):
		u.Err = timeout
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		u.Reason, u.Err = evidence.Truncated, errors.New("the answer broke off")
	case errors.As(err, &dns):
		u.Err, u.Hint = fmt.Errorf("look up %s: %s", dns.Name, dns.Err), "is base_url right, and does this machine reach it?"
	case errors.As(err, &op):
		u.Err, u.Hint = fmt.Errorf("%s: %w", op.Op, root(op.Err)), "does this machine reach the API? HTTPS_PROXY names a proxy"
	case errors.As(err, &outer):
		u.Err = root(err)
	default:
		u.Err = err
	}
	return u
}

func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// unreadable is an answer, or a part of one, that is not what GitHub describes.
func unreadable(operation, what string, err error) error {
	if err == nil {
		err = errors.New(what)
	} else {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: err}
}

// notStated is a field that GitHub leaves out of an answer for who may not see it.
func notStated(operation, hint string) error {
	return &evidence.Unseen{
		Reason: evidence.Denied, Operation: operation, Hint: hint,
		Err: errors.New("GitHub left it out of its answer"),
	}
}
