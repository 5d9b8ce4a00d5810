package aws

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

// fallbackRegion is asked for what is global where no region is configured.
const fallbackRegion = "us-east-1"

// sessionName is how our assumed roles show in the account's own audit trail.
const sessionName = "controlwatch"

// load makes the SDK's configuration: credentials and endpoints as every AWS
// tool finds them, requests through the seam. It reads files and the
// environment and calls nothing. The calls that the default chain itself makes
// for credentials (SSO, web identity, instance metadata) go by the SDK's own
// client: it makes no others.
func load(ctx context.Context, o connect.Options, s Settings) (aws.Config, error) {
	cfg, err := base(ctx, o, s)
	if err != nil {
		return aws.Config{}, err
	}
	if cfg.Region == "" && len(s.Regions) > 0 {
		cfg.Region = s.Regions[0]
	}
	if cfg.Region == "" {
		cfg.Region = fallbackRegion
	}
	own := http.DefaultTransport
	if buildable, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		own = buildable.GetTransport() // with the CA bundle, if one is configured
	}
	cfg.HTTPClient = &http.Client{Transport: o.Seam.Over(own, policy), CheckRedirect: stay}
	cfg.Retryer = retryer(cfg.RetryMode)
	if cfg.Credentials != nil {
		cfg.Credentials = named(cfg.Credentials, "check the AWS credentials: `aws sts get-caller-identity` must work")
	}
	return cfg, nil
}

func base(ctx context.Context, o connect.Options, s Settings) (aws.Config, error) {
	if otherEnvironment(o.Env) && s.Profile == "" {
		return fromEnvironment(o.Env)
	}
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		config.WithEC2RoleCredentialOptions(func(c *ec2rolecreds.Options) { c.Client = instanceMetadata() }),
	}
	if s.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(s.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w (check AWS_PROFILE, `profile` and ~/.aws/config)", err)
	}
	return cfg, nil
}

// otherEnvironment says that we were given an environment that is not the
// process's. The SDK reads only the process's, so then it is not asked.
func otherEnvironment(env func(string) string) bool {
	return env != nil && env("AWS_ACCESS_KEY_ID") != "" && env("AWS_ACCESS_KEY_ID") != os.Getenv("AWS_ACCESS_KEY_ID")
}

func fromEnvironment(env func(string) string) (aws.Config, error) {
	cfg := aws.Config{
		Region:     env("AWS_REGION"),
		HTTPClient: awshttp.NewBuildableClient(),
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(
			env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), env("AWS_SESSION_TOKEN"),
		)),
	}
	if endpoint := env("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	if mode := env("AWS_RETRY_MODE"); mode != "" {
		parsed, err := aws.ParseRetryMode(mode)
		if err != nil {
			return aws.Config{}, fmt.Errorf("AWS_RETRY_MODE is %q; give standard or adaptive", mode)
		}
		cfg.RetryMode = parsed
	}
	return cfg, nil
}

// instanceMetadata asks the machine for its role, and gives up soon: off AWS
// its address may swallow packets, and on AWS it answers within milliseconds.
func instanceMetadata() *imds.Client {
	return imds.New(imds.Options{
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(500 * time.Millisecond),
		Retryer:    retry.AddWithMaxAttempts(retry.NewStandard(), 2),
	})
}

// assume gives a copy of the configuration that acts in a role.
func assume(cfg aws.Config, role Role) aws.Config {
	client := sts.NewFromConfig(cfg)
	provider := stscreds.NewAssumeRoleProvider(client, role.ARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
		if role.ExternalID != "" {
			o.ExternalID = &role.ExternalID
		}
	})
	out := cfg.Copy()
	out.Credentials = named(aws.NewCredentialsCache(provider),
		"allow sts:AssumeRole on "+role.ARN+" here, and in its trust policy allow this principal and external id")
	return out
}

// stay follows no redirect: AWS answers none of our reads with one that leads to an answer.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// attempts is how often a call is tried before its failure is a hole, unless
// AWS_MAX_ATTEMPTS or max_attempts of the profile says otherwise.
const attempts = 6

// retryer makes what repeats throttled and failed attempts: adaptive, which
// slows down as a whole when it is throttled, unless AWS_RETRY_MODE or the
// profile asks for the standard one. What the guard refused, or what is not the
// answer, would be so again.
func retryer(mode aws.RetryMode) func() aws.Retryer {
	standard := func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(notAgain)}, o.Retryables...)
	}
	if mode == aws.RetryModeStandard {
		return func() aws.Retryer { return retry.NewStandard(standard) }
	}
	return func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, standard)
		})
	}
}

// credentialsError is a failure to get credentials, as opposed to one of the call they were for.
type credentialsError struct {
	err  error
	hint string
}

func (e *credentialsError) Error() string { return "get credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

type namedProvider struct {
	aws.CredentialsProvider
	hint string
}

// named marks the errors of a provider as being about credentials.
func named(p aws.CredentialsProvider, hint string) aws.CredentialsProvider {
	return namedProvider{p, hint}
}

func (p namedProvider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := p.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialsError{err: err, hint: p.hint}
	}
	return c, nil
}
