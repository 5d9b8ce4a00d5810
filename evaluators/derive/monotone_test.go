package derive_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evaluators/blind"
	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

// Seeing less never turns one derived value into another: it may only make it
// unseen. For all rules, over made-up worlds, with any one collected field not
// observed, any fact stale, or any population not seen to its end.
func TestSeeingLessNeverDerivesOtherwise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		full := drawWorld(r)
		before := derivedValues(derive.All(full))
		less := lose(r, full)
		for path, after := range derivedValues(derive.All(less)) {
			require.Equal(r, before[path], after, path)
		}
	})
}

func lose(r *rapid.T, full evidence.Snapshot) evidence.Snapshot {
	less := full
	less.Facts = append([]evidence.Fact(nil), full.Facts...)
	less.Feeds = append([]evidence.FeedState(nil), full.Feeds...)
	i := rapid.IntRange(0, len(full.Facts)-1).Draw(r, "fact")
	switch rapid.SampledFrom([]string{"field", "field", "field", "stale", "population"}).Draw(r, "loss") {
	case "field":
		fields := blind.Fields(full.Facts[i])
		if len(fields) == 0 {
			return less
		}
		f, err := blind.Without(full.Facts[i], rapid.SampledFrom(fields).Draw(r, "field"))
		require.NoError(r, err)
		less.Facts[i] = f
	case "stale":
		less.Facts[i].Seen = now.Add(-48 * time.Hour)
	default:
		j := rapid.IntRange(0, len(full.Feeds)-1).Draw(r, "feed")
		less.Feeds[j].Last = &evidence.Pull{StartedAt: now, Holes: []evidence.Hole{{Reason: evidence.Truncated}}}
	}
	return less
}

// derivedValues gives every derived leaf that has a value.
func derivedValues(facts []evidence.Fact) map[string]string {
	values := map[string]string{}
	for _, f := range facts {
		v := reflect.ValueOf(f.Body).Elem()
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("derived") == "true" && !v.Field(i).IsNil() {
				leaves(v.Field(i), f.Resource.Type+" "+f.Resource.ID+"."+v.Type().Field(i).Name, values)
			}
		}
	}
	return values
}

func leaves(v reflect.Value, path string, into map[string]string) {
	if openings, ok := reflect.TypeAssert[[]evidence.Opening](v); ok {
		for i, o := range openings {
			if o.Anyone != nil {
				into[fmt.Sprintf("%s[%d]", path, i)] = fmt.Sprint(o.FromPort, o.ToPort, *o.Anyone)
			}
		}
		return
	}
	dated := v.Type() == reflect.TypeFor[*evidence.Moment]() || v.Type() == reflect.TypeFor[*time.Time]()
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct && !dated {
		for i := range v.Elem().NumField() {
			if !v.Elem().Field(i).IsNil() {
				leaves(v.Elem().Field(i), path+"."+v.Elem().Type().Field(i).Name, into)
			}
		}
		return
	}
	if v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[evidence.BackupData]() {
		for i := range v.Len() {
			if use := v.Index(i).FieldByName("InUse"); !use.IsNil() {
				leaves(use, path+"."+v.Index(i).FieldByName("Type").String(), into)
			}
		}
		return
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct {
		for i := range v.Len() {
			element := v.Index(i)
			for j := range element.NumField() {
				if f := element.Field(j); f.Kind() == reflect.String || !f.IsNil() {
					leaves(f, fmt.Sprintf("%s[%d].%s", path, i, element.Type().Field(j).Name), into)
				}
			}
		}
		return
	}
	b, _ := json.Marshal(v.Interface())
	into[path] = string(b)
}

func maybe[T any](r *rapid.T, name string, values ...T) *T {
	i := rapid.IntRange(-1, len(values)-1).Draw(r, name)
	if i < 0 {
		return nil
	}
	return &values[i]
}

func drawWorld(r *rapid.T) evidence.Snapshot {
	facts := []evidence.Fact{
		fact("Account", "aws.account", account, drawAccount(r)),
		fact("Datastore", "aws.s3.bucket", "arn:aws:s3:::data", &evidence.Datastore{S3: drawBucket(r)}),
		fact("Datastore", "aws.rds.db_instance", "db", &evidence.Datastore{RDS: &evidence.RDSInstance{PubliclyAccessible: maybe(r, "accessible", true, false)}}),
		fact("BranchRule", "github.branch", "branch", drawBranch(r)),
		fact("NetworkRule", "aws.ec2.security_group", "group", drawGroup(r)),
		fact("Workload", "aws.lambda.function", "function", &evidence.Workload{Lambda: drawFunction(r)}),
		fact("Datastore", "aws.ec2.snapshot", "snapshot", &evidence.Datastore{EBS: maybe(r, "disk", evidence.EBSDisk{}, evidence.EBSDisk{RestorableByAll: new(true)})}),
		fact("DatastoreDefaults", "aws.s3.account", "defaults", &evidence.DatastoreDefaults{PublicAccessBlock: drawBlock(r)}),
	}
	for _, id := range []string{"t1", "t2"} {
		facts = append(facts, fact("AuditTrail", "aws.cloudtrail.trail", id, drawTrail(r)))
	}
	for _, id := range []string{"c1", "c2"} {
		facts = append(facts, fact("ConfigurationRecorder", "aws.config.recorder", id, &evidence.ConfigurationRecorder{
			Exists: maybe(r, "exists", true, false), Recording: maybe(r, "recording", true, false), GlobalTypes: maybe(r, "global", true, false),
		}))
	}
	facts = append(facts, drawData(r)...)
	for _, id := range []string{"u1", "u2"} {
		facts = append(facts, fact("User", "aws.iam.user", id, &evidence.User{
			Status: maybe(r, "status", "active", "deactivated"), Admin: maybe(r, "admin", true, false),
			PasswordSignIn: maybe(r, "password", true, false), Rights: drawRights(r),
		}))
	}
	facts = append(facts, drawOkta(r)...)
	facts = append(facts, drawPeople(r)...)
	return world(append(facts, drawIdentities(r)...)...)
}

// drawTrail is mostly a full one, or little could be lost.
func drawTrail(r *rapid.T) *evidence.AuditTrail {
	return &evidence.AuditTrail{
		Active: maybe(r, "active", true, true, true, false), Everywhere: maybe(r, "everywhere", true, true, true, false),
		Reads: maybe(r, "reads", true, true, true), Writes: maybe(r, "writes", true, true, true), DeliveryError: maybe(r, "delivery", "", "", "NoSuchBucket"),
		LastDelivered: maybe(r, "delivered", evidence.Moment{Never: true}, evidence.Moment{At: now}, evidence.Moment{At: now.Add(-time.Hour)}),
	}
}

func drawBlock(r *rapid.T) *evidence.PublicAccessBlock {
	if rapid.IntRange(0, 4).Draw(r, "no block") == 0 {
		return nil
	}
	return &evidence.PublicAccessBlock{
		IgnorePublicACLs: maybe(r, "ignore", true, false), RestrictPublicBuckets: maybe(r, "restrict", true, false),
		BlockPublicACLs: maybe(r, "acls", true, false), BlockPublicPolicy: maybe(r, "policy", true, false),
	}
}

func drawBucket(r *rapid.T) *evidence.S3Bucket {
	deny := evidence.PolicyStatement{Effect: "Deny", Principal: anyone, Action: []string{"s3:*"}, Resource: []string{"*"}, Condition: conditions{"Bool": {"aws:SecureTransport": {"false"}}}}
	grants := maybe(r, "grants", []evidence.ACLGrant{}, []evidence.ACLGrant{{Grantee: "http://acs.amazonaws.com/groups/global/AllUsers"}})
	b := &evidence.S3Bucket{
		Policy:            maybe(r, "document", evidence.PolicyDocument{Absent: true}, *allow(nil), *policy(deny), *policy(deny, allow(nil).Statements[0]), evidence.PolicyDocument{}),
		PublicAccessBlock: drawBlock(r),
		Ownership:         maybe(r, "ownership", "", "BucketOwnerEnforced"),
	}
	if grants != nil {
		b.Grants = *grants
	}
	return b
}

func drawBranch(r *rapid.T) *evidence.BranchRule {
	b := &evidence.BranchRule{}
	if rapid.Bool().Draw(r, "own") {
		b.Own = &evidence.Protection{
			Exists: maybe(r, "exists", true, false), PullRequestRequired: maybe(r, "pr", true, false), Approvals: maybe(r, "approvals", int64(0), 1, 3),
			AdminsBound: maybe(r, "bound", true, false), DeletionBlocked: maybe(r, "deletion", true, false),
		}
		if checks := maybe(r, "checks", []string{}, []string{"test"}); checks != nil {
			b.Own.StatusChecks = *checks
		}
	}
	if rules := maybe(r, "rules", []evidence.BranchRulesetRule{}, []evidence.BranchRulesetRule{{RulesetID: 1, Type: "pull_request", Approvals: 2}}, []evidence.BranchRulesetRule{{RulesetID: 1, Type: "deletion"}}); rules != nil {
		b.Rules = *rules
	}
	if bypasses := maybe(r, "bypasses", []evidence.RulesetBypass{}, []evidence.RulesetBypass{{RulesetID: 1, Actor: "Team:1", Mode: "always"}}); bypasses != nil {
		b.Bypasses = *bypasses
	}
	return b
}

// drawData is what a backup service looks after, and what else policies protect.
func drawData(r *rapid.T) []evidence.Fact {
	documents := []evidence.PolicyDocument{{Absent: true}, *allow(nil), {}}
	table := &evidence.Datastore{}
	cluster := &evidence.Datastore{RDS: &evidence.RDSInstance{Engine: maybe(r, "engine", "postgres", "aurora-mysql")}}
	snapshot := &evidence.Datastore{}
	if shared := maybe(r, "shared", []string{}, []string{"all"}); shared != nil {
		snapshot.SharedWith = *shared
	}
	images := &evidence.Artifact{ScanOnPush: maybe(r, "scan on push", true, false), Scanning: maybe(
		r, "scanning", evidence.RegistryScanning{Type: "BASIC"}, evidence.RegistryScanning{Type: "ENHANCED"},
		evidence.RegistryScanning{Type: "ENHANCED", Rules: []evidence.ScanningRule{{Frequency: "CONTINUOUS_SCAN", Filters: []string{"*"}}}},
	)}
	facts := []evidence.Fact{
		fact("BackupService", "aws.backup.region", "backup", &evidence.BackupService{}),
		fact("Datastore", "aws.rds.db_cluster", "cluster", cluster),
		fact("Datastore", "aws.rds.db_snapshot", "snapshot", snapshot),
		fact("EncryptionKey", "aws.kms.key", "key", &evidence.EncryptionKey{Policy: maybe(r, "key policy", documents...)}),
		fact("Queue", "aws.sqs.queue", "queue", &evidence.Queue{Policy: maybe(r, "queue policy", documents...)}),
		fact("Artifact", "aws.ecr.repository", "images", images),
		fact("ProtectedResource", "aws.backup.protected_resource", "db", &evidence.ProtectedResource{LastBackup: maybe(r, "copied", evidence.Moment{Never: true}, evidence.Moment{At: now})}),
	}
	if rapid.Bool().Draw(r, "a table") {
		facts = append(facts, fact("Datastore", "aws.dynamodb.table", "table", table))
	}
	return facts
}

func drawGroup(r *rapid.T) *evidence.NetworkRule {
	g := &evidence.NetworkRule{}
	if rapid.IntRange(0, 4).Draw(r, "no rules") == 0 {
		return g
	}
	g.Inbound = []evidence.TrafficRule{}
	for range rapid.IntRange(0, 3).Draw(r, "rules") {
		rule := evidence.TrafficRule{Protocol: rapid.SampledFrom([]string{"tcp", "udp", "icmp", "all"}).Draw(r, "protocol"), FromPort: 20, ToPort: 25}
		if networks := maybe(r, "networks", []string{}, []string{"0.0.0.0/0"}, []string{"10.0.0.0/8", "::/0"}, []string{"no network"}); networks != nil {
			rule.Networks = *networks
		}
		g.Inbound = append(g.Inbound, rule)
	}
	return g
}

func drawFunction(r *rapid.T) *evidence.LambdaFunction {
	f := &evidence.LambdaFunction{Policy: maybe(r, "callers", evidence.PolicyDocument{Absent: true}, *allow(nil), evidence.PolicyDocument{})}
	if urls := maybe(r, "urls", []evidence.FunctionURL{}, []evidence.FunctionURL{{AuthType: "AWS_IAM"}}, []evidence.FunctionURL{{AuthType: "NONE"}}); urls != nil {
		f.URLs = *urls
	}
	return f
}
