package aws

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

func TestRegionalFeeds(t *testing.T) {
	t.Parallel()
	denied := &evidence.Unseen{Reason: evidence.Denied, Operation: "ec2:DescribeRegions", Err: errors.New("no")}
	known := []evidence.FeedID{
		{Collector: "aws_rds_instances", Scope: evidence.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"}},
		{Collector: "aws_rds_instances", Scope: evidence.Scope{Provider: "aws", Account: "111122223333", Region: "*"}},
		{Collector: "aws_rds_instances", Scope: evidence.Scope{Provider: "aws", Account: "444455556666", Region: "us-west-2"}},
		{Collector: "aws_account", Scope: evidence.Scope{Provider: "aws", Account: "111122223333"}},
	}
	for name, c := range map[string]struct {
		settings, enabled []string
		err               error
		known             []evidence.FeedID
		want              []string // regions of one collector; ! marks an error
	}{
		"every enabled region is planned":                                           {enabled: []string{"a-b-1", "a-b-2"}, known: known, want: []string{"a-b-1", "a-b-2"}},
		"the settings choose among them":                                            {settings: []string{"a-b-2"}, enabled: []string{"a-b-1", "a-b-2"}, want: []string{"a-b-2"}},
		"a chosen region that is not enabled is a hole":                             {settings: []string{"a-b-3"}, enabled: []string{"a-b-1"}, want: []string{"!a-b-3"}},
		"regions that cannot be listed stay as they were, and there may be others":  {err: denied, known: known, want: []string{"eu-west-1", "!*"}},
		"regions that were never listed are one hole":                               {err: denied, want: []string{"!*"}},
		"chosen regions are read although the list of them is denied":               {settings: []string{"a-b-1"}, err: denied, known: known, want: []string{"a-b-1"}},
		"a region that is no longer enabled is no longer planned, none is invented": {enabled: []string{"a-b-1"}, known: known, want: []string{"a-b-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := session{account: "111122223333", regions: c.settings}
			byCollector := map[string][]string{}
			for _, f := range s.regionalFeeds(c.enabled, c.err, c.known) {
				mark := ""
				if f.Err != nil {
					mark = "!"
					require.Equal(t, "ec2:DescribeRegions", evidence.HoleFrom(f.Err).Operation)
				}
				byCollector[f.Collector.Name] = append(byCollector[f.Collector.Name], mark+f.Scope.Region)
			}
			want := map[string][]string{}
			for _, one := range collectors {
				if one.reach == regional && one.Name != changeEvents.Name {
					want[one.Name] = c.want
				}
			}
			require.Contains(t, want, "aws_rds_instances")
			require.Equal(t, want, byCollector)
		})
	}
}

func TestFormerAccounts(t *testing.T) {
	t.Parallel()
	known := []evidence.FeedID{
		{Collector: "aws_account", Scope: evidence.Scope{Provider: "aws", Account: "111122223333"}},
		{Collector: "aws_account", Scope: evidence.Scope{Provider: "aws", Account: "444455556666"}},
		{Collector: "aws_account", Scope: evidence.Scope{Provider: "aws", Account: "default"}}, // planned before the account was known
		{Collector: "aws_gone", Scope: evidence.Scope{Provider: "aws", Account: "444455556666"}},
	}
	got := formerAccounts("111122223333", known)
	require.Len(t, got, 1)
	require.Equal(t, "444455556666", got[0].Scope.Account)
	require.ErrorContains(t, got[0].Err, "the credentials are now of account 111122223333")
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	answer := func(account, arn string) getCallerIdentity {
		return func(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
			return &sts.GetCallerIdentityOutput{Account: &account, Arn: &arn}, nil
		}
	}
	who, err := identity(t.Context(), answer("111122223333", "arn:aws-cn:iam::111122223333:user/ada"))
	require.NoError(t, err)
	require.Equal(t, "aws-cn", who.partition)
	for _, get := range []getCallerIdentity{answer("", "arn:aws:iam::1:user/ada"), answer("111122223333", ""), answer("eleven", "arn:aws:iam::1:user/ada")} {
		_, err := identity(t.Context(), get)
		require.Equal(t, evidence.ProviderError, evidence.HoleFrom(err).Reason)
	}
}

func TestEnabledRegions(t *testing.T) {
	t.Parallel()
	answer := func(regions ...types.Region) describeRegions {
		return func(context.Context, *ec2.DescribeRegionsInput, ...func(*ec2.Options)) (*ec2.DescribeRegionsOutput, error) {
			return &ec2.DescribeRegionsOutput{Regions: regions}, nil
		}
	}
	region := func(name, status string) types.Region {
		return types.Region{RegionName: &name, OptInStatus: aws.String(status)}
	}
	got, err := enabledRegions(t.Context(), answer(region("us-east-1", "opt-in-not-required"), region("af-south-1", "opted-in"), region("ap-east-1", "not-opted-in")))
	require.NoError(t, err)
	require.Equal(t, []string{"af-south-1", "us-east-1"}, got)
	for _, describe := range []describeRegions{answer(), answer(types.Region{}), answer(region("ap-east-1", "not-opted-in"))} {
		_, err := enabledRegions(t.Context(), describe)
		require.Equal(t, evidence.ProviderError, evidence.HoleFrom(err).Reason)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::111122223333:role/path/auditor"
	require.NoError(t, Settings{Regions: []string{"eu-west-1", "us-gov-east-1"}, Roles: []Role{{ARN: role}}}.check())
	for wrong, s := range map[string]Settings{
		`regions[0]: "Ireland" is not a region name`:                       {Regions: []string{"Ireland"}},
		`regions[1]: "eu-west-1" is listed twice`:                          {Regions: []string{"eu-west-1", "eu-west-1"}},
		`roles[0].arn: "auditor" is not a role`:                            {Roles: []Role{{ARN: "auditor"}}},
		`roles[0].arn: "arn:aws:iam::111122223333:user/ada" is not a role`: {Roles: []Role{{ARN: "arn:aws:iam::111122223333:user/ada"}}},
		`roles[1].arn: account 111122223333 is already read`:               {Roles: []Role{{ARN: role}, {ARN: role + "2"}}},
		`skip_own_account: nothing is left to read`:                        {SkipOwnAccount: true},
	} {
		require.ErrorContains(t, s.check(), wrong)
	}
	t.Run("a wrong setting is an error of Open that names the provider", func(t *testing.T) {
		t.Parallel()
		_, err := Provider.Open(connect.Options{Decode: func(into any) error {
			into.(*Settings).Regions = []string{"Ireland"}
			return nil
		}})
		require.ErrorContains(t, err, "aws: regions[0]")
	})
}

// A collector that is declared in a file and not in the list would read nothing, in silence.
func TestEveryCollectorIsListed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	declared, listed := []string{}, []string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			literal, ok := spec.Values[0].(*ast.CompositeLit)
			if !ok {
				return true
			}
			if kind, ok := literal.Type.(*ast.Ident); ok && kind.Name == "collector" {
				declared = append(declared, spec.Names[0].Name)
			}
			if spec.Names[0].Name == "collectors" {
				for _, e := range literal.Elts {
					listed = append(listed, e.(*ast.Ident).Name)
				}
			}
			return true
		})
	}
	require.NotEmpty(t, declared)
	require.ElementsMatch(t, declared, listed, "a collector is declared in a file and missing from the list in collectors.go: add it there")
	names := []string{}
	for _, c := range collectors {
		require.NotContains(t, names, c.Name)
		require.NotNil(t, c.collect, c.Name)
		require.NotEmpty(t, c.Doc, c.Name)
		require.True(t, slices.IsSorted(c.Permissions), c.Name)
		names = append(names, c.Name)
	}
}
