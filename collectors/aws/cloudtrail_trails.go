package aws

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/controlwatch/controlwatch/evidence"
)

// A trail shows in the region it was made in, as a shadow in each further region
// it covers, and if it is an organisation's also in every member account. So
// every region is asked, shadows included, and a trail is stated once, in its
// home region: one homed in a region that is not read does not look absent.
//
// Calls: one for each region + 2 for each trail.
var cloudTrails = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_cloudtrail_trails",
		Doc:         "CloudTrail trails of the account and of its organisation, whatever region they were made in.",
		Populations: []evidence.Population{{Kind: "AuditTrail", Type: "aws.cloudtrail.trail"}},
		Reads:       []string{"ec2:DescribeRegions", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"},
	}),
	reach: global,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := cloudtrail.NewFromConfig(s.config)
		return collectTrails(ctx, s, r, trailReads{
			regions:  ec2.NewFromConfig(s.config).DescribeRegions,
			describe: client.DescribeTrails, status: client.GetTrailStatus, selectors: client.GetEventSelectors,
		})
	},
}

type trailReads struct {
	regions   describeRegions
	describe  func(context.Context, *cloudtrail.DescribeTrailsInput, ...func(*cloudtrail.Options)) (*cloudtrail.DescribeTrailsOutput, error)
	status    func(context.Context, *cloudtrail.GetTrailStatusInput, ...func(*cloudtrail.Options)) (*cloudtrail.GetTrailStatusOutput, error)
	selectors func(context.Context, *cloudtrail.GetEventSelectorsInput, ...func(*cloudtrail.Options)) (*cloudtrail.GetEventSelectorsOutput, error)
}

func trailRegion(region string) func(*cloudtrail.Options) {
	return func(o *cloudtrail.Options) { o.Region = region }
}

func collectTrails(ctx context.Context, s session, r *evidence.Recorder, reads trailReads) error {
	regions := s.regions
	if len(regions) > 0 {
		r.Parameter("settings regions=" + strings.Join(regions, ","))
	} else {
		var err error
		if regions, err = enabledRegions(ctx, reads.regions); err != nil {
			return err
		}
	}
	trails, listErr := allTrails(ctx, r, reads, regions)
	err := each(ctx, trails, func(ctx context.Context, t types.Trail) error {
		return collectTrail(ctx, s, r, reads, t)
	})
	if listErr != nil {
		return listErr
	}
	return err
}

// allTrails are the trails that any of the regions shows, each once, with the
// first error: a region that does not answer could show one that no other does.
func allTrails(ctx context.Context, r *evidence.Recorder, reads trailReads, regions []string) ([]types.Trail, error) {
	var mu sync.Mutex
	byARN := map[string]bool{}
	var trails []types.Trail
	err := each(ctx, regions, func(ctx context.Context, region string) error {
		shown, err := regionTrails(ctx, reads, region)
		if err != nil {
			return err
		}
		r.Page()
		mu.Lock()
		defer mu.Unlock()
		for _, t := range shown {
			if !byARN[*t.TrailARN] {
				byARN[*t.TrailARN] = true
				trails = append(trails, t)
			}
		}
		return nil
	})
	return trails, err
}

// regionTrails are the trails that a region shows. DescribeTrails has no pages.
func regionTrails(ctx context.Context, reads trailReads, region string) ([]types.Trail, error) {
	const operation = "cloudtrail:DescribeTrails"
	out, err := reads.describe(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)}, trailRegion(region))
	if err != nil {
		return nil, unseen(operation, err)
	}
	if out.TrailList == nil {
		return nil, without(operation, "trailList")
	}
	for _, t := range out.TrailList {
		if aws.ToString(t.TrailARN) == "" || aws.ToString(t.HomeRegion) == "" {
			return nil, without(operation, "ARN or home region of a trail")
		}
	}
	return out.TrailList, nil
}

func collectTrail(ctx context.Context, s session, r *evidence.Recorder, reads trailReads, t types.Trail) error {
	body := &evidence.AuditTrail{
		Everywhere:         everywhere(t),
		IntegrityProtected: t.LogFileValidationEnabled,
		Organisation:       t.IsOrganizationTrail,
		// Texts are in the answer only where they are set (CloudTrail API reference, DescribeTrails).
		KeyID:       aws.String(aws.ToString(t.KmsKeyId)),
		Destination: aws.String(aws.ToString(t.S3BucketName)),
		Searchable:  aws.Bool(aws.ToString(t.CloudWatchLogsLogGroupArn) != ""),
	}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: *t.HomeRegion, Kind: "AuditTrail", Type: "aws.cloudtrail.trail",
		ID: *t.TrailARN, Name: aws.ToString(t.Name),
	}}
	// Both answers are of one region only; the home region's are the trail's own.
	home := trailRegion(*t.HomeRegion)
	status, err := reads.status(ctx, &cloudtrail.GetTrailStatusInput{Name: t.TrailARN}, home)
	parseTrailStatus(&fact, status, err)
	selectors, err := reads.selectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: t.TrailARN}, home)
	parseSelectors(&fact, selectors, err)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// everywhere: all regions, and the services that belong to none.
func everywhere(t types.Trail) *bool {
	if t.IsMultiRegionTrail == nil || !*t.IsMultiRegionTrail {
		return t.IsMultiRegionTrail
	}
	return t.IncludeGlobalServiceEvents
}

// parseTrailStatus states how a trail is doing. Times and errors are in the
// answer only where there was a delivery, or one failed (GetTrailStatus); whether
// it is logging is always there.
func parseTrailStatus(fact *evidence.Fact, out *cloudtrail.GetTrailStatusOutput, err error) {
	const operation = "cloudtrail:GetTrailStatus"
	err = unseen(operation, err)
	if err == nil && out.IsLogging == nil {
		err = without(operation, "IsLogging")
	}
	if err != nil {
		for _, field := range []string{"active", "last_delivered", "delivery_error", "last_searchable"} {
			fact.Miss(field, err)
		}
		return
	}
	body := fact.Body.(*evidence.AuditTrail)
	body.Active = out.IsLogging
	body.LastDelivered = evidence.VolatileHour(aws.ToTime(out.LatestDeliveryTime))
	body.DeliveryError = aws.String(aws.ToString(out.LatestDeliveryError))
	body.LastSearchable = evidence.VolatileHour(aws.ToTime(out.LatestCloudWatchLogsDeliveryTime))
}
