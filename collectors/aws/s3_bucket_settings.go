package aws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// noEncryption: since January 2023 AWS encrypts every bucket and this answer no
// longer comes from it; where it does, the bucket has no default encryption.
func noEncryption() *evidence.Encryption {
	return &evidence.Encryption{
		Enabled: aws.Bool(false), Algorithm: aws.String(""), KeyID: aws.String(""), CustomerKey: aws.Bool(false),
	}
}

func parseEncryption(c *types.ServerSideEncryptionConfiguration) (*evidence.Encryption, error) {
	const operation = "s3:GetBucketEncryption"
	if c == nil || len(c.Rules) == 0 || c.Rules[0].ApplyServerSideEncryptionByDefault == nil {
		return nil, without(operation, "default encryption")
	}
	// A bucket has one rule (S3 API reference, ServerSideEncryptionConfiguration).
	rule := c.Rules[0].ApplyServerSideEncryptionByDefault
	if rule.SSEAlgorithm == "" {
		return nil, without(operation, "SSEAlgorithm")
	}
	key := aws.ToString(rule.KMSMasterKeyID)
	return &evidence.Encryption{
		Enabled:   aws.Bool(true),
		Algorithm: aws.String(string(rule.SSEAlgorithm)),
		KeyID:     aws.String(key),
		// Without a key id, and with this alias, it is AWS's own key for S3.
		CustomerKey: aws.Bool(key != "" && !strings.HasSuffix(key, "alias/aws/s3")),
	}, nil
}

// noBlockCode is how AWS says that no public access block was ever set, for a
// bucket and for an account.
const noBlockCode = "NoSuchPublicAccessBlockConfiguration"

func noBlock() *evidence.PublicAccessBlock {
	return &evidence.PublicAccessBlock{
		BlockPublicACLs: aws.Bool(false), IgnorePublicACLs: aws.Bool(false),
		BlockPublicPolicy: aws.Bool(false), RestrictPublicBuckets: aws.Bool(false),
	}
}

// parseBucketBlock: a switch the answer leaves out stays unseen.
func parseBucketBlock(c *types.PublicAccessBlockConfiguration) (*evidence.PublicAccessBlock, error) {
	if c == nil {
		return nil, without("s3:GetPublicAccessBlock", "PublicAccessBlockConfiguration")
	}
	return &evidence.PublicAccessBlock{
		BlockPublicACLs: c.BlockPublicAcls, IgnorePublicACLs: c.IgnorePublicAcls,
		BlockPublicPolicy: c.BlockPublicPolicy, RestrictPublicBuckets: c.RestrictPublicBuckets,
	}, nil
}

// parseGrants: a nil list is an answer without AccessControlList, not one without grants.
func parseGrants(list []types.Grant) (*[]evidence.ACLGrant, error) {
	const operation = "s3:GetBucketAcl"
	if list == nil {
		return nil, without(operation, "AccessControlList")
	}
	grants := []evidence.ACLGrant{}
	for _, g := range list {
		if g.Grantee == nil || g.Permission == "" {
			return nil, without(operation, "grantee or permission of a grant")
		}
		who := aws.ToString(g.Grantee.URI)
		for _, other := range []*string{g.Grantee.ID, g.Grantee.EmailAddress} {
			if who == "" {
				who = aws.ToString(other)
			}
		}
		if who == "" {
			return nil, without(operation, "grantee of a grant")
		}
		grants = append(grants, evidence.ACLGrant{Grantee: who, Permission: string(g.Permission)})
	}
	return &grants, nil
}

func parseOwnership(c *types.OwnershipControls) (*string, error) {
	if c == nil || len(c.Rules) == 0 || c.Rules[0].ObjectOwnership == "" {
		return nil, without("s3:GetBucketOwnershipControls", "ObjectOwnership")
	}
	return aws.String(string(c.Rules[0].ObjectOwnership)), nil
}

// parseVersioning: a bucket that was never versioned has no status (S3 API
// reference, GetBucketVersioning).
func parseVersioning(status types.BucketVersioningStatus) (*bool, error) {
	switch status {
	case types.BucketVersioningStatusEnabled:
		return aws.Bool(true), nil
	case types.BucketVersioningStatusSuspended, "":
		return aws.Bool(false), nil
	}
	return nil, without("s3:GetBucketVersioning", "known Status")
}

func parseTags(list []types.Tag) (*map[string]string, error) {
	if list == nil {
		return nil, without("s3:GetBucketTagging", "TagSet")
	}
	tags := map[string]string{}
	for _, t := range list {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return &tags, nil
}
