package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

// Codes that say "not you" whatever the status they come with. Source: Common
// Errors of the API references, and the error lists of EC2 and S3.
var deniedCodes = []string{
	"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AuthFailure", "Blocked", "ExpiredToken", "ExpiredTokenException",
	"IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken", "NotAuthorized",
	"PendingVerification", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "UnauthorizedOperation", "UnrecognizedClientException",
}

// Codes that say the service or region is not switched on for the account.
var disabledCodes = []string{"OptInRequired", "SubscriptionRequiredException"}

// unseen turns the SDK's error into the reason why an operation's answer was
// not seen. Its text is the same each time the same thing goes wrong: without
// request ids, ports, session names. A cancelled context stays what it is.
func unseen(operation string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", operation, context.Canceled)
	}
	if already, ok := errors.AsType[*evidence.Unseen](err); ok {
		return already
	}
	u := &evidence.Unseen{Reason: reason(err), Operation: operation, Err: errors.New(plain(err))}
	var c *credentialsError
	switch {
	case errors.As(err, &c):
		u.Hint = c.hint
	case u.Reason == evidence.Denied:
		u.Hint = permissionHint(operation)
	case u.Reason == evidence.Disabled:
		u.Hint = "enable the region or service for the account, or leave the region out of the settings"
	}
	return u
}

func reason(err error) evidence.Reason {
	code, status := codeAndStatus(err)
	var c *credentialsError
	_, throttling := retry.DefaultThrottleErrorCodes[code]
	switch {
	case errors.Is(err, transport.ErrRefused):
		return evidence.NotCollected
	case throttling || status == http.StatusTooManyRequests:
		return evidence.Throttled
	case slices.Contains(disabledCodes, code):
		return evidence.Disabled
	case slices.Contains(deniedCodes, code) || status == http.StatusUnauthorized || status == http.StatusForbidden:
		return evidence.Denied
	case errors.As(err, &c) && status == 0 && !network(err):
		return evidence.Denied // no credentials, or a file or program that should give them does not
	case errors.Is(err, io.ErrUnexpectedEOF):
		return evidence.Truncated
	default:
		return evidence.ProviderError
	}
}

// notAgain says which errors a repetition cannot mend.
func notAgain(err error) aws.Ternary {
	if errors.Is(err, transport.ErrRefused) || errors.Is(err, errNotTheAnswer) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// codeAndStatus are the error code AWS gave, if it gave one, and the HTTP
// status, if there was an answer.
func codeAndStatus(err error) (code string, status int) {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		status = response.HTTPStatusCode()
	}
	return code, status
}

// absent says that AWS answered "there is none" with this code. Anything else
// that is missing (a proxy's 404, a vanished bucket) is not an absence.
func absent(err error, code string) bool {
	got, status := codeAndStatus(err)
	return got == code && status == http.StatusNotFound
}

func network(err error) bool {
	var n net.Error
	var u *url.Error
	return errors.As(err, &n) || errors.As(err, &u) || timedOut(err)
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// plain is an error's text for people, stable between runs and free of secrets.
func plain(err error) string {
	prefix := ""
	var c *credentialsError
	if errors.As(err, &c) {
		prefix = "get credentials: "
	}
	var api smithy.APIError
	_, status := codeAndStatus(err)
	switch {
	case errors.Is(err, transport.ErrRefused):
		return "refused by the guard: the collector does not declare this operation"
	case errors.As(err, &api) && api.ErrorCode() != "" && api.ErrorCode() != "UnknownError":
		return prefix + strings.TrimSuffix(api.ErrorCode()+": "+scrub(api.ErrorMessage()), ": ")
	case errors.Is(err, errNotTheAnswer):
		return prefix + tail(err, errNotTheAnswer.Error())
	case errors.Is(err, io.ErrUnexpectedEOF):
		return prefix + "the answer ended too early"
	case status >= 200 && status <= 299:
		return prefix + "the answer cannot be read"
	case status != 0:
		return prefix + fmt.Sprintf("status %d %s", status, http.StatusText(status))
	case errors.Is(err, context.DeadlineExceeded):
		return prefix + "no answer in time"
	}
	return prefix + networkText(err, c)
}

func networkText(err error, c *credentialsError) string {
	var op *net.OpError
	var dns *net.DNSError
	var u *url.Error
	switch {
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	case timedOut(err):
		return "no answer in time"
	case errors.As(err, &op): // without the addresses, whose ports change
		return op.Op + ": " + op.Err.Error()
	case errors.As(err, &u):
		return "request failed: " + scrub(u.Err.Error())
	case c != nil:
		return "none found, or they cannot be read"
	}
	return "request failed"
}

// tail is the part of an error's text that begins with mark.
func tail(err error, mark string) string {
	s := err.Error()
	if i := strings.LastIndex(s, mark); i >= 0 {
		return s[i:]
	}
	return mark
}

var (
	encodedMessage = regexp.MustCompile(`\s*Encoded authorization failure message:.*`)
	assumedRole    = regexp.MustCompile(`(assumed-role/[^/\s]+)/[^\s]+`)
	uuid           = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)
	keyID          = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}`)
	timestamp      = regexp.MustCompile(`\b[0-9]{8}T[0-9]{6}Z|\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?`)
)

// scrub takes out of a provider's message what changes from call to call
// (session names, times, encoded messages, ids of requests) and key ids.
func scrub(message string) string {
	message, _, _ = strings.Cut(message, "\n") // a wrong signature quotes the whole request after the first line
	message = encodedMessage.ReplaceAllString(message, "")
	message = assumedRole.ReplaceAllString(message, "$1")
	message = uuid.ReplaceAllString(message, "…")
	message = keyID.ReplaceAllString(message, "$1…")
	message = timestamp.ReplaceAllString(message, "…")
	const longest = 300
	if runes := []rune(message); len(runes) > longest {
		message = string(runes[:longest]) + "…"
	}
	return strings.TrimSpace(message)
}
