package mototest

import (
	"io"
	"net/http"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// Base sends requests on, and answers itself what moto has not: moto fails with
// a server error, which the SDK repeats for half a minute.
type Base struct{ To http.RoundTripper }

// RoundTrip answers iam:ListOrganizationsFeatures as AWS does in an account
// that only belongs to an organisation. Source: IAM API reference, its errors.
func (b Base) RoundTrip(req *http.Request) (*http.Response, error) {
	if transport.Operation(req.Context()) != "iam:ListOrganizationsFeatures" {
		return b.To.RoundTrip(req)
	}
	const body = `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>` +
		`<Code>AccountNotManagementOrDelegatedAdministratorException</Code><Message>The request was rejected</Message></Error>` +
		`<RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</RequestId></ErrorResponse>`
	return &http.Response{
		Status: "400 Bad Request", StatusCode: http.StatusBadRequest, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}
