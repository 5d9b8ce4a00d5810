package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/controlwatch/controlwatch/config"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

// awsWriter is AWS with the credentials of something that writes: an anchor or a
// key. Collectors never see them, and these never see the collectors'.
func awsWriter(ctx context.Context, region string, c config.AWS, base http.RoundTripper) (aws.Config, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(region), awsconfig.WithHTTPClient(anchor.Client(base)),
	}
	switch {
	case c.Profile != "":
		options = append(options, awsconfig.WithSharedConfigProfile(c.Profile))
	case c.AccessKeyID.Given():
		id, err := c.AccessKeyID.Value()
		if err != nil {
			return aws.Config{}, err
		}
		secret, err := c.SecretAccessKey.Value()
		if err != nil {
			return aws.Config{}, err
		}
		options = append(options, awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, "")))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("credentials: %w (check the profile and ~/.aws/config)", err)
	}
	if c.Role != "" {
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), c.Role,
			func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "controlwatch-log" }))
	}
	return cfg, nil
}
