package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"github.com/controlwatch/controlwatch/evidence"
)

const guardDutyFinding = "aws.guardduty.finding"

// Calls: 1 for each region, and where there is a detector 1 + 2 × ⌈findings ÷ 50⌉ more.
var guardDuty = collector{
	Collector: declare(evidence.Collector{
		Name: "aws_guardduty",
		Doc:  "GuardDuty in a region: whether a detector is on, what it looks at, and its findings, archived ones included, for the 90 days that AWS keeps them.",
		Populations: []evidence.Population{
			{Kind: "ThreatDetection", Type: "aws.guardduty.detector"},
			{Kind: "SecurityAlert", Type: guardDutyFinding},
		},
		Reads: []string{"guardduty:ListDetectors", "guardduty:GetDetector", "guardduty:ListFindings", "guardduty:GetFindings"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := guardduty.NewFromConfig(s.config, func(o *guardduty.Options) { o.Region = s.region })
		return collectGuardDuty(ctx, s, r, guardDutyReads{
			detectors: client.ListDetectors, detector: client.GetDetector, list: client.ListFindings, get: client.GetFindings,
		})
	},
}

type guardDutyReads struct {
	detectors func(context.Context, *guardduty.ListDetectorsInput, ...func(*guardduty.Options)) (*guardduty.ListDetectorsOutput, error)
	detector  func(context.Context, *guardduty.GetDetectorInput, ...func(*guardduty.Options)) (*guardduty.GetDetectorOutput, error)
	list      func(context.Context, *guardduty.ListFindingsInput, ...func(*guardduty.Options)) (*guardduty.ListFindingsOutput, error)
	get       func(context.Context, *guardduty.GetFindingsInput, ...func(*guardduty.Options)) (*guardduty.GetFindingsOutput, error)
}

// collectGuardDuty always records the region: whether GuardDuty is on there is
// the question. Where it is not, no findings is not a finding of none.
func collectGuardDuty(ctx context.Context, s session, r *evidence.Recorder, reads guardDutyReads) error {
	body := &evidence.ThreatDetection{}
	fact := evidence.Fact{Body: body, Resource: regionResource(s, "ThreatDetection", "aws.guardduty.detector", "guardduty", "GuardDuty")}
	id, err := detectorID(ctx, r, reads)
	switch {
	case err != nil:
		fact.Miss("enabled", err)
		fact.Miss("features", err)
		r.Miss(guardDutyFinding, err)
	case id == "":
		body.Enabled, body.Features = new(bool), []evidence.DetectionFeature{}
		r.Miss(guardDutyFinding, notEnabled("guardduty:ListDetectors", "GuardDuty is not enabled in "+s.region, "enable GuardDuty in the region"))
	default:
		parseDetector(ctx, &fact, id, reads)
		if err := collectThreats(ctx, s, r, id, reads); err != nil {
			r.Miss(guardDutyFinding, err)
		}
		if body.Enabled != nil && !*body.Enabled { // what it found before it was suspended is there, and nothing since
			r.Miss(guardDutyFinding, notEnabled("guardduty:GetDetector", "GuardDuty is suspended in "+s.region, "enable the detector"))
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// notEnabled is the reason why a service that is off shows no findings.
func notEnabled(operation, what, hint string) error {
	return &evidence.Unseen{Reason: evidence.Disabled, Operation: operation, Err: errors.New(what), Hint: hint}
}

// detectorID is the region's detector; empty: there is none. A region has at most one.
func detectorID(ctx context.Context, r *evidence.Recorder, reads guardDutyReads) (string, error) {
	const operation = "guardduty:ListDetectors"
	var found string
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.detectors(ctx, &guardduty.ListDetectorsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.DetectorIds == nil {
			return nil, without(operation, "detectorIds")
		}
		for _, id := range out.DetectorIds {
			found = id
		}
		return more(out.NextToken), nil
	})
	if err != nil {
		return "", err
	}
	return found, nil
}

// more is the token of the next page at services that write an empty one, or
// none, after the last page, as the SDK's own paginators take it.
func more(token *string) *string {
	if token == nil || *token == "" {
		return nil
	}
	return token
}

func parseDetector(ctx context.Context, fact *evidence.Fact, id string, reads guardDutyReads) {
	const operation = "guardduty:GetDetector"
	out, err := reads.detector(ctx, &guardduty.GetDetectorInput{DetectorId: &id})
	if err = unseen(operation, err); err == nil && out.Status == "" {
		err = without(operation, "status")
	}
	if err != nil {
		fact.Miss("enabled", err)
		fact.Miss("features", err)
		return
	}
	body := fact.Body.(*evidence.ThreatDetection)
	enabled := out.Status == types.DetectorStatusEnabled
	body.Enabled = &enabled
	if out.Features == nil {
		fact.Miss("features", without(operation, "features"))
		return
	}
	body.Features = []evidence.DetectionFeature{}
	for _, f := range out.Features {
		body.Features = append(body.Features, evidence.DetectionFeature{Name: string(f.Name), Enabled: f.Status == types.FeatureStatusEnabled})
	}
}
