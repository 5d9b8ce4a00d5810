package aws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// The SDK reads an empty or foreign 200 answer as an answer without content: a
// proxy's HTML page becomes "never versioned", an empty body "no users". So
// each answer must be the whole document of the operation that was asked.

// answerRoot is the root element of each REST answer. Source: "Response Syntax"
// of each operation in the API references of S3 and S3 Control. Servers made
// after AWS's models name some <OperationResponse>, which is as unmistakable.
// Query services answer <OperationResponse> with an <OperationResult>, EC2
// without one; the services in jsonServices answer a JSON object.
var answerRoot = map[string]string{
	"s3:ListBuckets":                 "ListAllMyBucketsResult",
	"s3:GetBucketLocation":           "LocationConstraint",
	"s3:GetBucketEncryption":         "ServerSideEncryptionConfiguration",
	"s3:GetPublicAccessBlock":        "PublicAccessBlockConfiguration",
	"s3:GetBucketAcl":                "AccessControlPolicy",
	"s3:GetBucketOwnershipControls":  "OwnershipControls",
	"s3:GetBucketVersioning":         "VersioningConfiguration",
	"s3:GetBucketLogging":            "BucketLoggingStatus",
	"s3:GetBucketTagging":            "Tagging",
	"s3:GetBucketPolicy":             jsonAnswer,
	"s3control:GetPublicAccessBlock": "PublicAccessBlockConfiguration",
}

// jsonAnswer marks an answer that is a JSON object.
const jsonAnswer = "{}"

// jsonServices speak the JSON or REST JSON protocol. Source: "protocol" of each
// service's model.
var jsonServices = []string{
	"accessanalyzer", "account", "acm", "backup", "cloudtrail", "cloudwatchlogs", "configservice", "dynamodb", "ecr", "efs", "guardduty",
	"identitystore", "inspector2", "kms", "lambda", "organizations", "secretsmanager", "securityhub", "sqs", "ssm", "ssoadmin",
}

// errNotTheAnswer is an answer with a good status that is not the document asked for.
var errNotTheAnswer = errors.New("the answer is not the one asked for")

// checkAnswer refuses a good status with a body that is not the answer. Other
// statuses are left to the SDK, which makes errors of them.
func checkAnswer(r *http.Response) error {
	if r.StatusCode < 200 || r.StatusCode > 299 {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return whole(transport.Operation(r.Request.Context()), body)
}

// whole says what is wrong with the body of an answer to an operation, if anything.
func whole(operation string, body []byte) error {
	service, name, _ := strings.Cut(operation, ":")
	root, rest := answerRoot[operation]
	switch {
	case root == jsonAnswer || slices.Contains(jsonServices, service):
		var object map[string]json.RawMessage
		if err := json.Unmarshal(body, &object); err != nil || object == nil { // null is no object
			return fmt.Errorf("%w: not a JSON object", errNotTheAnswer)
		}
		return nil
	case rest:
		return document(body, []string{root, name + "Response"}, "")
	case service == "ec2":
		return document(body, []string{name + "Response"}, "")
	default:
		return document(body, []string{name + "Response"}, name+"Result")
	}
}

// document checks that body is one whole XML document with one of these roots
// and, if given, this child of it.
func document(body []byte, allowed []string, child string) error {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	depth, roots, children := 0, 0, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if strings.Contains(err.Error(), "unexpected EOF") {
				return fmt.Errorf("%w: %w", errNotTheAnswer, io.ErrUnexpectedEOF)
			}
			return fmt.Errorf("%w: not well-formed XML", errNotTheAnswer)
		}
		switch element := token.(type) {
		case xml.StartElement:
			depth++
			if depth == 1 {
				roots++
				if !slices.Contains(allowed, element.Name.Local) {
					return fmt.Errorf("%w: it is a <%.40s>, not a <%s>", errNotTheAnswer, element.Name.Local, allowed[0])
				}
			}
			if depth == 2 && element.Name.Local == child {
				children++
			}
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 || (child != "" && children != 1) {
		return fmt.Errorf("%w: no <%s>", errNotTheAnswer, allowed[0])
	}
	return nil
}
