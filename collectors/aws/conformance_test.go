package aws_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/collectorstest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	collectorstest.Run(t, collectorstest.Suite{
		Provider: cwaws.Provider,
		Base:     replay.New(healthy(t)),
		Open: func(t *testing.T, seam *transport.Seam) []connect.Source {
			t.Helper()
			return open(t, seam, environment("", anyone), sampleSettings+"\nevent_log_days: 7")
		},
		Deny:     deny,
		Throttle: throttle,
		Conditional: []string{
			"iam:GetLoginProfile", // asked only where there is no report
			"ec2:DescribeRegions", // of the trails: asked only where the settings name no regions
		},
	})
}

// healthy is the sample company with everything permitted.
func healthy(t *testing.T) []replay.Exchange {
	t.Helper()
	recorded, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	permitted, err := replay.Load(os.DirFS(healthyFolder))
	require.NoError(t, err)
	for _, e := range recorded {
		if e.Response.Status != http.StatusForbidden && !off(e) {
			permitted = append(permitted, e)
		}
	}
	return permitted
}

// deny answers as AWS does what is not permitted: S3 with its own error
// document, the Query services with theirs.
func deny(req *http.Request, operation string) *http.Response {
	return awsError(req, operation, http.StatusForbidden, "AccessDenied",
		"User: arn:aws:sts::"+companyAccount+":assumed-role/controlwatch/a1b2c3 is not authorized to perform: "+operation)
}

// throttle answers as AWS does what comes too often: S3 with 503, the Query
// services with 400.
func throttle(req *http.Request, operation string) *http.Response {
	if strings.HasPrefix(operation, "s3") {
		return awsError(req, operation, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	}
	return awsError(req, operation, http.StatusBadRequest, "Throttling", "Rate exceeded")
}

// awsError is an error in the form of the protocol that the request is in.
func awsError(req *http.Request, operation string, status int, code, message string) *http.Response {
	service, _, _ := strings.Cut(operation, ":")
	if cwaws.AnswersJSON(service) {
		resp := collectorstest.Answer(status, "application/x-amz-json-1.1", fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message))
		resp.Header.Set("X-Amzn-Errortype", code)
		resp.Request = req
		return resp
	}
	body := fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</RequestId></ErrorResponse>", code, message)
	switch service {
	case "s3":
		body = fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message><RequestId>656c76696e6727732072657175657374</RequestId></Error>", code, message)
	case "ec2":
		body = fmt.Sprintf("<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>ea966190-f9aa-478e-9ede-example</RequestID></Response>", code, message)
	}
	resp := collectorstest.Answer(status, "text/xml", `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+body)
	resp.Request = req
	return resp
}
