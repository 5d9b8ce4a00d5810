package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/controlwatch/controlwatch/evidence"
)

var s3Buckets = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_s3_buckets",
		Doc:         "S3 general purpose buckets of the account, in all regions, and how they are protected. Directory buckets are not among them.",
		Populations: []evidence.Population{{Kind: "Datastore", Type: "aws.s3.bucket"}},
		Reads: []string{
			"s3:ListBuckets", "s3:GetBucketLocation", "s3:GetBucketEncryption", "s3:GetBucketPolicy", "s3:GetPublicAccessBlock", "s3:GetBucketAcl",
			"s3:GetBucketOwnershipControls", "s3:GetBucketVersioning", "s3:GetBucketLogging", "s3:GetBucketTagging",
		},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := s3.NewFromConfig(s.config, pathStyle)
		return collectBuckets(ctx, s, r, bucketReads{
			list: client.ListBuckets, location: client.GetBucketLocation,
			encryption: client.GetBucketEncryption, policy: client.GetBucketPolicy, publicAccess: client.GetPublicAccessBlock,
			acl: client.GetBucketAcl, ownership: client.GetBucketOwnershipControls, versioning: client.GetBucketVersioning,
			logging: client.GetBucketLogging, tagging: client.GetBucketTagging,
		})
	},
}

// pathStyle addresses buckets by path at an endpoint of one's own, which seldom
// has a name for every bucket.
func pathStyle(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil }

type bucketReads struct {
	list         func(context.Context, *s3.ListBucketsInput, ...func(*s3.Options)) (*s3.ListBucketsOutput, error)
	location     func(context.Context, *s3.GetBucketLocationInput, ...func(*s3.Options)) (*s3.GetBucketLocationOutput, error)
	encryption   func(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error)
	policy       func(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error)
	publicAccess func(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error)
	acl          func(context.Context, *s3.GetBucketAclInput, ...func(*s3.Options)) (*s3.GetBucketAclOutput, error)
	ownership    func(context.Context, *s3.GetBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error)
	versioning   func(context.Context, *s3.GetBucketVersioningInput, ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error)
	logging      func(context.Context, *s3.GetBucketLoggingInput, ...func(*s3.Options)) (*s3.GetBucketLoggingOutput, error)
	tagging      func(context.Context, *s3.GetBucketTaggingInput, ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error)
}

// bucketsPerPage also makes S3 name each bucket's region: it does so only in
// answers to requests with a parameter (S3 API reference, Bucket).
const bucketsPerPage = 1000

func collectBuckets(ctx context.Context, s session, r *evidence.Recorder, reads bucketReads) error {
	buckets, listErr := allBuckets(ctx, r, reads)
	err := each(ctx, buckets, func(ctx context.Context, b types.Bucket) error {
		return collectBucket(ctx, s, r, reads, b)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

func allBuckets(ctx context.Context, r *evidence.Recorder, reads bucketReads) ([]types.Bucket, error) {
	const operation = "s3:ListBuckets"
	var buckets []types.Bucket
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &s3.ListBucketsInput{MaxBuckets: aws.Int32(bucketsPerPage), ContinuationToken: token})
		if err != nil {
			return nil, err
		}
		if out.Buckets == nil {
			return nil, without(operation, "Buckets")
		}
		for _, b := range out.Buckets {
			if aws.ToString(b.Name) == "" {
				return nil, without(operation, "name of a bucket")
			}
			buckets = append(buckets, b)
		}
		if len(out.Buckets) >= bucketsPerPage && aws.ToString(out.ContinuationToken) == "" {
			// A full page and no word of a next one: some S3-compatible servers cut
			// the list there. AWS gives a token when there is more.
			return nil, &evidence.Unseen{
				Reason: evidence.Truncated, Operation: operation, Err: errors.New("a full page of buckets came without a token for the next one"),
			}
		}
		return out.ContinuationToken, nil
	})
	return buckets, err
}

// collectBucket reads one bucket. Its region is part of its identity, so a
// bucket whose region is not known cannot be stated and makes the list incomplete.
func collectBucket(ctx context.Context, s session, r *evidence.Recorder, reads bucketReads, b types.Bucket) error {
	region, err := bucketRegion(ctx, reads, b)
	if err != nil {
		return err
	}
	body := &evidence.Datastore{CreatedAt: utc(b.CreationDate), S3: &evidence.S3Bucket{}}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: region, Kind: "Datastore", Type: "aws.s3.bucket",
		ID: "arn:" + s.partition + ":s3:::" + *b.Name, Name: *b.Name,
	}}
	there := func(o *s3.Options) { o.Region = region }

	encryption, err := reads.encryption(ctx, &s3.GetBucketEncryptionInput{Bucket: b.Name}, there)
	body.Encryption = seen(&fact, "encryption", "s3:GetBucketEncryption", err, "ServerSideEncryptionConfigurationNotFoundError",
		noEncryption, func() (*evidence.Encryption, error) {
			return parseEncryption(encryption.ServerSideEncryptionConfiguration)
		})

	policy, err := reads.policy(ctx, &s3.GetBucketPolicyInput{Bucket: b.Name}, there)
	body.S3.Policy = seen(&fact, "s3.policy", "s3:GetBucketPolicy", err, "NoSuchBucketPolicy",
		noPolicy, func() (*evidence.PolicyDocument, error) { return parsePolicy(aws.ToString(policy.Policy)) })

	block, err := reads.publicAccess(ctx, &s3.GetPublicAccessBlockInput{Bucket: b.Name}, there)
	body.S3.PublicAccessBlock = seen(&fact, "s3.public_access_block", "s3:GetPublicAccessBlock", err, noBlockCode,
		noBlock, func() (*evidence.PublicAccessBlock, error) {
			return parseBucketBlock(block.PublicAccessBlockConfiguration)
		})

	acl, err := reads.acl(ctx, &s3.GetBucketAclInput{Bucket: b.Name}, there)
	grants := seen(&fact, "s3.grants", "s3:GetBucketAcl", err, "", nil,
		func() (*[]evidence.ACLGrant, error) { return parseGrants(acl.Grants) })
	if grants != nil {
		body.S3.Grants = *grants
	}

	ownership, err := reads.ownership(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: b.Name}, there)
	body.S3.Ownership = seen(&fact, "s3.ownership", "s3:GetBucketOwnershipControls", err, "OwnershipControlsNotFoundError",
		func() *string { return aws.String("") }, func() (*string, error) { return parseOwnership(ownership.OwnershipControls) })

	versioning, err := reads.versioning(ctx, &s3.GetBucketVersioningInput{Bucket: b.Name}, there)
	body.Versioning = seen(&fact, "versioning", "s3:GetBucketVersioning", err, "", nil,
		func() (*bool, error) { return parseVersioning(versioning.Status) })

	logging, err := reads.logging(ctx, &s3.GetBucketLoggingInput{Bucket: b.Name}, there)
	body.Logging = seen(&fact, "logging", "s3:GetBucketLogging", err, "", nil,
		func() (*bool, error) { return aws.Bool(logging.LoggingEnabled != nil), nil })

	tagging, err := reads.tagging(ctx, &s3.GetBucketTaggingInput{Bucket: b.Name}, there)
	tags := seen(&fact, "tags", "s3:GetBucketTagging", err, "NoSuchTagSet",
		func() *map[string]string { return &map[string]string{} },
		func() (*map[string]string, error) { return parseTags(tagging.TagSet) })
	if tags != nil {
		body.Tags = *tags
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// seen is the value of one field: what the answer says, what holds where AWS
// says there is none, or nil with a hole. absence is AWS's code for "none".
func seen[T any](fact *evidence.Fact, field, operation string, err error, absence string, none func() *T, parse func() (*T, error)) *T {
	if err == nil {
		var value *T
		if value, err = parse(); err == nil {
			return value
		}
	} else if absence != "" && absent(err, absence) {
		return none()
	}
	fact.Miss(field, unseen(operation, err))
	return nil
}

// bucketRegion is where a bucket lies: as the list says, else as it says itself.
func bucketRegion(ctx context.Context, reads bucketReads, b types.Bucket) (string, error) {
	if region := aws.ToString(b.BucketRegion); region != "" {
		return region, nil
	}
	out, err := reads.location(ctx, &s3.GetBucketLocationInput{Bucket: b.Name})
	if err != nil {
		return "", unseen("s3:GetBucketLocation", err)
	}
	return parseLocation(out.LocationConstraint), nil
}

// parseLocation: two locations have names older than the regions they became
// (S3 API reference, GetBucketLocation).
func parseLocation(l types.BucketLocationConstraint) string {
	switch l {
	case "":
		return "us-east-1"
	case types.BucketLocationConstraintEu:
		return "eu-west-1"
	default:
		return string(l)
	}
}
