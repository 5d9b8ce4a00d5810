package derive_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/derive"
	"github.com/controlwatch/controlwatch/evidence"
)

type conditions = map[string]map[string][]string

func block(v bool) *evidence.PublicAccessBlock {
	return &evidence.PublicAccessBlock{BlockPublicACLs: &v, IgnorePublicACLs: &v, BlockPublicPolicy: &v, RestrictPublicBuckets: &v}
}

var anyone = map[string][]string{"*": {"*"}}

func policy(statements ...evidence.PolicyStatement) *evidence.PolicyDocument {
	return &evidence.PolicyDocument{Statements: statements}
}

func allow(c conditions) *evidence.PolicyDocument {
	return policy(evidence.PolicyStatement{Effect: "Allow", Principal: anyone, Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::data/*"}, Condition: c})
}

// bucket is private in every respect until a test changes it.
func bucket(change func(*evidence.S3Bucket)) evidence.Fact {
	s3 := &evidence.S3Bucket{Policy: &evidence.PolicyDocument{Absent: true}, PublicAccessBlock: block(false), Grants: []evidence.ACLGrant{}, Ownership: new("")}
	change(s3)
	return fact("Datastore", "aws.s3.bucket", "arn:aws:s3:::data", &evidence.Datastore{S3: s3})
}

func defaults(b *evidence.PublicAccessBlock) evidence.Fact {
	return fact("DatastoreDefaults", "aws.s3.account", account, &evidence.DatastoreDefaults{PublicAccessBlock: b})
}

func public(t *testing.T, s evidence.Snapshot) string {
	t.Helper()
	return word(derive.All(s)[0].Body.(*evidence.Datastore).Public)
}

func word(b *bool) string {
	switch {
	case b == nil:
		return "unseen"
	case *b:
		return "yes"
	}
	return "no"
}

func TestBucketPublic(t *testing.T) {
	t.Parallel()
	readable := []evidence.ACLGrant{{Grantee: "http://acs.amazonaws.com/groups/global/AllUsers", Permission: "READ"}}
	for name, c := range map[string]struct {
		change  func(*evidence.S3Bucket)
		account *evidence.PublicAccessBlock
		want    string
	}{
		"nothing open, nothing blocked": {func(*evidence.S3Bucket) {}, block(false), "no"},
		"an open policy":                {func(b *evidence.S3Bucket) { b.Policy = allow(nil) }, block(false), "yes"},
		"an open policy behind the bucket's block": {func(b *evidence.S3Bucket) {
			b.Policy, b.PublicAccessBlock = allow(nil), block(true)
		}, block(false), "no"},
		"an open policy behind the account's block":                      {func(b *evidence.S3Bucket) { b.Policy = allow(nil) }, block(true), "no"},
		"an open policy and an unseen block of the account":              {func(b *evidence.S3Bucket) { b.Policy = allow(nil) }, nil, "unseen"},
		"an open policy behind the bucket's block, the account's unseen": {func(b *evidence.S3Bucket) { b.Policy, b.PublicAccessBlock = allow(nil), block(true) }, nil, "no"},
		"an open policy, the bucket's block unseen, the account's on":    {func(b *evidence.S3Bucket) { b.Policy, b.PublicAccessBlock = allow(nil), nil }, block(true), "no"},
		"an open policy and blocks for new policies only": {func(b *evidence.S3Bucket) {
			b.Policy = allow(nil)
			b.PublicAccessBlock.BlockPublicPolicy, b.PublicAccessBlock.BlockPublicACLs = new(true), new(true)
		}, block(false), "yes"},
		"nothing open, the account's block unseen": {func(*evidence.S3Bucket) {}, nil, "no"},
		"an unseen policy":                         {func(b *evidence.S3Bucket) { b.Policy = nil }, block(false), "unseen"},
		"an unseen policy behind a block":          {func(b *evidence.S3Bucket) { b.Policy = nil }, block(true), "no"},
		"a policy that holds nothing":              {func(b *evidence.S3Bucket) { b.Policy = policy() }, block(false), "unseen"},
		"an unseen policy and an open access list": {func(b *evidence.S3Bucket) { b.Policy, b.Grants = nil, readable }, block(false), "yes"},
		"an open access list":                      {func(b *evidence.S3Bucket) { b.Grants = readable }, block(false), "yes"},
		"an open access list that is ignored":      {func(b *evidence.S3Bucket) { b.Grants = readable }, block(true), "no"},
		"an open access list that is disabled":     {func(b *evidence.S3Bucket) { b.Grants, b.Ownership = readable, new("BucketOwnerEnforced") }, block(false), "no"},
		"an open access list that is preferred":    {func(b *evidence.S3Bucket) { b.Grants, b.Ownership = readable, new("BucketOwnerPreferred") }, block(false), "yes"},
		"an open access list, ownership unseen":    {func(b *evidence.S3Bucket) { b.Grants, b.Ownership = readable, nil }, block(false), "unseen"},
		"an access list for a stranger":            {func(b *evidence.S3Bucket) { b.Grants = []evidence.ACLGrant{{Grantee: "abc", Permission: "READ"}} }, block(false), "no"},
		"an access list for any AWS user": {func(b *evidence.S3Bucket) {
			b.Grants = []evidence.ACLGrant{{Grantee: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}}
		}, block(false), "yes"},
		"an unseen access list":                  {func(b *evidence.S3Bucket) { b.Grants = nil }, block(false), "unseen"},
		"an unseen access list that is disabled": {func(b *evidence.S3Bucket) { b.Grants, b.Ownership = nil, new("BucketOwnerEnforced") }, block(false), "no"},
		"an effect nobody knows": {func(b *evidence.S3Bucket) {
			b.Policy = policy(evidence.PolicyStatement{Effect: "allow", Principal: anyone})
		}, block(false), "unseen"},
		"an allowance for nobody in particular": {func(b *evidence.S3Bucket) { b.Policy = policy(evidence.PolicyStatement{Effect: "Allow"}) }, block(false), "unseen"},
		"an allowance for all but one": {func(b *evidence.S3Bucket) {
			b.Policy = policy(evidence.PolicyStatement{Effect: "Allow", NotPrincipal: map[string][]string{"AWS": {"arn:aws:iam::1:root"}}})
		}, block(false), "yes"},
		"an allowance for one": {func(b *evidence.S3Bucket) {
			b.Policy = policy(evidence.PolicyStatement{Effect: "Allow", Principal: map[string][]string{"AWS": {"arn:aws:iam::1:root"}}})
		}, block(false), "no"},
		"an allowance for one and all": {func(b *evidence.S3Bucket) {
			b.Policy = policy(evidence.PolicyStatement{Effect: "Allow", Principal: map[string][]string{"AWS": {"arn:aws:iam::1:root", "*"}}})
		}, block(false), "yes"},
		"a refusal for everybody": {func(b *evidence.S3Bucket) {
			b.Policy = policy(evidence.PolicyStatement{Effect: "Deny", Principal: anyone})
		}, block(false), "no"},
	} {
		t.Run(name+" is "+c.want, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, public(t, world(bucket(c.change), defaults(c.account))))
		})
	}

	t.Run("without the account's settings an open policy is unseen, and says so", func(t *testing.T) {
		t.Parallel()
		s := world(bucket(func(b *evidence.S3Bucket) { b.Policy = allow(nil) }))
		s.Feeds = append(s.Feeds, feed("DatastoreDefaults", "aws.s3.account", evidence.Hole{Type: "aws.s3.account", Reason: evidence.Denied, Operation: "s3control:GetPublicAccessBlock"}))
		got := derive.All(s)[0]
		require.Nil(t, got.Body.(*evidence.Datastore).Public)
		hole, ok := got.Hole("public")
		require.True(t, ok)
		require.Equal(t, evidence.Denied, hole.Reason)
		require.Equal(t, "s3control:GetPublicAccessBlock", hole.Operation)
	})

	t.Run("stale settings of the account protect nothing", func(t *testing.T) {
		t.Parallel()
		old := defaults(block(true))
		old.Seen = now.Add(-25 * time.Hour)
		require.Equal(t, "unseen", public(t, world(bucket(func(b *evidence.S3Bucket) { b.Policy = allow(nil) }), old)))
	})

	t.Run("the settings of another account protect nothing", func(t *testing.T) {
		t.Parallel()
		other := defaults(block(true))
		other.Resource.Account = "999"
		require.Equal(t, "unseen", public(t, world(bucket(func(b *evidence.S3Bucket) { b.Policy = allow(nil) }), other)))
	})
}

func TestPolicyNarrowing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		condition conditions
		want      string
	}{
		"no condition":                         {nil, "yes"},
		"a network":                            {conditions{"IpAddress": {"aws:SourceIp": {"203.0.113.0/24"}}}, "no"},
		"an address":                           {conditions{"IpAddress": {"aws:SourceIp": {"203.0.113.7"}}}, "no"},
		"the whole internet":                   {conditions{"IpAddress": {"aws:SourceIp": {"0.0.0.0/0"}}}, "yes"},
		"half of the internet":                 {conditions{"IpAddress": {"aws:SourceIp": {"0.0.0.0/1"}}}, "yes"},
		"a network and the whole internet":     {conditions{"IpAddress": {"aws:SourceIp": {"203.0.113.0/24", "::/0"}}}, "yes"},
		"not a network":                        {conditions{"NotIpAddress": {"aws:SourceIp": {"203.0.113.0/24"}}}, "yes"},
		"an organisation":                      {conditions{"StringEquals": {"aws:PrincipalOrgID": {"o-abc"}}}, "no"},
		"an organisation, in other case":       {conditions{"stringequals": {"AWS:PRINCIPALORGID": {"o-abc"}}}, "no"},
		"any organisation":                     {conditions{"StringLike": {"aws:PrincipalOrgID": {"o-*"}}}, "yes"},
		"an organisation, if there is one":     {conditions{"StringEqualsIfExists": {"aws:PrincipalOrgID": {"o-abc"}}}, "yes"},
		"all values, of which there may be no": {conditions{"ForAllValues:StringEquals": {"aws:SourceVpc": {"vpc-1"}}}, "yes"},
		"any value":                            {conditions{"ForAnyValue:StringEquals": {"aws:SourceVpc": {"vpc-1"}}}, "no"},
		"another network's endpoint":           {conditions{"StringEquals": {"aws:SourceVpce": {"vpce-1"}}}, "no"},
		"not an organisation":                  {conditions{"StringNotEquals": {"aws:PrincipalOrgID": {"o-abc"}}}, "yes"},
		"a variable":                           {conditions{"StringEquals": {"aws:SourceAccount": {"${aws:PrincipalAccount}"}}}, "yes"},
		"a source with a wildcard":             {conditions{"ArnLike": {"aws:SourceArn": {"arn:aws:cloudfront::*:distribution/*"}}}, "yes"},
		"a source":                             {conditions{"ArnEquals": {"aws:SourceArn": {"arn:aws:cloudfront::1:distribution/E1"}}}, "no"},
		"access points of one account":         {conditions{"ArnLike": {"s3:DataAccessPointArn": {"arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}}}, "no"},
		"access points of any account":         {conditions{"ArnLike": {"s3:DataAccessPointArn": {"arn:aws:s3:eu-west-1:*:accesspoint/*"}}}, "yes"},
		"a key that narrows nothing":           {conditions{"StringEquals": {"aws:Referer": {"https://example.com"}}}, "yes"},
		"TLS only":                             {conditions{"Bool": {"aws:SecureTransport": {"true"}}}, "yes"},
		"no values":                            {conditions{"StringEquals": {"aws:PrincipalOrgID": {}}}, "yes"},
	} {
		t.Run("a policy for everybody on condition of "+name+" is public: "+c.want, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, public(t, world(bucket(func(b *evidence.S3Bucket) { b.Policy = allow(c.condition) }), defaults(block(false)))))
		})
	}
}

func TestBucketTLSOnly(t *testing.T) {
	t.Parallel()
	whole := []string{"arn:aws:s3:::data", "arn:aws:s3:::data/*"}
	plain := conditions{"Bool": {"aws:SecureTransport": {"false"}}}
	deny := func(change func(*evidence.PolicyStatement)) evidence.PolicyStatement {
		st := evidence.PolicyStatement{Effect: "Deny", Principal: anyone, Action: []string{"s3:*"}, Resource: whole, Condition: plain}
		change(&st)
		return st
	}
	same := func(*evidence.PolicyStatement) {}
	for name, c := range map[string]struct {
		policy *evidence.PolicyDocument
		want   string
	}{
		"the usual statement":                  {policy(deny(same)), "yes"},
		"the usual statement among others":     {policy(allow(nil).Statements[0], deny(same)), "yes"},
		"no policy":                            {&evidence.PolicyDocument{Absent: true}, "no"},
		"an unseen policy":                     {nil, "unseen"},
		"a policy that holds nothing":          {policy(), "unseen"},
		"AWS principals, all of them":          {policy(deny(func(s *evidence.PolicyStatement) { s.Principal = map[string][]string{"AWS": {"*"}} })), "yes"},
		"one principal":                        {policy(deny(func(s *evidence.PolicyStatement) { s.Principal = map[string][]string{"AWS": {"arn:aws:iam::1:root"}} })), "no"},
		"reading only":                         {policy(deny(func(s *evidence.PolicyStatement) { s.Action = []string{"s3:GetObject"} })), "no"},
		"objects only":                         {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = whole[1:] })), "no"},
		"the bucket only":                      {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = whole[:1] })), "no"},
		"bucket and objects in two statements": {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = whole[1:] }), deny(func(s *evidence.PolicyStatement) { s.Resource = whole[:1] })), "yes"},
		"one pattern for both":                 {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = []string{"arn:aws:s3:::data*"} })), "yes"},
		"everything":                           {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = []string{"*"} })), "yes"},
		"another bucket":                       {policy(deny(func(s *evidence.PolicyStatement) { s.Resource = []string{"arn:aws:s3:::date", "arn:aws:s3:::date/*"} })), "no"},
		"a part of the objects": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Resource = []string{"arn:aws:s3:::data", "arn:aws:s3:::data/private/*"}
		})), "no"},
		"the partition of China": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Resource = []string{"arn:aws-cn:s3:::data", "arn:aws-cn:s3:::data/*"}
		})), "yes"},
		"a further condition": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"Bool": {"aws:SecureTransport": {"false"}, "aws:ViaAWSService": {"false"}}}
		})), "no"},
		"a further operator": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"Bool": plain["Bool"], "NumericLessThan": {"s3:TlsVersion": {"1.2"}}}
		})), "no"},
		"encrypted requests refused":        {policy(deny(func(s *evidence.PolicyStatement) { s.Condition = conditions{"Bool": {"aws:SecureTransport": {"true"}}} })), "no"},
		"an allowance instead of a refusal": {allow(conditions{"Bool": {"aws:SecureTransport": {"true"}}}), "no"},
		"old TLS refused, plain requests let in": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"NumericLessThan": {"s3:TlsVersion": {"1.2"}}}
		})), "no"},
		"old TLS refused, and requests without": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"NumericLessThanIfExists": {"s3:TlsVersion": {"1.2"}}}
		})), "yes"},
		"very old TLS refused": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"NumericLessThanIfExists": {"s3:TlsVersion": {"1.0"}}}
		})), "no"},
		"no condition: nothing gets in at all": {policy(deny(func(s *evidence.PolicyStatement) { s.Condition = nil })), "no"},
		"all but one principal, which is not all": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Principal, s.NotPrincipal = nil, map[string][]string{"AWS": {"x"}}
		})), "no"},
		"all but some actions, which is not all": {policy(deny(func(s *evidence.PolicyStatement) { s.Action, s.NotAction = nil, []string{"s3:GetObject"} })), "no"},
		"an operator that does not refuse anything": {policy(deny(func(s *evidence.PolicyStatement) {
			s.Condition = conditions{"Null": {"aws:SecureTransport": {"false"}}}
		})), "no"},
	} {
		t.Run(name+": "+c.want, func(t *testing.T) {
			t.Parallel()
			got := derive.All(world(bucket(func(b *evidence.S3Bucket) { b.Policy = c.policy })))
			require.Equal(t, c.want, word(got[0].Body.(*evidence.Datastore).TLSOnly))
		})
	}
}

func TestDatabasePublic(t *testing.T) {
	t.Parallel()
	for want, rds := range map[string]*evidence.RDSInstance{
		"yes": {PubliclyAccessible: new(true)}, "no": {PubliclyAccessible: new(false)}, "unseen": {},
	} {
		for _, typ := range []string{"aws.rds.db_instance", "aws.rds.db_cluster"} {
			got := derive.All(world(fact("Datastore", typ, "d", &evidence.Datastore{RDS: rds})))
			require.Equal(t, want, word(got[0].Body.(*evidence.Datastore).Public), typ)
			require.Nil(t, got[0].Body.(*evidence.Datastore).TLSOnly, typ)
		}
	}
	t.Run("what has no endpoint is not judged by one", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "unseen", public(t, world(fact("Datastore", "aws.rds.db_snapshot", "d", &evidence.Datastore{RDS: &evidence.RDSInstance{PubliclyAccessible: new(false)}}))))
	})
}
