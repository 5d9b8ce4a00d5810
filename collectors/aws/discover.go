package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

// connection is one set of credentials.
type connection struct {
	name    string
	account string // whose account it must be; empty: not known beforehand
	config  aws.Config
	regions []string          // the settings' filter; empty: every enabled region
	events  *connect.EventLog // nil: the event history is not read
}

// session is what a collector reads with: credentials that were asked whose they are.
type session struct {
	config    aws.Config
	account   string
	partition string   // "aws", "aws-cn", "aws-us-gov": part of every ARN
	region    string   // of a regional feed
	regions   []string // the settings' filter
	events    *connect.EventLog
}

// unknownRegions stands for the regions of an account that could not be listed.
const unknownRegions = "*"

// discover asks whose credentials these are and which regions are enabled, and
// plans a feed for every collector and region.
func (c connection) discover(ctx context.Context, known []evidence.FeedID) (connect.Discovery, error) {
	who, err := identity(ctx, sts.NewFromConfig(c.config).GetCallerIdentity)
	if err != nil {
		return connect.Discovery{}, err
	}
	if c.account != "" && c.account != who.account {
		return connect.Discovery{}, &evidence.Unseen{
			Reason: evidence.NotConfigured, Operation: "sts:GetCallerIdentity",
			Err:  fmt.Errorf("the credentials are of account %s, not %s", who.account, c.account),
			Hint: "correct the role's ARN or the credentials",
		}
	}
	s := session{config: c.config, account: who.account, partition: who.partition, regions: c.regions, events: c.events}
	enabled, err := enabledRegions(ctx, ec2.NewFromConfig(c.config).DescribeRegions)
	if ctx.Err() != nil {
		return connect.Discovery{}, context.Cause(ctx)
	}
	d := connect.Discovery{Principal: who.arn}
	d.Feeds = append(s.globalFeeds(), s.regionalFeeds(enabled, err, known)...)
	d.Feeds = append(d.Feeds, formerAccounts(who.account, known)...)
	return d, nil
}

func (s session) globalFeeds() []connect.Feed {
	var out []connect.Feed
	for _, c := range collectors {
		if c.reach == global {
			out = append(out, s.feed(c, ""))
		}
	}
	return out
}

// regionalFeeds plans every regional collector in every region that is to be
// read. Where the regions could not be listed, those of the settings or of the
// last plan are read, and unless the settings name them, a feed says that there
// may be others.
func (s session) regionalFeeds(enabled []string, listErr error, known []evidence.FeedID) []connect.Feed {
	planned := enabled
	switch {
	case len(s.regions) > 0:
		planned = s.regions
	case listErr != nil:
		planned = knownRegions(s.account, known)
	}
	var out []connect.Feed
	for _, c := range collectors {
		if c.reach != regional || c.Name == changeEvents.Name && s.events == nil {
			continue
		}
		for _, region := range planned {
			feed := s.feed(c, region)
			if listErr == nil && !slices.Contains(enabled, region) {
				feed.Err = &evidence.Unseen{
					Reason: evidence.Disabled, Operation: "ec2:DescribeRegions",
					Err:  fmt.Errorf("region %s is not enabled in account %s", region, s.account),
					Hint: "enable it, or take it out of `regions`",
				}
			}
			out = append(out, feed)
		}
		if listErr != nil && len(s.regions) == 0 {
			feed := s.feed(c, unknownRegions)
			feed.Err = listErr
			out = append(out, feed)
		}
	}
	return out
}

func (s session) feed(c collector, region string) connect.Feed {
	s.region = region
	return connect.Feed{
		Collector: c.Collector,
		Scope:     evidence.Scope{Provider: "aws", Account: s.account, Region: region},
		Collect:   func(ctx context.Context, r *evidence.Recorder) error { return c.collect(ctx, s, r) },
	}
}

func knownRegions(account string, known []evidence.FeedID) []string {
	var out []string
	for _, id := range known {
		region := id.Scope.Region
		if id.Scope.Account == account && region != "" && region != unknownRegions && !slices.Contains(out, region) {
			out = append(out, region)
		}
	}
	slices.Sort(out)
	return out
}

// formerAccounts keeps the feeds of an account that these credentials were of
// when the last plan was made: it left our sight, not the world.
func formerAccounts(now string, known []evidence.FeedID) []connect.Feed {
	var out []connect.Feed
	for _, id := range known {
		i := slices.IndexFunc(collectors, func(c collector) bool { return c.Name == id.Collector })
		if i < 0 || id.Scope.Account == now || !accountNumber(id.Scope.Account) {
			continue
		}
		out = append(out, connect.Feed{Collector: collectors[i].Collector, Scope: id.Scope, Err: &evidence.Unseen{
			Reason: evidence.NotConfigured, Operation: "sts:GetCallerIdentity",
			Err:  fmt.Errorf("the credentials are now of account %s", now),
			Hint: "give each account a source of its own: a profile or a role",
		}})
	}
	return out
}

func accountNumber(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// caller is who holds the credentials.
type caller struct{ account, partition, arn string }

type getCallerIdentity func(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)

func identity(ctx context.Context, get getCallerIdentity) (caller, error) {
	const operation = "sts:GetCallerIdentity"
	out, err := get(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return caller{}, unseen(operation, err)
	}
	parsed, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil || !accountNumber(aws.ToString(out.Account)) {
		return caller{}, without(operation, "account and ARN")
	}
	return caller{account: *out.Account, partition: parsed.Partition, arn: *out.Arn}, nil
}

type describeRegions func(context.Context, *ec2.DescribeRegionsInput, ...func(*ec2.Options)) (*ec2.DescribeRegionsOutput, error)

// enabledRegions are the regions enabled in the account, sorted. DescribeRegions
// has no pages. Unless asked for all, AWS names the enabled ones only; moto names
// all of them, so the status decides.
func enabledRegions(ctx context.Context, describe describeRegions) ([]string, error) {
	const operation = "ec2:DescribeRegions"
	out, err := describe(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return nil, unseen(operation, err)
	}
	var names []string
	for _, region := range out.Regions {
		if aws.ToString(region.RegionName) == "" {
			return nil, without(operation, "name of a region")
		}
		if aws.ToString(region.OptInStatus) != "not-opted-in" {
			names = append(names, *region.RegionName)
		}
	}
	if len(names) == 0 {
		return nil, &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: errors.New("the answer holds no region; every account has some")}
	}
	slices.Sort(names)
	return names, nil
}
