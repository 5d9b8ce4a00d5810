package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// policy bounds requests to AWS. The SDK repeats throttled and failed attempts
// itself, adaptively, so the seam never does. AWS publishes no limits for most
// of what is read here; these budgets stay well under the 20 requests a second
// that EC2 documents as the refill of an unfiltered Describe call.
var policy = transport.Policy{
	Provider: "aws",
	Identify: identify,
	Rate:     20,
	Burst:    20,
	// CloudTrail gives an account two lookups a second in each region, people's own among them.
	Slower:      map[string]float64{lookupEvents: 1},
	Concurrency: 8,
	TokenMints:  []string{"sts:AssumeRole"},
	Keeps:       answersKept,
	Throttled:   throttled,
	Check:       checkAnswer,
	RequestID:   requestID,
	Timeout:     30 * time.Second,
}

// requestID finds AWS's id of a call. Source: common response headers of the
// Query and REST protocols; S3 has a header of its own.
func requestID(h http.Header) string {
	for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// errorCode finds the code in an error answer of the XML and JSON protocols.
var errorCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]+)</Code>|"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z0-9.]+)"`)

// headerCode is the code that the REST services with JSON answers put into a
// header, such as "ThrottlingException:http://internal.amazon.com/".
func headerCode(h http.Header) string {
	code, _, _ := strings.Cut(h.Get("X-Amzn-Errortype"), ":")
	return code[strings.LastIndexByte(code, '#')+1:]
}

// throttled recognises an answer that asks us to slow down. AWS says so with
// several statuses, 400 among them, so the code in the body decides.
func throttled(r *http.Response) (time.Duration, bool) {
	if r.StatusCode == http.StatusTooManyRequests {
		return transport.Wait(r), true
	}
	if r.StatusCode < 400 {
		return 0, false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, false // no whole answer, which is an error of its own
	}
	code := headerCode(r.Header)
	if match := errorCode.FindSubmatch(body); match != nil {
		code = string(match[1]) + string(match[2])
	}
	_, yes := retry.DefaultThrottleErrorCodes[code]
	return transport.Wait(r), yes
}

// identify names the operation of a request as the SDK states it in the
// context, and refuses the request where it is not stated or where the request
// itself says something else.
func identify(r *http.Request) (operation, service string, err error) {
	service, name := stated(r.Context())
	if service == "" || name == "" {
		return "", "", errors.New("aws: a request without an operation name in its context")
	}
	operation = service + ":" + name
	carried, err := carriedOperation(r)
	switch {
	case err != nil:
		return "", "", fmt.Errorf("aws: %s: %w", operation, err)
	case carried != "" && carried != name:
		return "", "", fmt.Errorf("aws: a request says %s in its context and %s in itself", operation, carried)
	case carried == "" && r.Method != http.MethodGet && r.Method != http.MethodHead && !slices.Contains(readsByPost, operation):
		return "", "", fmt.Errorf("aws: %s: a %s request may write", operation, r.Method)
	}
	if operation == lookupEvents {
		service = operation // has a limit, and so a budget, of its own
	}
	return operation, service, nil
}

// readsByPost are the reads that REST services take as POST. Source: "Request
// Syntax" of each operation in the API references.
var readsByPost = []string{
	"account:GetAlternateContact",
	"accessanalyzer:ListFindingsV2",
	"guardduty:GetFindings",
	"guardduty:ListFindings",
	"inspector2:BatchGetAccountStatus",
	"inspector2:ListCoverage",
	"inspector2:ListFindings",
	"securityhub:GetEnabledStandards",
}

// stated is the service and operation the SDK put into the context. Clients of
// newer generation state them through smithy-go, older ones through the SDK.
func stated(ctx context.Context) (service, operation string) {
	service, operation = middleware.GetServiceID(ctx), middleware.GetOperationName(ctx)
	if service == "" || operation == "" {
		service, operation = awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	}
	return strings.ToLower(strings.ReplaceAll(service, " ", "")), operation
}

// carriedOperation is the operation a request of the Query or JSON protocols
// carries in itself; empty for REST. The body stays readable.
func carriedOperation(r *http.Request) (string, error) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndexByte(target, '.')+1:], nil
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form := r.URL.Query().Get("Action"); form != "" {
			return form, nil
		}
		return "", nil
	}
	body, err := formBody(r)
	if err != nil {
		return "", err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", fmt.Errorf("read the form: %w", err)
	}
	if len(form["Action"]) != 1 {
		return "", errors.New("a form without one Action")
	}
	return form.Get("Action"), nil
}

func formBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	if err := r.Body.Close(); err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}
