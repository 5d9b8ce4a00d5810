package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

func answered(status int, cause error) error {
	return &smithy.OperationError{ServiceID: "IAM", OperationName: "ListUsers", Err: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: cause,
	}}
}

func TestUnseen(t *testing.T) {
	t.Parallel()
	api := func(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }
	for name, c := range map[string]struct {
		err    error
		reason evidence.Reason
		text   string
	}{
		"a missing permission": {
			answered(403, api("AccessDenied", "User: arn:aws:sts::1:assumed-role/x/i-0abc is not authorized to perform: iam:ListUsers")),
			evidence.Denied, "AccessDenied: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:ListUsers",
		},
		"EC2's missing permission, without the encoded part": {
			answered(403, api("UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: Xy-1_abc")),
			evidence.Denied, "UnauthorizedOperation: You are not authorized to perform this operation.",
		},
		"a denial without a code":            {answered(403, api("UnknownError", "UnknownError")), evidence.Denied, "status 403 Forbidden"},
		"an unknown key":                     {answered(401, api("AuthFailure", "AWS was not able to validate the provided access credentials")), evidence.Denied, "AuthFailure: AWS was not able to validate the provided access credentials"},
		"an expired token answered with 400": {answered(400, api("ExpiredToken", "The provided token has expired.")), evidence.Denied, "ExpiredToken: The provided token has expired."},
		"a wrong signature, first line only": {
			answered(403, api("SignatureDoesNotMatch", "The request signature we calculated does not match.\nThe Canonical String was\n'GET /'")),
			evidence.Denied, "SignatureDoesNotMatch: The request signature we calculated does not match.",
		},
		"a region that is not enabled":      {answered(403, api("OptInRequired", "You are not subscribed to this service")), evidence.Disabled, "OptInRequired: You are not subscribed to this service"},
		"throttling with status 400":        {answered(400, api("Throttling", "Rate exceeded")), evidence.Throttled, "Throttling: Rate exceeded"},
		"throttling of S3":                  {answered(503, api("SlowDown", "Please reduce your request rate.")), evidence.Throttled, "SlowDown: Please reduce your request rate."},
		"throttling by status":              {answered(429, errors.New("deserialization failed")), evidence.Throttled, "status 429 Too Many Requests"},
		"a failure with HTML":               {answered(500, &smithy.DeserializationError{Err: errors.New("XML syntax error")}), evidence.ProviderError, "status 500 Internal Server Error"},
		"not found, in HTML":                {answered(404, &smithy.DeserializationError{Err: errors.New("XML syntax error")}), evidence.ProviderError, "status 404 Not Found"},
		"an absence nobody expects":         {answered(404, api("NoSuchBucket", "The specified bucket does not exist")), evidence.ProviderError, "NoSuchBucket: The specified bucket does not exist"},
		"an unreadable good answer":         {answered(200, &smithy.DeserializationError{Err: errors.New("XML syntax error")}), evidence.ProviderError, "the answer cannot be read"},
		"a foreign good answer":             {&smithyhttp.RequestSendError{Err: fmt.Errorf("%w: it is a <html>, not a <X>", errNotTheAnswer)}, evidence.ProviderError, "the answer is not the one asked for: it is a <html>, not a <X>"},
		"half an answer":                    {&smithyhttp.RequestSendError{Err: fmt.Errorf("read: %w", io.ErrUnexpectedEOF)}, evidence.Truncated, "the answer ended too early"},
		"a refused connection, no ports":    {&smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}, evidence.ProviderError, "dial: connection refused"},
		"no such host":                      {&smithyhttp.RequestSendError{Err: &net.DNSError{Name: "iam.nowhere", Err: "no such host", IsNotFound: true}}, evidence.ProviderError, "no such host: iam.nowhere"},
		"no answer in time":                 {&smithyhttp.RequestSendError{Err: &transport.TimeoutError{Operation: "iam:ListUsers"}}, evidence.ProviderError, "no answer in time"},
		"what the guard refused":            {&smithyhttp.RequestSendError{Err: fmt.Errorf("x: %w", transport.ErrRefused)}, evidence.NotCollected, "refused by the guard: the collector does not declare this operation"},
		"no credentials":                    {&credentialsError{err: errors.New("no EC2 IMDS role found, 127.0.0.1:4711"), hint: "log in"}, evidence.Denied, "get credentials: none found, or they cannot be read"},
		"credentials out of reach":          {&credentialsError{err: &url.Error{Op: "Post", Err: errors.New("EOF")}, hint: "log in"}, evidence.ProviderError, "get credentials: request failed: EOF"},
		"a role that may not be assumed":    {&credentialsError{err: answered(403, api("AccessDenied", "not authorized to perform: sts:AssumeRole")), hint: "allow it"}, evidence.Denied, "get credentials: AccessDenied: not authorized to perform: sts:AssumeRole"},
		"a message with ids, keys and time": {answered(403, api("AccessDenied", "AKIAIOSFODNN7EXAMPLE at 20261116T090000Z (7a62c49f-347e-4fc4-9331-6e8e12345678)")), evidence.Denied, "AccessDenied: AKIA… at … (…)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var u *evidence.Unseen
			require.ErrorAs(t, unseen("iam:ListUsers", c.err), &u)
			require.Equal(t, c.reason, u.Reason)
			require.Equal(t, "iam:ListUsers", u.Operation)
			require.Equal(t, c.text, u.Err.Error())
			if c.reason == evidence.Denied || c.reason == evidence.Disabled {
				require.NotEmpty(t, u.Hint)
			}
		})
	}
	t.Run("a cancelled context stays one", func(t *testing.T) {
		t.Parallel()
		err := unseen("iam:ListUsers", &smithyhttp.RequestSendError{Err: context.Canceled})
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("no error is no hole", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, unseen("iam:ListUsers", nil))
	})
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	none := &smithy.GenericAPIError{Code: "NoSuchBucketPolicy"}
	require.True(t, absent(answered(404, none), "NoSuchBucketPolicy"))
	require.False(t, absent(answered(403, none), "NoSuchBucketPolicy"), "denied, whatever the code says")
	require.False(t, absent(answered(404, none), "NoSuchTagSet"))
	require.False(t, absent(answered(404, errors.New("HTML")), "NoSuchBucketPolicy"))
	require.False(t, absent(nil, "NoSuchBucketPolicy"))
}
