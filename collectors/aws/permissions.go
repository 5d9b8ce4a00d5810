package aws

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// actionOf holds the operations whose IAM action is not their own name.
// Source: Service Authorization Reference, "Actions, resources, and condition
// keys" of each service.
var actionOf = map[string]string{
	"s3:ListBuckets":                 "s3:ListAllMyBuckets",
	"s3:GetBucketEncryption":         "s3:GetEncryptionConfiguration",
	"s3:GetPublicAccessBlock":        "s3:GetBucketPublicAccessBlock",
	"s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}

// needsNothing are operations that IAM lets every principal call. Source: STS
// API reference, GetCallerIdentity: no permissions are required.
var needsNothing = []string{"sts:GetCallerIdentity"}

// prefixOf holds the services whose IAM actions have another prefix than their
// name in the SDK. Source: Service Authorization Reference, "service prefix".
var prefixOf = map[string]string{
	"accessanalyzer":         "access-analyzer",
	"cloudwatchlogs":         "logs",
	"configservice":          "config",
	"efs":                    "elasticfilesystem",
	"elasticloadbalancingv2": "elasticloadbalancing",
	"ssoadmin":               "sso",
}

func action(operation string) string {
	if a, ok := actionOf[operation]; ok {
		return a
	}
	service, name, _ := strings.Cut(operation, ":")
	if prefix, ok := prefixOf[service]; ok {
		return prefix + ":" + name
	}
	return operation
}

// actions are the IAM actions that operations need, sorted, each once.
func actions(operations []string) []string {
	out := []string{}
	for _, op := range operations {
		if !slices.Contains(needsNothing, op) {
			out = append(out, action(op))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// PolicyDocument is the least a principal needs for every collector of this
// provider: an IAM identity policy generated from the declared reads.
func PolicyDocument() IdentityPolicy {
	reads := slices.Clone(discovery.Reads)
	for _, c := range collectors {
		reads = append(reads, c.Reads...)
	}
	return IdentityPolicy{
		Version: "2012-10-17",
		Statement: []IdentityStatement{{
			Sid: "ControlwatchReads", Effect: "Allow", Action: actions(reads), Resource: "*",
		}},
	}
}

// IdentityPolicy is an IAM policy document in the form IAM reads.
type IdentityPolicy struct {
	Version   string
	Statement []IdentityStatement
}

// IdentityStatement is one statement of an IdentityPolicy.
type IdentityStatement struct {
	Sid      string `json:",omitempty"`
	Effect   string
	Action   []string
	Resource string
}

// permissionHint says what to grant when a read is denied.
func permissionHint(operation string) string {
	if slices.Contains(needsNothing, operation) {
		return "check that the credentials are valid and not expired"
	}
	return "allow the action " + action(operation)
}

// discovery declares what is read to find out who we are and where to look.
var discovery = declare(evidence.Collector{
	Name:  "aws_discovery",
	Doc:   "Which account the credentials belong to and which regions are enabled in it.",
	Reads: []string{"sts:GetCallerIdentity", "ec2:DescribeRegions"},
})
