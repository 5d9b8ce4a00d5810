package receivertest

import (
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// Now is the clock of the suite.
func Now() time.Time { return time.Date(2027, 3, 4, 10, 30, 0, 0, time.UTC) }

// Notice is an incident of two buckets, as people will mostly see one.
func Notice() alert.Notice {
	began := Now().Add(-20 * time.Minute)
	n := alert.Notice{
		ID: "n-01hq3v", Key: "inc-7f3a9c", Number: 1, Kind: alert.Incident, Status: alert.Firing, Class: alert.Failing, At: Now(),
		Title:    "2 datastores are public (CC6.1, CC6.6)",
		Summary:  "Two buckets of account 123456789012 allow anybody to read.\nBoth changed within a minute, by the same person.",
		Severity: soc2.Critical, Owner: "platform", System: "billing", StartsAt: began, Link: "https://controlwatch.example.com/incidents/inc-7f3a9c",
		Total: 2,
	}
	for i, name := range []string{"acme-invoices", "acme-exports"} {
		n.Alerts = append(n.Alerts, alert.Alert{
			ID: fmt.Sprintf("f-%d", i+1), Status: alert.Firing, Class: alert.Failing, Change: soc2.Opened, Cause: soc2.CauseSystem,
			Control: "datastores-are-private", Title: "Datastores are not public", Check: "datastore-not-public", Criteria: []string{"CC6.1", "CC6.6"},
			Severity: soc2.Critical, Owner: "platform", System: "billing",
			Resource: evidence.Resource{Provider: "aws", Account: "123456789012", Region: "eu-west-1", Kind: "datastore", Type: "aws.s3.bucket", ID: "arn:aws:s3:::" + name, Name: name},
			From:     soc2.Pass, To: soc2.Fail, StartsAt: began, SeenGood: began.Add(-time.Hour),
			Current: "anybody may read: the bucket policy allows s3:GetObject to *", Desired: "nobody outside the organisation may read",
			Remediation: "aws s3api put-public-access-block --bucket " + name + " --public-access-block-configuration BlockPublicPolicy=true,RestrictPublicBuckets=true",
			ChangedBy:   alert.ChangedBy{Who: "alice@example.com", Operation: "s3:PutBucketPolicy", At: began.Add(-5 * time.Minute), Source: "CloudTrail"},
			Link:        fmt.Sprintf("https://controlwatch.example.com/findings/f-%d", i+1),
		})
	}
	return n
}

// Ended is the message that ends the incident of Notice.
func Ended() alert.Notice {
	n := Notice()
	n.ID, n.Number, n.Status, n.EndsAt, n.Resolved = "n-01hq4w", 2, alert.Resolved, Now(), n.Total
	n.Summary = "Both buckets are private again."
	for i := range n.Alerts {
		a := &n.Alerts[i]
		a.Status, a.Change, a.From, a.To, a.EndsAt = alert.Resolved, soc2.Resolved, soc2.Fail, soc2.Pass, Now()
		a.Ending = "seen as it should be"
		a.Current = "only the organisation may read"
	}
	return n
}

// Lost is an incident of sight: nobody knows whether what was judged still holds.
func Lost() alert.Notice {
	n := Notice()
	n.ID, n.Key, n.Class, n.Severity = "n-01hq5x", "inc-1b2c3d", alert.OutOfSight, soc2.High
	n.Title, n.Summary = "Account 123456789012 cannot be seen: access denied", "sts:AssumeRole is denied since the last look. 412 findings are not observed."
	n.Alerts, n.Total = n.Alerts[:1], 412
	a := &n.Alerts[0]
	a.Class, a.Change, a.Cause, a.To, a.Current = alert.OutOfSight, soc2.LostSight, soc2.CauseSight, soc2.Unobserved, "not seen: denied"
	return n
}

// Huge is an incident of 5,000 alerts, whose texts are as long as anybody makes
// them. It lists more than a notice should.
func Huge() alert.Notice {
	n := Notice()
	one := n.Alerts[0]
	n.Alerts, n.Total = nil, 5000
	long := ""
	for len(long) < 20_000 {
		long += "<&> a very long policy document "
	}
	one.Current, one.Desired, one.Remediation, one.Title = long, long, long, long
	n.Title, n.Summary = "5,000 findings fail: "+long, long+"\n"+long
	for i := range 5000 {
		one.ID, one.Resource.ID = fmt.Sprint("f-", i), fmt.Sprint("arn:aws:s3:::bucket-", i)
		n.Alerts = append(n.Alerts, one)
	}
	return n
}

// hostile are names that others chose with care.
var hostile = []string{
	`<script>alert(1)</script><img src=x onerror=alert(1)>`,
	`<!channel> <!here> <@U012AB3CD> @channel @everyone <at>Everybody</at>`,
	"name\r\nBcc: eve@example.net\r\n\r\nSubject: [RESOLVED] all is well",
	"invoice\u202egnp.exe\u2066\u200b\x00\x1b[2J",
	"顧客データ-バケット-데이터-客户",
	"*bold* _it_ ~no~ `code` [click](https://evil.example) :white_check_mark: RESOLVED {{ .Secret }} ${jndi:ldap://x} %s%n",
	"\xff\xfe not text",
	`"}],"event_action":"resolve","x":[{"`,
}

// Hostile is a notice in which every name is one of those.
func Hostile() alert.Notice {
	n := Notice()
	one := n.Alerts[0]
	n.Alerts = nil
	for i, name := range hostile {
		a := one
		a.ID = fmt.Sprint("f-", i)
		a.Title, a.Check, a.Owner, a.System, a.Current, a.Desired, a.Remediation = name, name, name, name, name, name, name
		a.Resource.ID, a.Resource.Name, a.Resource.Account, a.Resource.Region = name, name, name, name
		a.ChangedBy = alert.ChangedBy{Who: name, Operation: name, Source: name}
		a.Link = "javascript:alert(1)//" + name
		a.Criteria = []string{name}
		n.Alerts = append(n.Alerts, a)
	}
	n.Total = len(n.Alerts)
	n.Title, n.Owner, n.System = hostile[2]+hostile[1]+hostile[3], hostile[0], hostile[1]
	n.Summary = hostile[0] + "\n" + hostile[1] + "\n" + hostile[4] + "\n" + hostile[5]
	n.Link = "javascript:alert(1)"
	return n
}
