package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈certificates/1000⌉.
var acmCertificates = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_acm_certificates",
		Doc:         "Certificates that ACM keeps in a region: until when they hold and whether something presents them.",
		Populations: []evidence.Population{{Kind: "Certificate", Type: "aws.acm.certificate"}},
		Reads:       []string{"acm:ListCertificates"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectCertificates(ctx, s, r, acm.NewFromConfig(s.config, func(o *acm.Options) { o.Region = s.region }).ListCertificates)
	},
}

// collectCertificates asks for every kind of key: unless told otherwise, ACM
// leaves out all certificates but those with RSA keys of 1024 and 2048 bits.
// Source: ACM API reference, Filters, keyTypes.
func collectCertificates(ctx context.Context, s session, r *evidence.Recorder,
	list func(context.Context, *acm.ListCertificatesInput, ...func(*acm.Options)) (*acm.ListCertificatesOutput, error),
) error {
	const operation = "acm:ListCertificates"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := list(ctx, &acm.ListCertificatesInput{
			Includes: &types.Filters{KeyTypes: types.KeyAlgorithm("").Values()}, MaxItems: aws.Int32(1000), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.CertificateSummaryList == nil {
			return nil, without(operation, "CertificateSummaryList")
		}
		for _, c := range out.CertificateSummaryList {
			if aws.ToString(c.CertificateArn) == "" {
				return nil, without(operation, "ARN of a certificate")
			}
			if err := r.Add(certificateFact(s, c)); err != nil {
				return nil, err
			}
		}
		return following(out.NextToken), nil
	})
}

// certificateFact: ACM states no end for a certificate that was never issued.
func certificateFact(s session, c types.CertificateSummary) evidence.Fact {
	body := &evidence.Certificate{Domain: aws.String(aws.ToString(c.DomainName)), InUse: c.InUse, ExpiresAt: utc(c.NotAfter)}
	for into, value := range map[**string]string{&body.Status: string(c.Status), &body.Origin: string(c.Type), &body.KeyAlgorithm: string(c.KeyAlgorithm)} {
		if value != "" {
			*into = aws.String(value)
		}
	}
	if c.RenewalEligibility != "" {
		body.RenewsItself = aws.Bool(c.RenewalEligibility == types.RenewalEligibilityEligible)
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "Certificate", Type: "aws.acm.certificate",
		ID: *c.CertificateArn, Name: *body.Domain,
	}}
	if c.InUse == nil {
		fact.Miss("in_use", without("acm:ListCertificates", "InUse"))
	}
	return fact
}
