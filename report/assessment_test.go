package report_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var at = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// assessment is a small one that holds something of everything a report shows.
func assessment() soc2.Assessment {
	berlin := time.FixedZone("CET", 3600)
	user := func(id, name string) evidence.Resource {
		return evidence.Resource{Provider: "aws", Account: "111122223333", Kind: "User", Type: "aws.iam.user", ID: id, Name: name}
	}
	bucket := evidence.Resource{
		Provider: "aws", Account: "111122223333", Region: "eu-west-1",
		Kind: "Datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::acme-robotics-logs", Name: "acme-robotics-logs",
	}
	mfa := func(r evidence.Resource, o soc2.Outcome) soc2.Finding {
		return soc2.Finding{
			Control: "users-have-mfa", Check: "user", Covers: []string{"IAM-004", "OKTA-002"}, Outcome: o, Severity: soc2.Critical, Resource: r,
			Observed: json.RawMessage(`{"mfa.enrolled":false,"status":"active"}`), Desired: "A second factor is enrolled.",
			Remediation: "Ask the person to enrol a second factor.\nThen deny what is done without one.",
			FirstSeen:   at.Add(-48 * time.Hour), LastChanged: at.Add(-24 * time.Hour),
		}
	}
	denied := evidence.Hole{
		Field: "encryption.enabled", Reason: evidence.Denied, Operation: "s3:GetEncryptionConfiguration",
		Detail: "AccessDenied; grant s3:GetEncryptionConfiguration", Since: at.Add(-time.Hour),
	}
	accepted := mfa(user("AIDAKOFI", "kofi"), soc2.Fail)
	accepted.Acceptance = &soc2.Acceptance{ID: "RA-7", Reason: "leaves on Friday", Approver: "grace", Expires: at.Add(96 * time.Hour).In(berlin)}
	excluded := mfa(user("AIDAROBOT", "build-robot"), soc2.Fail)
	excluded.ExcludedBy = "EX-1"
	passing := mfa(user("AIDAGRACE", "grace"), soc2.Pass)
	passing.Observed = json.RawMessage(`{"mfa.enrolled":true}`)
	unseen := soc2.Finding{
		Control: "datastores-are-encrypted", Check: "datastore", Outcome: soc2.Unobserved, Reason: "encryption.enabled was not seen: denied",
		Severity: soc2.High, Resource: bucket, Observed: json.RawMessage(`{"encryption.enabled":{"unseen":"denied"}}`),
		Desired: "Encrypted at rest.", Remediation: "Switch on default encryption.", Holes: []evidence.Hole{denied}, FirstSeen: at, LastChanged: at,
	}
	scope := evidence.Scope{Provider: "github", Account: "acme-robotics"}
	onScope := soc2.Finding{
		Control: "users-have-mfa", Check: "user", Outcome: soc2.Unobserved, Reason: "github.member was not seen: throttled", Severity: soc2.Critical,
		Resource: scope.Resource("github.member"), Desired: "A second factor is enrolled.",
	}
	aws := evidence.Scope{Provider: "aws", Account: "111122223333"}
	total := 3
	pulls := []evidence.Pull{
		{
			Source: "github/acme-robotics", Collector: "github_members", Scope: scope, StartedAt: at.Add(-time.Minute), FinishedAt: at.Add(-30 * time.Second),
			Populations: []evidence.Population{{Kind: "User", Type: "github.member"}}, OperationCounts: map[string]int{"GET /orgs/{org}/members": 4},
			Holes: []evidence.Hole{{Type: "github.member", Reason: evidence.Throttled, Operation: "GET /orgs/{org}/members"}},
		},
		{
			Source: "aws/111122223333", Collector: "aws_iam_users", Scope: aws, StartedAt: at.Add(-2 * time.Minute).In(berlin), FinishedAt: at.Add(-90 * time.Second),
			Populations: []evidence.Population{{Kind: "User", Type: "aws.iam.user"}}, OperationCounts: map[string]int{"iam:ListUsers": 1, "iam:ListMFADevices": 3},
			Pages: 1, Items: 3, ProviderTotal: &total, ReconciledWith: "iam:GetCredentialReport", Principal: "arn:aws:iam::111122223333:user/controlwatch",
		},
	}
	a := soc2.Assessment{
		ID: "a-000001", At: at, StartedAt: at.In(berlin), FinishedAt: at.Add(1500 * time.Millisecond), Version: "1.0.0", SampleData: true,
		Judge:    soc2.Judge{Catalogue: "c0ffee", Parameters: "beef", Engine: "1", Derive: "1"},
		Outcomes: map[soc2.Outcome]int{soc2.Fail: 2, soc2.Unobserved: 2, soc2.Pass: 1},
		Criteria: []soc2.CriterionResult{
			{ID: "CC6.1", Category: "Security", Title: "Logical access", State: soc2.GapSeen, Residual: "Whether every system is in scope.", Controls: []string{"users-have-mfa"}},
			{ID: "CC6.7", Category: "Security", Title: "Data in transit and at rest", State: soc2.EvidenceIncomplete, Residual: "Removable media."},
			{ID: "CC8.1", Category: "Security", Title: "Changes", State: soc2.NoGapSeen, Residual: "Whether reviewers understand what they approve, which no setting can show."},
			{ID: "P1.1", Category: "Privacy", Title: "Notice", State: soc2.OutOfScope, Residual: "Everything."},
		},
		Controls: []soc2.ControlResult{
			{ID: "users-have-mfa", Title: "Every user has a second factor", Adoption: "adopted", State: soc2.Fail, Severity: soc2.Critical, Criteria: []soc2.Mapping{{ID: "CC6.1", Strength: soc2.Direct}, {ID: "CC6.6", Strength: soc2.Supporting}, {ID: "CC6.3", Strength: soc2.Supporting}}, Failing: 2, Unobserved: 1, Passing: 1, Accepted: 1, Excluded: 1},
			{ID: "datastores-are-encrypted", Title: "Data at rest is encrypted", Adoption: "proposed", State: soc2.Unobserved, Severity: soc2.High, Criteria: []soc2.Mapping{{ID: "CC6.7", Strength: soc2.Direct}}, Unobserved: 1},
			{ID: "default-branch-requires-review-by-a-second-person", Title: "Changes are reviewed", Adoption: "proposed", State: soc2.Pass, Severity: soc2.Medium, Criteria: []soc2.Mapping{{ID: "CC8.1", Strength: soc2.Direct}}, Passing: 1},
			{ID: "backups-are-restored", Title: "Backups are restored", Adoption: "proposed", State: soc2.NotApplicable, Severity: soc2.Low, Criteria: []soc2.Mapping{{ID: "A1.3", Strength: soc2.Direct}}},
		},
		Findings: []soc2.Finding{unseen, mfa(user("AIDAADA", "ada"), soc2.Fail), passing, accepted, excluded, onScope},
		Holes: []soc2.ScopedHole{
			{Lack: &soc2.Lack{Provider: "github", Account: "acme-robotics", Collector: "github_members", Hole: evidence.Hole{Type: "github.member", Reason: evidence.Throttled, Operation: "GET /orgs/{org}/members", Since: at.Add(-time.Minute)}}},
			{Lack: &soc2.Lack{Provider: "aws", Account: "111122223333", Region: "eu-west-1", Collector: "aws_s3_buckets", Hole: withType(denied, "aws.s3.bucket")}, Resource: "acme-robotics-logs"},
			{Lack: &soc2.Lack{Provider: "aws", Account: "111122223333", Region: "us-east-1", Collector: "aws_s3_buckets", Hole: withType(denied, "aws.s3.bucket")}, Resource: "acme-robotics-site"},
			{Lack: &soc2.Lack{Collector: "", Hole: evidence.Hole{Type: "attestations.attestation", Reason: evidence.NotConfigured}}},
		},
		Pulls: pulls,
		Feeds: []evidence.FeedState{
			{Source: "github/acme-robotics", ID: pulls[0].Feed(), Populations: pulls[0].Populations, Last: &pulls[0]},
			{Source: "aws/111122223333", ID: pulls[1].Feed(), Populations: pulls[1].Populations, Last: &pulls[1], Complete: map[string]time.Time{"aws.iam.user": pulls[1].StartedAt}},
		},
	}
	return a
}

func withType(h evidence.Hole, populationType string) evidence.Hole {
	h.Type = populationType
	return h
}

// many repeats the failing finding and the denied hole.
func many(n int) soc2.Assessment {
	a := assessment()
	for i := range n {
		f := a.Findings[1]
		f.Resource.ID, f.Resource.Name = fmt.Sprintf("AIDA%03d", i), fmt.Sprintf("user-%03d", i)
		a.Findings = append(a.Findings, f)
		h := a.Holes[1]
		lack := *h.Lack
		h.Lack = &lack
		h.Hole.Field = fmt.Sprintf("field%03d", i)
		a.Holes = append(a.Holes, h)
	}
	return a
}
