package aws

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
)

const (
	looked = "AWS: AWS_ACCESS_KEY_ID, AWS_PROFILE and web identity in the environment, ~/.aws/config and ~/.aws/credentials, SSO, container and instance metadata"
	give   = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`"
)

// detectWithin bounds the search for credentials: longer than a program named
// in ~/.aws/config or an SSO refresh usually takes.
const detectWithin = 10 * time.Second

// detect looks for credentials by the SDK's default chain, and asks whose they
// are, so that the source is named after the account and not after a machine.
func detect(ctx context.Context, o connect.Options) (connect.Detected, error) {
	none := connect.Detected{Looked: looked, Give: give}
	cfg, err := load(ctx, o, Settings{})
	if err != nil {
		return none, fmt.Errorf("aws: %w", err)
	}
	bounded, cancel := context.WithTimeoutCause(ctx, detectWithin, errors.New("the search for AWS credentials took too long"))
	defer cancel()
	found, err := cfg.Credentials.Retrieve(bounded)
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	if err != nil {
		return none, nil // no credentials is not an error; Looked says where they were sought
	}
	c := connection{name: "aws/" + detectedName(o.Env), config: cfg}
	scope := c.source().Scope
	who, err := identity(transport.WithMeter(bounded, transport.NewMeter(discovery, scope)), sts.NewFromConfig(cfg).GetCallerIdentity)
	if err == nil {
		c.name = "aws/" + who.account // where it cannot be asked, discovery will say why
	}
	none.Found = []connect.Source{c.source()}
	none.How = how(found, o.Env)
	return none, nil
}

func detectedName(env func(string) string) string {
	if env != nil && env("AWS_PROFILE") != "" {
		return env("AWS_PROFILE")
	}
	return "default"
}

// how says by which link of the chain the credentials came, e.g.
// "EnvConfigCredentials" or "SharedConfigCredentials: ~/.aws/credentials".
func how(c aws.Credentials, env func(string) string) string {
	s := c.Source
	if env != nil && env("AWS_PROFILE") != "" {
		s += ", AWS_PROFILE " + env("AWS_PROFILE")
	}
	return s
}
