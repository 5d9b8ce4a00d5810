package aws

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func TestSelectors(t *testing.T) {
	t.Parallel()
	basic := func(kind types.ReadWriteType, management bool, without ...string) types.EventSelector {
		return types.EventSelector{ReadWriteType: kind, IncludeManagementEvents: &management, ExcludeManagementEventSources: without}
	}
	advanced := func(fields ...types.AdvancedFieldSelector) types.AdvancedEventSelector {
		return types.AdvancedEventSelector{FieldSelectors: fields}
	}
	equals := func(field string, values ...string) types.AdvancedFieldSelector {
		return types.AdvancedFieldSelector{Field: &field, Equals: values}
	}
	unequal := func(field string, values ...string) types.AdvancedFieldSelector {
		return types.AdvancedFieldSelector{Field: &field, NotEquals: values}
	}
	management := equals("eventCategory", "Management")

	for name, c := range map[string]struct {
		basic         []types.EventSelector
		advanced      []types.AdvancedEventSelector
		reads, writes bool
		excluded      []string
	}{
		"all management events":                {basic: []types.EventSelector{basic("All", true)}, reads: true, writes: true},
		"reads only":                           {basic: []types.EventSelector{basic("ReadOnly", true)}, reads: true},
		"writes only":                          {basic: []types.EventSelector{basic("WriteOnly", true)}, writes: true},
		"data events only":                     {basic: []types.EventSelector{basic("All", false)}},
		"none":                                 {basic: []types.EventSelector{}},
		"one for reads and one for writes":     {basic: []types.EventSelector{basic("ReadOnly", true), basic("WriteOnly", true)}, reads: true, writes: true},
		"without statements in databases":      {basic: []types.EventSelector{basic("All", true, "rdsdata.amazonaws.com")}, reads: true, writes: true, excluded: []string{"rdsdata.amazonaws.com"}},
		"without key management":               {basic: []types.EventSelector{basic("All", true, "kms.amazonaws.com")}, excluded: []string{"kms.amazonaws.com"}},
		"advanced, all management events":      {advanced: []types.AdvancedEventSelector{advanced(management)}, reads: true, writes: true},
		"advanced, reads":                      {advanced: []types.AdvancedEventSelector{advanced(management, equals("readOnly", "true"))}, reads: true},
		"advanced, writes":                     {advanced: []types.AdvancedEventSelector{advanced(equals("readOnly", "false"), management)}, writes: true},
		"advanced, without key management":     {advanced: []types.AdvancedEventSelector{advanced(management, unequal("eventSource", "kms.amazonaws.com"))}, excluded: []string{"kms.amazonaws.com"}},
		"advanced, without database calls":     {advanced: []types.AdvancedEventSelector{advanced(management, unequal("eventSource", "rdsdata.amazonaws.com"))}, reads: true, writes: true, excluded: []string{"rdsdata.amazonaws.com"}},
		"advanced, of one service":             {advanced: []types.AdvancedEventSelector{advanced(management, equals("eventSource", "iam.amazonaws.com"))}},
		"advanced, of one user":                {advanced: []types.AdvancedEventSelector{advanced(management, equals("userIdentity.arn", "arn:aws:iam::111122223333:user/ada"))}},
		"advanced, data events":                {advanced: []types.AdvancedEventSelector{advanced(equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"))}},
		"advanced, data events beside the all": {advanced: []types.AdvancedEventSelector{advanced(equals("eventCategory", "Data")), advanced(management)}, reads: true, writes: true},
		"advanced, of no category":             {advanced: []types.AdvancedEventSelector{advanced(equals("readOnly", "false"))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &evidence.AuditTrail{}
			fact := evidence.Fact{Body: body}
			parseSelectors(&fact, &cloudtrail.GetEventSelectorsOutput{EventSelectors: c.basic, AdvancedEventSelectors: c.advanced}, nil)
			require.Equal(t, []bool{c.reads, c.writes}, []bool{*body.Reads, *body.Writes})
			require.Equal(t, append([]string{}, c.excluded...), body.ExcludedSources)
			require.Empty(t, fact.Holes)
		})
	}
	t.Run("an answer without a word of selectors says nothing", func(t *testing.T) {
		t.Parallel()
		fact := evidence.Fact{Body: &evidence.AuditTrail{}}
		parseSelectors(&fact, &cloudtrail.GetEventSelectorsOutput{}, nil)
		require.Equal(t, &evidence.AuditTrail{}, fact.Body)
		require.Len(t, fact.Holes, 3)
	})
}

func TestTrails(t *testing.T) {
	t.Parallel()
	trail := func(name, home string) types.Trail {
		return types.Trail{
			TrailARN: aws.String("arn:aws:cloudtrail:" + home + ":111122223333:trail/" + name), Name: &name, HomeRegion: &home,
			IsMultiRegionTrail: aws.Bool(true), IncludeGlobalServiceEvents: aws.Bool(true), LogFileValidationEnabled: aws.Bool(true), IsOrganizationTrail: aws.Bool(false),
		}
	}
	everywhere := trail("everywhere", "us-west-2") // homed in a region that is not read
	shown := map[string][]types.Trail{
		"eu-west-1": {everywhere}, "us-east-1": {everywhere, trail("here", "us-east-1")},
	}
	reads := func(fail string) (trailReads, *[]string) {
		asked := &[]string{}
		where := func(optFns []func(*cloudtrail.Options)) string {
			var o cloudtrail.Options
			for _, f := range optFns {
				f(&o)
			}
			return o.Region
		}
		return trailReads{
			describe: func(_ context.Context, in *cloudtrail.DescribeTrailsInput, o ...func(*cloudtrail.Options)) (*cloudtrail.DescribeTrailsOutput, error) {
				if where(o) == fail {
					return nil, errors.New("no")
				}
				if !*in.IncludeShadowTrails {
					return &cloudtrail.DescribeTrailsOutput{TrailList: []types.Trail{}}, nil
				}
				return &cloudtrail.DescribeTrailsOutput{TrailList: shown[where(o)]}, nil
			},
			status: func(_ context.Context, in *cloudtrail.GetTrailStatusInput, o ...func(*cloudtrail.Options)) (*cloudtrail.GetTrailStatusOutput, error) {
				if *in.Name == *everywhere.TrailARN {
					*asked = append(*asked, where(o))
				}
				return &cloudtrail.GetTrailStatusOutput{IsLogging: aws.Bool(true)}, nil
			},
			selectors: func(context.Context, *cloudtrail.GetEventSelectorsInput, ...func(*cloudtrail.Options)) (*cloudtrail.GetEventSelectorsOutput, error) {
				return &cloudtrail.GetEventSelectorsOutput{EventSelectors: []types.EventSelector{}}, nil
			},
		}, asked
	}
	s := session{account: "111122223333", partition: "aws", regions: []string{"eu-west-1", "us-east-1"}}
	look := func(t *testing.T, fail string) (map[string]evidence.Fact, *[]string, error) {
		t.Helper()
		r := evidence.NewRecorder(evidence.Pull{Populations: cloudTrails.Populations})
		operations, asked := reads(fail)
		err := collectTrails(t.Context(), s, r, operations)
		_, facts := r.Result()
		byName := map[string]evidence.Fact{}
		for _, f := range facts {
			byName[f.Resource.Name] = f
		}
		require.Len(t, facts, len(byName))
		return byName, asked, err
	}

	t.Run("a trail that several regions show is one, asked about at home", func(t *testing.T) {
		t.Parallel()
		facts, asked, err := look(t, "")
		require.NoError(t, err)
		require.Len(t, facts, 2)
		require.Equal(t, "us-west-2", facts["everywhere"].Resource.Region)
		require.Equal(t, []string{"us-west-2"}, *asked)
		require.Equal(t, &evidence.Moment{Never: true}, facts["here"].Body.(*evidence.AuditTrail).LastDelivered)
	})
	t.Run("a region that does not answer leaves the list open, and takes nothing from it", func(t *testing.T) {
		t.Parallel()
		facts, _, err := look(t, "us-east-1")
		require.Equal(t, "cloudtrail:DescribeTrails", evidence.HoleFrom(err).Operation)
		require.Contains(t, facts, "everywhere")
	})
}
