package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: 2 for each region.
var configRecorders = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_config_recorders",
		Doc:         "AWS Config in a region: whether the customer's recorder exists, what it records, and whether it works.",
		Populations: []evidence.Population{{Kind: "ConfigurationRecorder", Type: "aws.config.recorder"}},
		Reads:       []string{"configservice:DescribeConfigurationRecorders", "configservice:DescribeConfigurationRecorderStatus"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := configservice.NewFromConfig(s.config, func(o *configservice.Options) { o.Region = s.region })
		return collectRecorders(ctx, s, r, recorderReads{recorders: client.DescribeConfigurationRecorders, status: client.DescribeConfigurationRecorderStatus})
	},
}

type recorderReads struct {
	recorders func(context.Context, *configservice.DescribeConfigurationRecordersInput, ...func(*configservice.Options)) (*configservice.DescribeConfigurationRecordersOutput, error)
	status    func(context.Context, *configservice.DescribeConfigurationRecorderStatusInput, ...func(*configservice.Options)) (*configservice.DescribeConfigurationRecorderStatusOutput, error)
}

func collectRecorders(ctx context.Context, s session, r *evidence.Recorder, reads recorderReads) error {
	body := &evidence.ConfigurationRecorder{}
	fact := evidence.Fact{Body: body, Resource: regionResource(s, "ConfigurationRecorder", "aws.config.recorder", "config", "AWS Config")}
	const list = "configservice:DescribeConfigurationRecorders"
	out, err := reads.recorders(ctx, &configservice.DescribeConfigurationRecordersInput{})
	if err = unseen(list, err); err == nil && out.ConfigurationRecorders == nil {
		err = without(list, "ConfigurationRecorders")
	}
	if err != nil {
		for _, field := range []string{"exists", "all_types", "excluded_types", "global_types"} {
			fact.Miss(field, err)
		}
	} else {
		parseRecorder(&fact, customerRecorder(out.ConfigurationRecorders))
	}
	const status = "configservice:DescribeConfigurationRecorderStatus"
	state, err := reads.status(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err = unseen(status, err); err == nil && state.ConfigurationRecordersStatus == nil {
		err = without(status, "ConfigurationRecordersStatus")
	}
	if err != nil {
		fact.Miss("recording", err)
		fact.Miss("last_status", err)
	} else {
		parseRecorderStatus(body, state.ConfigurationRecordersStatus)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}

// customerRecorder is the recorder that the customer manages. A region has at
// most one; others are of services, record what those need, and name them.
func customerRecorder(all []types.ConfigurationRecorder) *types.ConfigurationRecorder {
	i := slices.IndexFunc(all, func(c types.ConfigurationRecorder) bool { return aws.ToString(c.ServicePrincipal) == "" })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func parseRecorder(fact *evidence.Fact, c *types.ConfigurationRecorder) {
	body := fact.Body.(*evidence.ConfigurationRecorder)
	body.Exists = aws.Bool(c != nil)
	if c == nil {
		body.AllTypes, body.GlobalTypes, body.ExcludedTypes = aws.Bool(false), aws.Bool(false), []string{}
		return
	}
	if c.RecordingGroup == nil {
		err := without("configservice:DescribeConfigurationRecorders", "recordingGroup of the recorder")
		for _, field := range []string{"all_types", "excluded_types", "global_types"} {
			fact.Miss(field, err)
		}
		return
	}
	g := recordedTypes(c.RecordingGroup)
	body.AllTypes, body.GlobalTypes, body.ExcludedTypes = &g.all, &g.global, g.excluded
}

// globalTypes are the types that belong to no region. Source: Config API
// reference, RecordingGroup includeGlobalResourceTypes.
var globalTypes = []types.ResourceType{
	types.ResourceTypeUser, types.ResourceTypeGroup, types.ResourceTypeRole, types.ResourceTypePolicy,
}

type recordedGroup struct {
	all, global bool
	excluded    []string
}

// recordedTypes reads a recording group. Where a strategy is stated it decides;
// older recorders state allSupported alone. Under an exclusion the switch for
// global types does not count (Config API reference, RecordingGroup).
func recordedTypes(g *types.RecordingGroup) recordedGroup {
	out := recordedGroup{excluded: []string{}}
	var strategy types.RecordingStrategyType
	if g.RecordingStrategy != nil {
		strategy = g.RecordingStrategy.UseOnly
	}
	switch {
	case strategy == types.RecordingStrategyTypeExclusionByResourceTypes:
		var without []types.ResourceType
		if g.ExclusionByResourceTypes != nil {
			without = g.ExclusionByResourceTypes.ResourceTypes
		}
		for _, t := range without {
			out.excluded = append(out.excluded, string(t))
		}
		slices.Sort(out.excluded)
		out.all = true
		out.global = !slices.ContainsFunc(globalTypes, func(t types.ResourceType) bool { return slices.Contains(without, t) })
	case strategy == types.RecordingStrategyTypeAllSupportedResourceTypes || (strategy == "" && g.AllSupported):
		out.all, out.global = true, g.IncludeGlobalResourceTypes
	default:
		out.global = !slices.ContainsFunc(globalTypes, func(t types.ResourceType) bool { return !slices.Contains(g.ResourceTypes, t) })
	}
	return out
}

func parseRecorderStatus(body *evidence.ConfigurationRecorder, all []types.ConfigurationRecorderStatus) {
	body.Recording, body.LastStatus = aws.Bool(false), aws.String("")
	i := slices.IndexFunc(all, func(c types.ConfigurationRecorderStatus) bool { return aws.ToString(c.ServicePrincipal) == "" })
	if i >= 0 {
		body.Recording, body.LastStatus = &all[i].Recording, aws.String(string(all[i].LastStatus))
	}
}
