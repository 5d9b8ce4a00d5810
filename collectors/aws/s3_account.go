package aws

import (
	"context"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/s3control/types"
	endpoints "github.com/aws/smithy-go/endpoints"

	"github.com/controlwatch/controlwatch/evidence"
)

var s3Account = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_s3_account",
		Doc:         "The public access block that binds all S3 buckets of the account.",
		Populations: []evidence.Population{{Kind: "DatastoreDefaults", Type: "aws.s3.account"}},
		Reads:       []string{"s3control:GetPublicAccessBlock"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectS3Account(ctx, s, r, s3control.NewFromConfig(s.config, plainHost).GetPublicAccessBlock)
	},
}

func collectS3Account(ctx context.Context, s session, r *evidence.Recorder,
	get func(context.Context, *s3control.GetPublicAccessBlockInput, ...func(*s3control.Options)) (*s3control.GetPublicAccessBlockOutput, error),
) error {
	body := &evidence.DatastoreDefaults{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "DatastoreDefaults", Type: "aws.s3.account",
		ID: "s3/" + s.account, Name: "S3 of " + s.account,
	}}
	out, err := get(ctx, &s3control.GetPublicAccessBlockInput{AccountId: &s.account})
	body.PublicAccessBlock = seen(&fact, "public_access_block", "s3control:GetPublicAccessBlock", err, noBlockCode,
		noBlock, func() (*evidence.PublicAccessBlock, error) {
			return parseAccountBlock(out.PublicAccessBlockConfiguration)
		})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

func parseAccountBlock(c *types.PublicAccessBlockConfiguration) (*evidence.PublicAccessBlock, error) {
	if c == nil {
		return nil, without("s3control:GetPublicAccessBlock", "PublicAccessBlockConfiguration")
	}
	return &evidence.PublicAccessBlock{
		BlockPublicACLs: c.BlockPublicAcls, IgnorePublicACLs: c.IgnorePublicAcls,
		BlockPublicPolicy: c.BlockPublicPolicy, RestrictPublicBuckets: c.RestrictPublicBuckets,
	}, nil
}

// plainHost keeps the SDK from putting the account before the host of an
// endpoint that is an address or localhost: no such host exists.
func plainHost(o *s3control.Options) {
	if o.BaseEndpoint == nil {
		return
	}
	endpoint, err := url.Parse(*o.BaseEndpoint)
	if err == nil && (net.ParseIP(endpoint.Hostname()) != nil || endpoint.Hostname() == "localhost") {
		o.EndpointResolverV2 = plainEndpoint{*endpoint}
	}
}

type plainEndpoint struct{ url url.URL }

// ResolveEndpoint gives the endpoint as it was configured.
func (p plainEndpoint) ResolveEndpoint(context.Context, s3control.EndpointParameters) (endpoints.Endpoint, error) {
	return endpoints.Endpoint{URI: p.url}, nil
}
