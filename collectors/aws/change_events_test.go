package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/evidence"
)

var monday = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// region is a log that answers as LookupEvents is documented to.
type region struct {
	t      *testing.T
	events []map[string]any // newest first
	texts  map[string]string
	asked  []cloudtrail.LookupEventsInput
	fail   func(n int) error
}

func (r *region) look(_ context.Context, in *cloudtrail.LookupEventsInput, _ ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	r.asked = append(r.asked, *in)
	if r.fail != nil {
		if err := r.fail(len(r.asked)); err != nil {
			return nil, err
		}
	}
	require.Len(r.t, in.LookupAttributes, 1, "LookupEvents takes one attribute")
	require.EqualValues(r.t, 50, *in.MaxResults)
	key, value := in.LookupAttributes[0].AttributeKey, *in.LookupAttributes[0].AttributeValue
	var all []types.Event
	for _, e := range r.events {
		at, err := time.Parse(time.RFC3339, e["eventTime"].(string))
		require.NoError(r.t, err)
		if at.Before(*in.StartTime) || at.After(*in.EndTime) || key == types.LookupAttributeKeyEventName && e["eventName"] != value {
			continue
		}
		all = append(all, types.Event{EventName: awssdk.String(e["eventName"].(string)), CloudTrailEvent: awssdk.String(r.text(e))})
	}
	from := 0
	if in.NextToken != nil {
		_, err := fmt.Sscanf(*in.NextToken, "from %d", &from)
		require.NoError(r.t, err)
	}
	out := &cloudtrail.LookupEventsOutput{Events: []types.Event{}}
	to := min(from+50, len(all))
	out.Events = append(out.Events, all[from:to]...)
	if to < len(all) {
		out.NextToken = awssdk.String(fmt.Sprintf("from %d", to))
	}
	return out, nil
}

// text is the record of an event, written once.
func (r *region) text(e map[string]any) string {
	id := e["eventID"].(string)
	if r.texts[id] == "" {
		text, err := json.Marshal(e)
		require.NoError(r.t, err)
		if r.texts == nil {
			r.texts = map[string]string{}
		}
		r.texts[id] = string(text)
	}
	return r.texts[id]
}

func event(id, source, name string, at time.Time, parameters map[string]any) map[string]any {
	return map[string]any{
		"eventID": id, "eventSource": source + ".amazonaws.com", "eventName": name, "eventTime": at.Format(time.RFC3339), "awsRegion": "eu-west-1",
		"userIdentity": map[string]any{"type": "IAMUser", "userName": "linus"}, "requestParameters": parameters,
	}
}

func bucketEvent(id string, at time.Time) map[string]any {
	return event(id, "s3", "PutBucketPolicy", at, map[string]any{"bucketName": "b-" + id, "bucketPolicy": "secret-of-the-policy"})
}

// reader is a source that lives on between pulls.
type reader struct {
	session session
	now     time.Time
}

func newReader(region string, days int, only ...string) *reader {
	r := &reader{now: monday}
	r.session = session{account: "111122223333", partition: "aws", region: region, regions: only, events: &connect.EventLog{Days: days, Clock: func() time.Time { return r.now }}}
	return r
}

func (r *reader) pull(t *testing.T, look lookup) (evidence.Pull, map[string]*evidence.ChangeEvent, error) {
	t.Helper()
	rec := evidence.NewRecorder(evidence.Pull{Populations: changeEvents.Populations})
	err := collectChangeEvents(t.Context(), r.session, rec, look)
	pull, facts := rec.Result()
	byID := map[string]*evidence.ChangeEvent{}
	for _, f := range facts {
		byID[f.Resource.ID] = f.Body.(*evidence.ChangeEvent)
	}
	require.Len(t, byID, len(facts))
	return pull, byID, err
}

func TestEventsAreReadOn(t *testing.T) {
	t.Parallel()
	log := &region{t: t, events: []map[string]any{bucketEvent("2", monday.Add(-time.Hour)), bucketEvent("1", monday.Add(-26*time.Hour)), bucketEvent("0", monday.Add(-100*time.Hour))}}
	r := newReader("eu-west-1", 2)
	pull, got, err := r.pull(t, log.look)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Contains(t, pull.Parameters, "days back: 2")
	require.Contains(t, pull.Parameters, "shows each beginning and end of: aws.lambda.function, aws.s3.bucket")
	require.Equal(t, monday.AddDate(0, 0, -2), *log.asked[0].StartTime)

	t.Log("the next reads on, an hour back, and states what is not too old yet")
	r.now = r.now.Add(12 * time.Hour)
	log.events = append([]map[string]any{bucketEvent("4", r.now.Add(-time.Minute)), bucketEvent("3", monday.Add(-30*time.Minute))}, log.events...) // 3 came late
	_, got, err = r.pull(t, log.look)
	require.NoError(t, err)
	require.Len(t, got, 4)
	require.Equal(t, monday.Add(-time.Hour), *log.asked[len(log.asked)-1].StartTime)

	t.Log("one that fails loses nothing, and what it missed is read by the next")
	r.now = r.now.Add(12 * time.Hour)
	log.events = append([]map[string]any{bucketEvent("5", r.now.Add(-6*time.Hour))}, log.events...)
	log.fail = func(int) error { return errors.New("down") }
	_, got, err = r.pull(t, log.look)
	require.Error(t, err)
	require.Len(t, got, 3, "1 is older than two days by now")
	require.NotContains(t, got, "1")
	log.fail = nil
	r.now = r.now.Add(time.Hour)
	_, got, err = r.pull(t, log.look)
	require.NoError(t, err)
	require.Contains(t, got, "5")

	t.Log("after a restart everything is read again; a clock that was set back too")
	again := newReader("eu-west-1", 2)
	again.now = r.now
	_, anew, err := again.pull(t, log.look)
	require.NoError(t, err)
	require.Equal(t, got, anew)
	r.now = monday
	_, _, err = r.pull(t, log.look)
	require.NoError(t, err)
	require.Equal(t, monday.AddDate(0, 0, -2), *log.asked[len(log.asked)-1].StartTime)
}

// A busy region is asked for each operation that is kept, and only what is there
// too often even then is a hole.
func TestBusyRegion(t *testing.T) {
	t.Parallel()
	log := &region{t: t}
	for n := range 50*mostWritePages + 1 {
		log.events = append(log.events, event(fmt.Sprint("noise", n), "ssm", "UpdateInstanceInformation", monday.Add(-time.Duration(n)*time.Second), nil))
	}
	log.events = append(log.events, bucketEvent("1", monday.Add(-20*time.Hour)))
	r := newReader("us-east-1", 2)
	_, got, err := r.pull(t, log.look)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Len(t, log.asked, mostWritePages+len(keptNames(r.session)), "one page of each operation")
	require.Contains(t, keptNames(r.session), "CreateUser")
	require.NotContains(t, keptNames(newReader("eu-west-1", 2).session), "CreateUser", "its events are in one region")

	pages := 0
	_, got, err = newReader("eu-west-1", 2).pull(t, func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
		pages++
		text, err := json.Marshal(bucketEvent(fmt.Sprint(pages), monday.Add(-time.Second)))
		return &cloudtrail.LookupEventsOutput{Events: []types.Event{{CloudTrailEvent: awssdk.String(string(text))}}, NextToken: awssdk.String(fmt.Sprint(pages))}, err
	})
	require.Equal(t, evidence.Truncated, evidence.HoleFrom(err).Reason)
	require.Len(t, got, mostWritePages+mostEventPages, "what was read is kept")
}

func TestPagesThatAreCut(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]lookup{
		"no list": func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
			return &cloudtrail.LookupEventsOutput{}, nil
		},
		"the same token for ever": func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
			return &cloudtrail.LookupEventsOutput{Events: []types.Event{}, NextToken: awssdk.String("again")}, nil
		},
		"an event without its record": func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
			return &cloudtrail.LookupEventsOutput{Events: []types.Event{{EventName: awssdk.String("CreateUser")}}}, nil
		},
		"a record that is none": func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
			return &cloudtrail.LookupEventsOutput{Events: []types.Event{{CloudTrailEvent: awssdk.String("<html>")}}}, nil
		},
	} {
		_, got, err := newReader("eu-west-1", 2).pull(t, look)
		require.Error(t, err, name)
		require.Equal(t, lookupEvents, evidence.HoleFrom(err).Operation, name)
		require.Empty(t, got, name)
	}
	r := newReader("eu-west-1", 2)
	log := &region{t: t, fail: func(n int) error {
		if n == 2 {
			return errors.New("cut")
		}
		return nil
	}}
	for n := range 60 {
		log.events = append(log.events, bucketEvent(fmt.Sprint(n), monday.Add(-time.Duration(n+1)*time.Minute)))
	}
	_, got, err := r.pull(t, log.look)
	require.Error(t, err)
	require.Len(t, got, 50)
}

// Where settings leave regions out, buckets can come and go there unseen.
func TestWhatALogShowsWhole(t *testing.T) {
	t.Parallel()
	iam := []string{"aws.iam.access_key", "aws.iam.group", "aws.iam.policy", "aws.iam.user", "aws.lambda.function"}
	for _, c := range []struct {
		region string
		only   []string
		want   []string
	}{
		{"us-east-1", nil, append(slices.Clone(iam), "aws.s3.bucket")},
		{"us-east-1", []string{"us-east-1"}, iam},
		{"eu-west-1", []string{"eu-west-1"}, []string{"aws.lambda.function"}},
	} {
		got := newReader(c.region, 1, c.only...).session.comings()
		slices.Sort(got)
		require.Equal(t, c.want, slices.Compact(got))
	}
	gov := newReader("us-gov-west-1", 1).session
	gov.partition = "aws-us-gov"
	require.Contains(t, gov.comings(), "aws.iam.user")
	// Each of them has both.
	for _, typ := range comings {
		for _, effect := range []string{began, ended} {
			require.True(t, slices.ContainsFunc(changes, func(c change) bool { return c.of.Type == typ && c.effect == effect }), "%s %s", typ, effect)
		}
	}
}

// What a change is of is what a collector of ours states, so that its id can fit.
func TestChangesAreOfWhatIsKept(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range changes {
		require.True(t, slices.ContainsFunc(collectors, func(one collector) bool { return slices.Contains(one.Populations, c.of) }), "%s: no collector states it", c.of.Type)
		for _, name := range c.names {
			require.False(t, seen[c.source+name], "%s is listed twice", name)
			seen[c.source+name] = true
		}
		require.True(t, c.form != "" || len(c.id)+len(c.name) > 0, "%v", c.names)
	}
}

func TestChangeFacts(t *testing.T) {
	t.Parallel()
	s := newReader("eu-west-1", 1).session
	facts := func(change func(map[string]any), source, name, parameters, answer string) []evidence.Fact {
		t.Helper()
		e := event("id", source, name, monday, nil)
		for field, text := range map[string]string{"requestParameters": parameters, "responseElements": answer} {
			if text != "" {
				e[field] = json.RawMessage(text)
			}
		}
		if change != nil {
			change(e)
		}
		text, err := json.Marshal(e)
		require.NoError(t, err)
		got, err := changeFacts(s, string(text))
		require.NoError(t, err)
		return got
	}
	about := func(f evidence.Fact) evidence.ChangedResource { return *f.Body.(*evidence.ChangeEvent).About }
	by := func(f evidence.Fact) evidence.ChangeActor { return *f.Body.(*evidence.ChangeEvent).By }

	for name, c := range map[string]struct {
		source, name, parameters, answer string
		want                             evidence.ChangedResource
	}{
		"a user that began":       {"iam", "CreateUser", `{"userName":"ada"}`, `{"user":{"userId":"AIDA1","userName":"ada"}}`, evidence.ChangedResource{Kind: "User", Type: "aws.iam.user", ID: "AIDA1", Name: "ada"}},
		"a user by name":          {"iam", "AttachUserPolicy", `{"userName":"ada","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`, "", evidence.ChangedResource{Kind: "User", Type: "aws.iam.user", Name: "ada"}},
		"one's own":               {"iam", "UpdateLoginProfile", `{}`, "", evidence.ChangedResource{Kind: "User", Type: "aws.iam.user", Name: "linus"}},
		"a bucket":                {"s3", "DeleteBucketEncryption", `{"bucketName":"b"}`, "", evidence.ChangedResource{Kind: "Datastore", Type: "aws.s3.bucket", Region: "eu-west-1", ID: "arn:aws:s3:::b"}},
		"a bucket made elsewhere": {"s3", "CreateBucket", `{"bucketName":"b","CreateBucketConfiguration":{"LocationConstraint":"eu-north-1"}}`, "", evidence.ChangedResource{Kind: "Datastore", Type: "aws.s3.bucket", Region: "eu-north-1", ID: "arn:aws:s3:::b"}},
		"a database, in its case": {"rds", "DeleteDBInstance", `{"dBInstanceIdentifier":"Orders"}`, "", evidence.ChangedResource{Kind: "Datastore", Type: "aws.rds.db_instance", Region: "eu-west-1", ID: "arn:aws:rds:eu-west-1:111122223333:db:orders"}},
		"a trail by ARN":          {"cloudtrail", "StopLogging", `{"name":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"}`, "", evidence.ChangedResource{Kind: "AuditTrail", Type: "aws.cloudtrail.trail", Region: "eu-west-1", ID: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"}},
		"a setting of the region": {"ec2", "DisableEbsEncryptionByDefault", "", "", evidence.ChangedResource{Kind: "RegionDefaults", Type: "aws.ec2.region", Region: "eu-west-1", ID: "ec2/111122223333/eu-west-1"}},
		"a key":                   {"iam", "CreateAccessKey", `{"userName":"ada"}`, `{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}}`, evidence.ChangedResource{Kind: "AccessKey", Type: "aws.iam.access_key", ID: "AKIAIOSFODNN7EXAMPLE"}},
	} {
		got := facts(nil, c.source, c.name, c.parameters, c.answer)
		require.Len(t, got, 1, name)
		require.Empty(t, got[0].Holes, name)
		require.Equal(t, c.want, about(got[0]), name)
	}

	two := facts(nil, "ec2", "TerminateInstances", `{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}`, "")
	require.Len(t, two, 2)
	require.Equal(t, []string{"id", "i-1", "id/2", "i-2"}, []string{two[0].Resource.ID, about(two[0]).ID, two[1].Resource.ID, about(two[1]).ID})

	require.Empty(t, facts(func(e map[string]any) { e["errorCode"] = "AccessDenied" }, "iam", "CreateUser", `{"userName":"ada"}`, ""), "nothing came of it")
	require.Empty(t, facts(nil, "iam", "ListUsers", "", ""))
	require.Empty(t, facts(nil, "s3express", "CreateBucket", `{"bucketName":"b"}`, ""), "another service's operation of the same name")
	nameless := facts(nil, "iam", "DeleteRole", `{}`, "")
	hole, ok := nameless[0].Hole("about")
	require.True(t, ok)
	require.Equal(t, evidence.ProviderError, hole.Reason)

	for want, identity := range map[evidence.ChangeActor]map[string]any{
		{Name: "root of 111122223333", How: "root"}:                        {"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"},
		{Name: "admin/ada@acme.example", How: "role-session"}:              {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/admin/ada@acme.example", "principalId": "AROA:ada@acme.example", "accessKeyId": "ASIAIOSFODNN7EXAMPLE"},
		{Name: "autoscaling.amazonaws.com", How: "service"}:                {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
		{Name: "arn:aws:sts::1:federated-user/kofi", How: "FederatedUser"}: {"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/kofi"},
		{Name: "444455556666", How: "AWSAccount"}:                          {"type": "AWSAccount", "accountId": "444455556666"},
	} {
		got := facts(func(e map[string]any) { e["userIdentity"] = identity }, "iam", "DeleteUser", `{"userName":"ada"}`, "")
		require.Equal(t, want, by(got[0]))
	}
	unknown := facts(func(e map[string]any) { delete(e, "userIdentity") }, "iam", "DeleteUser", `{"userName":"ada"}`, "")
	_, ok = unknown[0].Hole("by")
	require.True(t, ok)

	t.Log("nothing but what is listed is kept")
	kept, err := facts(nil, "iam", "PutUserPolicy", `{"userName":"ada","policyDocument":"hunter2"}`, `{"x":"hunter2"}`)[0].Encode()
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(string(kept)), "hunter2")
}
