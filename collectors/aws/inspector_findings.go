package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// collectWeaknesses reads every finding in any state. Where Inspector is off and
// there is something it could search, no findings is not a finding of none; where
// there is nothing to search, or that is not known, AWS is asked nothing or the
// reason is passed on.
func collectWeaknesses(ctx context.Context, s session, r *evidence.Recorder, targets []evidence.ScanTarget, reads inspectorReads) error {
	const operation = "inspector2:ListFindings"
	switch on, used := searched(targets); {
	case on:
	case used:
		return notEnabled("inspector2:BatchGetAccountStatus", "Inspector is not enabled in "+s.region, "enable Inspector in the region")
	default:
		return nil
	}
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.findings(ctx, &inspector2.ListFindingsInput{MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Findings == nil {
			return nil, without(operation, "findings")
		}
		for _, f := range out.Findings {
			if aws.ToString(f.FindingArn) == "" {
				return nil, without(operation, "ARN of a finding")
			}
			if err := r.Add(weaknessFact(s, f)); err != nil {
				return nil, err
			}
		}
		return more(out.NextToken), nil
	})
}

// searched says whether anything is searched, or could be on, and whether there
// is anything, or could be, that is not.
func searched(targets []evidence.ScanTarget) (on, used bool) {
	for _, t := range targets {
		on = on || t.On == nil || *t.On
		asked := t.Type == "EC2" || t.Type == "ECR" || t.Type == "LAMBDA"
		used = used || (asked && (t.InUse == nil || *t.InUse))
	}
	return on, used
}

// weaknessFact states a finding. A suppressed one is hidden by a rule, and the
// weakness is still there; a closed one is gone from the system.
func weaknessFact(s session, f types.Finding) evidence.Fact {
	const operation = "inspector2:ListFindings"
	body := &evidence.SecurityAlert{
		About: aws.String(evidence.AlertVulnerability), Title: aws.String(aws.ToString(f.Title)),
		Identifier: aws.String(weaknessName(f)), Score: f.InspectorScore, OpenedAt: utc(f.FirstObservedAt),
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "SecurityAlert", Type: inspectorFinding,
		ID: *f.FindingArn, Name: aws.ToString(f.Title),
	}}
	if f.Severity == "" {
		fact.Miss("severity", without(operation, "severity of the finding"))
	} else {
		body.Severity = aws.String(strings.ToLower(string(f.Severity)))
	}
	if f.FirstObservedAt == nil {
		fact.Miss("opened_at", without(operation, "firstObservedAt of the finding"))
	}
	weaknessState(&fact, f)
	switch {
	case f.FixAvailable == types.FixAvailableYes || f.FixAvailable == types.FixAvailablePartial: // for some of the packages is for some of the system
		body.FixAvailable = aws.Bool(true)
	case f.FixAvailable == types.FixAvailableNo:
		body.FixAvailable = aws.Bool(false)
	case f.Type == types.FindingTypeCodeVulnerability || f.Type == types.FindingTypeNetworkReachability:
		body.FixAvailable = aws.Bool(true) // a flaw in one's own code or settings waits for nobody's fix
	default:
		fact.Miss("fix_available", without(operation, "word on whether there is a fix"))
	}
	if len(f.Resources) > 0 {
		body.Subject = aws.String(inAccount(s, f.AwsAccountId, aws.ToString(f.Resources[0].Id)))
	}
	return fact
}

func weaknessState(fact *evidence.Fact, f types.Finding) {
	body := fact.Body.(*evidence.SecurityAlert)
	body.DismissedAs = aws.String("")
	switch f.Status {
	case types.FindingStatusActive:
		body.State = aws.String(evidence.AlertOpen)
	case types.FindingStatusSuppressed:
		body.State, body.DismissedAs = aws.String(evidence.AlertDismissed), aws.String("suppressed by a rule")
	case types.FindingStatusClosed:
		body.State = aws.String(evidence.AlertFixed)
		// The last change of a closed finding is its closing.
		body.ClosedAt = utc(f.UpdatedAt)
	default:
		body.DismissedAs = nil
		fact.Miss("state", without("inspector2:ListFindings", "status of the finding"))
		fact.Miss("dismissed_as", without("inspector2:ListFindings", "status of the finding"))
	}
}

// weaknessName is the public name of a weakness; findings about code and about
// networks have none.
func weaknessName(f types.Finding) string {
	if f.PackageVulnerabilityDetails == nil {
		return ""
	}
	return aws.ToString(f.PackageVulnerabilityDetails.VulnerabilityId)
}
