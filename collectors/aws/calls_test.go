package aws_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// calls is how many calls one pull of a collector makes: for people, and over
// what a pull of the sample company held, whose lists all have one page.
type calls struct {
	formula string
	of      func(held) int
}

// held is what one pull brought.
type held struct {
	facts map[string]int // by the last part of the type
	ops   map[string]int // calls by operation, for quantities that are no facts
}

func (h held) each(first, per int, kind string) int { return first + per*h.facts[kind] }

// some is n where there is anything of a kind.
func (h held) some(n int, kind string) int {
	if h.facts[kind] == 0 {
		return 0
	}
	return n
}

func fixed(n int) func(held) int { return func(held) int { return n } }

var callsOf = map[string]calls{
	"aws_access_analyzers":       {"⌈analysers/100⌉", fixed(1)},
	"aws_account":                {"8 + ⌈virtual devices/100⌉ + ⌈accounts of the organisation/20⌉ + one for each wait for the credential report", func(h held) int { return 10 + h.ops["iam:GenerateCredentialReport"] }},
	"aws_acm_certificates":       {"⌈certificates/1000⌉", fixed(1)},
	"aws_backup_protected":       {"⌈protected resources/1000⌉", fixed(1)},
	"aws_backup_service":         {"⌈plans/1000⌉ + 2 × plans + ⌈jobs/1000⌉ + ⌈restores/1000⌉", func(h held) int { return 3 + 2*h.ops["backup:GetBackupPlan"] }},
	"aws_change_events":          {"⌈events that write since the last pull/50⌉; where these are more than 40 pages, ⌈events/50⌉ of each kept operation", fixed(1)},
	"aws_cloudtrail_trails":      {"regions + 2 × trails", func(h held) int { return 2 + 2*h.facts["trail"] }},
	"aws_config_recorders":       {"2", fixed(2)},
	"aws_dynamodb_tables":        {"⌈tables/100⌉ + 3 × tables", func(h held) int { return h.each(1, 3, "table") }},
	"aws_ec2_defaults":           {"3", fixed(3)},
	"aws_ec2_instances":          {"⌈instances/1000⌉, and with any 2 × ⌈managed/50⌉", func(h held) int { return 1 + h.some(2, "instance") }},
	"aws_ec2_security_groups":    {"⌈groups/1000⌉ + ⌈interfaces/1000⌉ + prefix lists that rules name", func(h held) int { return 2 + h.ops["ec2:GetManagedPrefixListEntries"] }},
	"aws_ec2_snapshots":          {"⌈snapshots/1000⌉, and with any ⌈public ones/1000⌉", func(h held) int { return 1 + h.some(1, "snapshot") }},
	"aws_ec2_volumes":            {"⌈volumes/1000⌉", fixed(1)},
	"aws_ecr_repositories":       {"⌈repositories/1000⌉, and with any 1", func(h held) int { return 1 + h.some(1, "repository") }},
	"aws_efs_file_systems":       {"⌈file systems/1000⌉ + file systems", func(h held) int { return h.each(1, 1, "file_system") }},
	"aws_elb_load_balancers":     {"⌈balancers/400⌉ + balancers + HTTP listeners", func(h held) int { return h.each(1, 1, "load_balancer") + h.ops["elasticloadbalancingv2:DescribeRules"] }},
	"aws_guardduty":              {"1, and where there is a detector 1 + 2 × ⌈findings/50⌉", func(h held) int { return 1 + 3*h.ops["guardduty:GetDetector"] }},
	"aws_iam_access_keys":        {"⌈users/100⌉ + users + keys", func(h held) int { return h.each(1, 1, "access_key") + h.ops["iam:ListAccessKeys"] }},
	"aws_iam_authorization":      {"⌈users, groups, roles and policies in use/1000⌉", fixed(1)},
	"aws_iam_identity_providers": {"2 + OIDC providers", func(h held) int { return h.each(2, 1, "oidc_provider") }},
	"aws_iam_password_policy":    {"1", fixed(1)},
	"aws_iam_users":              {"⌈users/100⌉ + ⌈users/1000⌉ + users + 1 + one for each wait for the credential report", func(h held) int { return h.each(3, 1, "user") + h.ops["iam:GenerateCredentialReport"] }},
	"aws_identity_center": {"1, and with an instance 1 + ⌈sets/100⌉ + sets × (5 + accounts it is in) + 2 × AWS policies in sets + ⌈users/100⌉ + ⌈groups/100⌉ + groups", func(h held) int {
		sets := h.ops["ssoadmin:DescribePermissionSet"]
		if sets == 0 {
			return 1
		}
		return 4 + 5*sets + h.ops["ssoadmin:ListAccountAssignments"] + 2*h.ops["iam:GetPolicy"] + h.ops["identitystore:ListGroupMemberships"]
	}},
	"aws_inspector": {"4, and where it is on ⌈findings/100⌉", func(h held) int { return 4 + h.some(1, "finding") }},
	"aws_kms_keys": {"⌈keys/1000⌉ + keys, AWS's own included, + 1 for each customer key + 1 for each that can be rotated", func(h held) int {
		return h.each(1, 1, "key") + h.ops["kms:DescribeKey"] + h.ops["kms:GetKeyRotationStatus"]
	}},
	"aws_lambda_functions":      {"⌈functions/50⌉ + 2 × functions", func(h held) int { return h.each(1, 2, "function") }},
	"aws_log_groups":            {"⌈log groups/50⌉", fixed(1)},
	"aws_rds_cluster_snapshots": {"⌈manual cluster snapshots/100⌉ + each", func(h held) int { return h.each(1, 1, "db_cluster_snapshot") }},
	"aws_rds_clusters":          {"⌈clusters/100⌉, and with any ⌈instances/100⌉", func(h held) int { return 1 + h.some(1, "db_cluster") }},
	"aws_rds_instances":         {"⌈instances/100⌉", fixed(1)},
	"aws_rds_snapshots":         {"⌈manual snapshots/100⌉ + each", func(h held) int { return h.each(1, 1, "db_snapshot") }},
	"aws_s3_account":            {"1", fixed(1)},
	"aws_s3_buckets":            {"⌈buckets/1000⌉ + 9 × buckets", func(h held) int { return 1 + 9*h.ops["s3:GetBucketLocation"] }},
	"aws_secrets":               {"⌈secrets/100⌉", fixed(1)},
	"aws_security_hub":          {"1, and where it is on ⌈standards/100⌉", func(h held) int { return 1 + h.ops["securityhub:GetEnabledStandards"] }},
	"aws_sns_topics":            {"⌈topics/100⌉ + topics", func(h held) int { return h.each(1, 1, "topic") }},
	"aws_sqs_queues":            {"⌈queues/1000⌉ + queues", func(h held) int { return h.each(1, 1, "queue") }},
	"aws_vpcs":                  {"2 + networks", func(h held) int { return h.each(2, 1, "vpc") }},
}

// A scan makes the calls that docs/performance.md says, and no more.
func TestCallsAreAsDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	for _, c := range cwaws.Provider.Collectors {
		require.Contains(t, string(doc), fmt.Sprintf("| `%s` | %s |\n", c.Name, callsOf[c.Name].formula), "a row of the calls' table")
	}
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	got := run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", anyone), sampleSettings)
	})
	for _, p := range got.pulls {
		made := 0
		for _, n := range p.OperationCounts {
			made += n
		}
		h := held{facts: map[string]int{}, ops: p.OperationCounts}
		for _, facts := range got.facts {
			for _, f := range facts {
				if p.Owns(f.Resource.Type) && (p.Scope.Region == "" || f.Resource.Region == p.Scope.Region) {
					h.facts[lastPart(f.Resource)]++
				}
			}
		}
		require.Equal(t, callsOf[p.Collector].of(h), made, "%s in %q: %v", p.Collector, p.Scope.Region, p.OperationCounts)
	}
}

func lastPart(r evidence.Resource) string {
	last := 0
	for i, c := range r.Type {
		if c == '.' {
			last = i + 1
		}
	}
	return r.Type[last:]
}
