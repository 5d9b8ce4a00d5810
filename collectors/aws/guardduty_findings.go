package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// findingsPerPage is the most that ListFindings gives and GetFindings takes.
const findingsPerPage = 50

// collectThreats reads every finding of a detector. Without a criterion
// ListFindings names archived ones too (GuardDuty API reference, ListFindings).
func collectThreats(ctx context.Context, s session, r *evidence.Recorder, detector string, reads guardDutyReads) error {
	const operation = "guardduty:ListFindings"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.list(ctx, &guardduty.ListFindingsInput{DetectorId: &detector, MaxResults: aws.Int32(findingsPerPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.FindingIds == nil {
			return nil, without(operation, "findingIds")
		}
		if len(out.FindingIds) > 0 {
			if err := collectThreatPage(ctx, s, r, detector, out.FindingIds, reads); err != nil {
				return nil, err
			}
		}
		return more(out.NextToken), nil
	})
}

func collectThreatPage(ctx context.Context, s session, r *evidence.Recorder, detector string, ids []string, reads guardDutyReads) error {
	const operation = "guardduty:GetFindings"
	out, err := reads.get(ctx, &guardduty.GetFindingsInput{DetectorId: &detector, FindingIds: ids})
	if err != nil {
		return unseen(operation, err)
	}
	got := map[string]bool{}
	for _, f := range out.Findings {
		if aws.ToString(f.Arn) == "" || aws.ToString(f.Id) == "" {
			return without(operation, "id or ARN of a finding")
		}
		got[*f.Id] = true
		if err := r.Add(threatFact(s, f)); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if !got[id] {
			return without(operation, "finding "+id+", which the list names")
		}
	}
	return nil
}

// threatFact states a finding. It is as old as its creation: UpdatedAt moves each
// time the same thing happens again, so what never stops would never be old.
// When it was archived, and by whom, GuardDuty does not say.
func threatFact(s session, f types.Finding) evidence.Fact {
	const operation = "guardduty:GetFindings"
	body := &evidence.SecurityAlert{
		About: aws.String(evidence.AlertThreat), Title: aws.String(aws.ToString(f.Title)), Identifier: aws.String(""),
		Subject: aws.String(inAccount(s, f.AccountId, threatSubject(f.Resource))),
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "SecurityAlert", Type: guardDutyFinding,
		ID: *f.Arn, Name: aws.ToString(f.Type),
	}}
	if f.Severity == nil {
		fact.Miss("score", without(operation, "severity of the finding"))
		fact.Miss("severity", without(operation, "severity of the finding"))
	} else {
		body.Score, body.Severity = f.Severity, aws.String(threatSeverity(*f.Severity))
	}
	if opened, err := time.Parse(time.RFC3339, aws.ToString(f.CreatedAt)); err != nil {
		fact.Miss("opened_at", without(operation, "time at which the finding was created"))
	} else {
		body.OpenedAt = utc(&opened)
	}
	switch {
	case f.Service == nil || f.Service.Archived == nil:
		fact.Miss("state", without(operation, "word on whether the finding is archived"))
		fact.Miss("dismissed_as", without(operation, "word on whether the finding is archived"))
	case *f.Service.Archived:
		body.State, body.DismissedAs = aws.String(evidence.AlertDismissed), aws.String("archived")
	default:
		body.State, body.DismissedAs = aws.String(evidence.AlertOpen), aws.String("")
	}
	return fact
}

// inAccount names what a finding is about. An organisation's administrator sees
// the members' findings too; theirs name the account.
func inAccount(s session, account *string, subject string) string {
	if of := aws.ToString(account); of != "" && of != s.account {
		return of + "/" + subject
	}
	return subject
}

// threatSeverity is the word for a severity. Source: GuardDuty user guide,
// "Severity levels of GuardDuty findings".
func threatSeverity(score float64) string {
	switch {
	case score >= 9:
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	}
	return "low"
}

// threatSubject names what a finding is about; for a key it names whose it is.
func threatSubject(r *types.Resource) string {
	switch {
	case r == nil:
		return ""
	case r.InstanceDetails != nil:
		return aws.ToString(r.InstanceDetails.InstanceId)
	case r.EksClusterDetails != nil:
		return aws.ToString(r.EksClusterDetails.Name)
	case r.EcsClusterDetails != nil:
		return aws.ToString(r.EcsClusterDetails.Name)
	case r.LambdaDetails != nil:
		return aws.ToString(r.LambdaDetails.FunctionName)
	case r.RdsDbInstanceDetails != nil:
		return aws.ToString(r.RdsDbInstanceDetails.DbInstanceIdentifier)
	case len(r.S3BucketDetails) > 0:
		return aws.ToString(r.S3BucketDetails[0].Name)
	case r.AccessKeyDetails != nil:
		return aws.ToString(r.AccessKeyDetails.UserName)
	}
	return aws.ToString(r.ResourceType)
}
