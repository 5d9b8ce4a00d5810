package aws

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		service, operation  string // in the context
		method, url         string
		contentType, target string
		body                string
		want, refused       string
	}{
		"a query request that says the same twice": {
			service: "IAM", operation: "ListUsers", method: "POST", url: "/", contentType: form, body: "Action=ListUsers&Version=2010-05-08",
			want: "iam:ListUsers",
		},
		"a service of two words":        {service: "S3 Control", operation: "GetPublicAccessBlock", method: "GET", url: "/v20180820/configuration/publicAccessBlock", want: "s3control:GetPublicAccessBlock"},
		"a JSON request":                {service: "KMS", operation: "ListKeys", method: "POST", url: "/", contentType: "application/x-amz-json-1.1", target: "TrentService.ListKeys", body: "{}", want: "kms:ListKeys"},
		"a query request in the URL":    {service: "IAM", operation: "ListUsers", method: "GET", url: "/?Action=ListUsers", want: "iam:ListUsers"},
		"no operation in the context":   {method: "GET", url: "/bucket?policy", refused: "without an operation name"},
		"half an operation":             {service: "S3", method: "GET", url: "/bucket?policy", refused: "without an operation name"},
		"another action in the form":    {service: "IAM", operation: "ListUsers", method: "POST", url: "/", contentType: form, body: "Action=DeleteUser", refused: "says iam:ListUsers in its context and DeleteUser in itself"},
		"two actions in the form":       {service: "IAM", operation: "ListUsers", method: "POST", url: "/", contentType: form, body: "Action=ListUsers&Action=DeleteUser", refused: "without one Action"},
		"no action in the form":         {service: "IAM", operation: "ListUsers", method: "POST", url: "/", contentType: form, body: "Version=1", refused: "without one Action"},
		"another target":                {service: "KMS", operation: "ListKeys", method: "POST", url: "/", target: "TrentService.ScheduleKeyDeletion", refused: "ScheduleKeyDeletion in itself"},
		"another action in the URL":     {service: "IAM", operation: "ListUsers", method: "GET", url: "/?Action=DeleteUser", refused: "DeleteUser in itself"},
		"a REST request that may write": {service: "S3", operation: "GetBucketPolicy", method: "PUT", url: "/bucket?policy", refused: "a PUT request may write"},
		"a REST request that deletes":   {service: "S3", operation: "GetBucketPolicy", method: "DELETE", url: "/bucket?policy", refused: "a DELETE request may write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			if c.service != "" {
				ctx = middleware.WithServiceID(ctx, c.service)
			}
			if c.operation != "" {
				ctx = middleware.WithOperationName(ctx, c.operation)
			}
			r, err := http.NewRequestWithContext(ctx, c.method, "https://x.amazonaws.com"+c.url, strings.NewReader(c.body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", c.contentType)
			if c.target != "" {
				r.Header.Set("X-Amz-Target", c.target)
			}
			got, service, err := identify(r)
			if c.refused != "" {
				require.ErrorContains(t, err, c.refused)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, c.want[:len(service)], service)
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			require.Equal(t, c.body, string(body), "the body can still be sent")
		})
	}
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   bool
	}{
		"too many requests":                  {429, "", true},
		"a query service throttles with 400": {400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", true},
		"S3 throttles with 503":              {503, "<Error><Code>SlowDown</Code></Error>", true},
		"EC2 throttles with 503":             {503, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", true},
		"a JSON service throttles":           {400, `{"__type":"com.amazon#ThrottlingException"}`, true},
		"an outage is not throttling":        {503, "<html>unavailable</html>", false},
		"a denial is not throttling":         {403, "<Error><Code>AccessDenied</Code></Error>", false},
		"an answer may speak of throttling":  {200, "<Tag><Code>Throttling</Code></Tag>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			w.WriteHeader(c.status)
			_, _ = w.WriteString(c.body)
			_, got := throttled(w.Result())
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ operation, body, wrong string }{
		"a query answer":                     {"iam:ListUsers", `<?xml version="1.0"?><ListUsersResponse xmlns="x"><ListUsersResult><Users/></ListUsersResult></ListUsersResponse>`, ""},
		"an EC2 answer":                      {"ec2:DescribeRegions", `<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>`, ""},
		"an S3 answer":                       {"s3:GetBucketVersioning", `<VersioningConfiguration xmlns="x"/>`, ""},
		"a bucket policy":                    {"s3:GetBucketPolicy", `{"Version":"2012-10-17"}`, ""},
		"nothing":                            {"iam:ListUsers", "", "no <ListUsersResponse>"},
		"HTML":                               {"s3:GetBucketVersioning", "<html><body></body></html>", "it is a <html>, not a <VersioningConfiguration>"},
		"HTML that is not XML":               {"s3:GetBucketLogging", "<!DOCTYPE html><html><br></html>", "it is a <html>"},
		"an error with a good status":        {"s3:ListBuckets", "<Error><Code>InternalError</Code></Error>", "it is a <Error>"},
		"another operation's answer":         {"iam:ListUsers", "<ListRolesResponse><ListRolesResult/></ListRolesResponse>", "it is a <ListRolesResponse>"},
		"a response without its result":      {"iam:ListUsers", "<ListUsersResponse/>", "no <ListUsersResponse>"},
		"half an answer":                     {"iam:ListUsers", "<ListUsersResponse><ListUsersResult><Users>", "unexpected EOF"},
		"two documents":                      {"s3:GetBucketVersioning", "<VersioningConfiguration/><VersioningConfiguration/>", "no <VersioningConfiguration>"},
		"a policy that is a list":            {"s3:GetBucketPolicy", "[]", "not a JSON object"},
		"a policy that is null has no parts": {"s3:GetBucketPolicy", "7", "not a JSON object"},
		"an answer that is null":             {"kms:GetKeyRotationStatus", "null", "not a JSON object"},
		"a policy that ends early":           {"s3:GetBucketPolicy", `{"Version":`, "not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := whole(c.operation, []byte(c.body))
			if c.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, errNotTheAnswer)
			require.ErrorContains(t, err, c.wrong)
		})
	}
}

// Every read of a REST service must say what its answer looks like; those of
// Query services follow from their names.
func TestEveryAnswerIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range append(declarations(), discovery) {
		for _, operation := range c.Reads {
			service, _, _ := strings.Cut(operation, ":")
			_, known := answerRoot[operation]
			switch service {
			case "s3", "s3control":
				require.True(t, known, operation)
			case "iam", "sts", "ec2", "elasticloadbalancingv2", "rds", "sns":
				require.False(t, known, operation)
			default:
				require.True(t, AnswersJSON(service), "say which protocol this service speaks: %s", operation)
			}
		}
	}
}

func TestStated(t *testing.T) {
	t.Parallel()
	service, operation := stated(context.Background())
	require.Empty(t, service+operation)
}
