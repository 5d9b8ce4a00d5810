package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 2 + OIDC providers. Neither list has pages; the list of SAML providers
// says until when each is valid, so none is asked for by itself.
var identityProviders = collector{
	Collector: declare(evidence.Collector{
		Name: "aws_iam_identity_providers",
		Doc:  "SAML and OIDC providers whose identities the account trusts.",
		Populations: []evidence.Population{
			{Kind: "IdentityProvider", Type: "aws.iam.saml_provider"},
			{Kind: "IdentityProvider", Type: "aws.iam.oidc_provider"},
		},
		Reads: []string{"iam:ListSAMLProviders", "iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := iam.NewFromConfig(s.config)
		return collectIdentityProviders(ctx, s, r, identityProviderReads{
			saml: client.ListSAMLProviders, oidc: client.ListOpenIDConnectProviders, one: client.GetOpenIDConnectProvider,
		})
	},
}

type identityProviderReads struct {
	saml func(context.Context, *iam.ListSAMLProvidersInput, ...func(*iam.Options)) (*iam.ListSAMLProvidersOutput, error)
	oidc func(context.Context, *iam.ListOpenIDConnectProvidersInput, ...func(*iam.Options)) (*iam.ListOpenIDConnectProvidersOutput, error)
	one  func(context.Context, *iam.GetOpenIDConnectProviderInput, ...func(*iam.Options)) (*iam.GetOpenIDConnectProviderOutput, error)
}

// collectIdentityProviders reads two lists; losing one costs that one.
func collectIdentityProviders(ctx context.Context, s session, r *evidence.Recorder, reads identityProviderReads) error {
	if err := collectSAML(ctx, s, r, reads); err != nil {
		r.Miss("aws.iam.saml_provider", err)
	}
	if err := collectOIDC(ctx, s, r, reads); err != nil {
		r.Miss("aws.iam.oidc_provider", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func collectSAML(ctx context.Context, s session, r *evidence.Recorder, reads identityProviderReads) error {
	const operation = "iam:ListSAMLProviders"
	out, err := reads.saml(ctx, &iam.ListSAMLProvidersInput{})
	if err != nil {
		return unseen(operation, err)
	}
	if out.SAMLProviderList == nil {
		return without(operation, "SAMLProviderList")
	}
	for _, p := range out.SAMLProviderList {
		fact, err := providerFact(s, operation, "aws.iam.saml_provider", evidence.ProtocolSAML, p.Arn)
		if err != nil {
			return err
		}
		body := fact.Body.(*evidence.IdentityProvider)
		body.CreatedAt, body.Active = utc(p.CreateDate), aws.Bool(true) // a provider has no switch
		if p.ValidUntil == nil {
			fact.Miss("valid_until", without(operation, "ValidUntil"))
		} else {
			body.ValidUntil = &evidence.Moment{At: p.ValidUntil.UTC()}
		}
		if err := r.Add(fact); err != nil {
			return err
		}
	}
	return nil
}

func collectOIDC(ctx context.Context, s session, r *evidence.Recorder, reads identityProviderReads) error {
	const operation = "iam:ListOpenIDConnectProviders"
	out, err := reads.oidc(ctx, &iam.ListOpenIDConnectProvidersInput{})
	if err != nil {
		return unseen(operation, err)
	}
	if out.OpenIDConnectProviderList == nil {
		return without(operation, "OpenIDConnectProviderList")
	}
	return each(ctx, out.OpenIDConnectProviderList, func(ctx context.Context, p types.OpenIDConnectProviderListEntry) error {
		fact, err := providerFact(s, operation, "aws.iam.oidc_provider", evidence.ProtocolOIDC, p.Arn)
		if err != nil {
			return err
		}
		describeOIDC(ctx, reads, p.Arn, &fact)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.Add(fact)
	})
}

func describeOIDC(ctx context.Context, reads identityProviderReads, arn *string, fact *evidence.Fact) {
	const operation = "iam:GetOpenIDConnectProvider"
	out, err := reads.one(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn})
	if err == nil && aws.ToString(out.Url) == "" {
		err = without(operation, "Url")
	}
	if err != nil {
		for _, field := range []string{"issuer", "client_ids", "thumbprints", "created_at"} {
			fact.Miss(field, unseen(operation, err))
		}
		return
	}
	body := fact.Body.(*evidence.IdentityProvider)
	body.CreatedAt, body.Issuer = utc(out.CreateDate), out.Url
	// Either list may be empty, and is then left out.
	body.ClientIDs = append([]string{}, out.ClientIDList...)
	body.Thumbprints = append([]string{}, out.ThumbprintList...)
}

func providerFact(s session, operation, typ, protocol string, arn *string) (evidence.Fact, error) {
	if aws.ToString(arn) == "" {
		return evidence.Fact{}, without(operation, "ARN of a provider")
	}
	_, name, _ := strings.Cut(*arn, "-provider/")
	body := &evidence.IdentityProvider{Protocol: &protocol, Owner: aws.String(s.account)}
	if protocol == evidence.ProtocolOIDC {
		body.Active = aws.Bool(true)                    // a provider has no switch
		body.ValidUntil = &evidence.Moment{Never: true} // and no metadata that expire
	}
	return evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Kind: "IdentityProvider", Type: typ, ID: *arn, Name: name,
	}}, nil
}
