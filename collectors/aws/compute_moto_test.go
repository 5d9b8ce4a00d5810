package aws_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// What runs, and how it is reached, is stated as it was made; what moto lacks is
// answered as AWS's references have it, see mototest.Supplement.
func TestComputeAgainstMoto(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	now := time.Now()
	base := mototest.NewSupplement(t, m, http.DefaultTransport, now)
	got := run(t, base, func(s *transport.Seam) []connect.Source {
		return open(t, s, environment(m.Endpoint, anyone), sampleSettings)
	})
	require.Equal(t, cwaws.Feeds(2), got.read())
	requireCompute(t, got, now)
}

// The demo shows the same, on its own day.
func TestComputeOfSample(t *testing.T) {
	t.Parallel()
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	requireCompute(t, run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", anyone), sampleSettings)
	}), sampleDay)
}

func requireCompute(t *testing.T, got look, now time.Time) {
	t.Helper()
	t.Run("security groups", func(t *testing.T) { requireGroups(t, got) })
	t.Run("machines", func(t *testing.T) { requireMachines(t, got, now) })
	t.Run("disks", func(t *testing.T) { requireDisks(t, got) })
	t.Run("functions", func(t *testing.T) { requireFunctions(t, got) })
	t.Run("balancers", func(t *testing.T) { requireBalancers(t, got) })
	t.Run("certificates", func(t *testing.T) { requireCertificates(t, got, now) })
}

func requireGroups(t *testing.T, got look) {
	t.Helper()
	rule := func(protocol string, from, to int64, network string) evidence.TrafficRule {
		return evidence.TrafficRule{Protocol: protocol, FromPort: from, ToPort: to, Peer: network, Networks: []string{network}}
	}
	idOf := func(name string) string { return got.facts["aws.ec2.security_group"][name].Resource.ID }
	used, unused := []string{"interface"}, []string{}
	for name, want := range map[string]struct {
		inbound    []evidence.TrafficRule
		interfaces []string
	}{
		"shop": {[]evidence.TrafficRule{
			rule("icmp", 8, -1, "0.0.0.0/0"), rule("tcp", 80, 80, "0.0.0.0/0"), rule("tcp", 80, 80, "::/0"), rule("tcp", 443, 443, "0.0.0.0/0"), rule("tcp", 443, 443, "::/0"),
		}, used},
		"orders-database":  {[]evidence.TrafficRule{{Protocol: "tcp", FromPort: 5432, ToPort: 5432, Peer: idOf("shop"), Networks: []string{}}}, unused},
		"jump-host":        {[]evidence.TrafficRule{rule("tcp", 22, 22, "0.0.0.0/0")}, used},
		"reporting":        {[]evidence.TrafficRule{rule("tcp", 3306, 3306, "::/0")}, unused},
		"build-agents":     {[]evidence.TrafficRule{rule("all", -1, -1, "0.0.0.0/0")}, used},
		"telemetry-ingest": {[]evidence.TrafficRule{rule("udp", 3300, 3400, "0.0.0.0/0")}, unused},
		"migration":        {[]evidence.TrafficRule{rule("tcp", 22, 22, "0.0.0.0/1"), rule("tcp", 22, 22, "128.0.0.0/1")}, unused},
	} {
		is := body[*evidence.NetworkRule](t, got, "aws.ec2.security_group", name)
		require.Equal(t, want.inbound, is.Inbound, name)
		require.Equal(t, want.interfaces, is.InterfaceTypes, name)
		require.Equal(t, []evidence.TrafficRule{rule("all", -1, -1, "0.0.0.0/0")}, is.Outbound, name)
		require.False(t, *is.Default)
		require.True(t, strings.HasPrefix(*is.Network, "vpc-"))
	}
	listed := body[*evidence.NetworkRule](t, got, "aws.ec2.security_group", "partner-desktops").Inbound
	require.Len(t, listed, 1)
	require.True(t, strings.HasPrefix(listed[0].Peer, "pl-"))
	require.Equal(t, []string{"0.0.0.0/0", "192.0.2.0/24"}, listed[0].Networks)
	office := body[*evidence.NetworkRule](t, got, "aws.ec2.security_group", "office").Inbound
	require.Equal(t, []string{"198.51.100.0/24", "203.0.113.16/28"}, office[2].Networks)
	defaults := 0
	for _, f := range got.facts["aws.ec2.security_group"] {
		if *f.Body.(*evidence.NetworkRule).Default {
			defaults++
		}
	}
	require.Equal(t, 7, defaults, "one of each network: two that AWS makes, five of the company")
}

func requireMachines(t *testing.T, got look, now time.Time) {
	t.Helper()
	day := func(age time.Duration) *evidence.Moment { return evidence.VolatileDay(now.Add(-age)) }
	never := &evidence.Moment{Never: true}
	unknown := &evidence.Management{Managed: no, Online: no, LastSeen: never}
	searched := func(age time.Duration, critical, security int64) *evidence.Patching {
		return &evidence.Patching{ScannedAt: day(age), MissingCritical: &critical, MissingSecurity: &security}
	}
	options := func(enabled, tokens *bool) *evidence.InstanceMetadata {
		return &evidence.InstanceMetadata{Enabled: enabled, Tokens: tokens, HopLimit: aws.Int64(1)}
	}
	for name, want := range map[string]struct {
		running    *bool
		metadata   *evidence.InstanceMetadata
		management *evidence.Management
		patching   *evidence.Patching
	}{
		"shop-1":            {yes, options(yes, yes), &evidence.Management{Managed: yes, Online: yes, LastSeen: day(3 * time.Minute)}, searched(20*time.Hour, 0, 0)},
		"shop-2":            {yes, options(yes, yes), &evidence.Management{Managed: yes, Online: yes, LastSeen: day(4 * time.Minute)}, searched(20*time.Hour, 2, 5)},
		"build-1":           {yes, options(yes, no), unknown, &evidence.Patching{ScannedAt: never}},
		"signer-1":          {yes, options(no, no), &evidence.Management{Managed: yes, Online: no, LastSeen: day(30 * 24 * time.Hour)}, searched(31*24*time.Hour, 0, 0)},
		"jump-host":         {yes, options(yes, no), &evidence.Management{Managed: yes, Online: yes, LastSeen: day(2 * time.Minute)}, &evidence.Patching{ScannedAt: never}},
		"old-wiki":          {no, options(yes, no), unknown, &evidence.Patching{ScannedAt: never}},
		"telemetry-gateway": {yes, options(yes, yes), &evidence.Management{Managed: yes, Online: no, LastSeen: day(2 * 24 * time.Hour)}, searched(3*24*time.Hour, 0, 0)},
	} {
		is := body[*evidence.Workload](t, got, "aws.ec2.instance", name)
		require.Equal(t, want.running, is.Running, name)
		require.Equal(t, want.metadata, is.Metadata, name)
		require.Equal(t, want.management, is.Management, name)
		require.Equal(t, want.patching, is.Patching, name)
		require.Equal(t, name == "jump-host", *is.PublicAddress != "", name)
		require.Len(t, is.SecurityGroups, 1, name)
	}
	require.Len(t, got.facts["aws.ec2.instance"], 7)
	require.Equal(t, &evidence.RegionDefaults{DiskEncryption: yes, SnapshotBlock: aws.String("block-new-sharing"), MetadataTokens: aws.String("required")},
		body[*evidence.RegionDefaults](t, got, "aws.ec2.region", "EC2 in eu-west-1"))
	require.Equal(t, &evidence.RegionDefaults{DiskEncryption: no, SnapshotBlock: aws.String("unblocked"), MetadataTokens: aws.String("")},
		body[*evidence.RegionDefaults](t, got, "aws.ec2.region", "EC2 in us-east-1"))
}

func requireDisks(t *testing.T, got look) {
	t.Helper()
	for name, want := range map[string]struct{ encrypted, attached *bool }{
		"orders-archive": {yes, no}, "robot-logs-import": {no, no}, "shop-1": {yes, yes}, "build-1": {no, yes}, "telemetry-gateway": {yes, yes},
	} {
		is := body[*evidence.Datastore](t, got, "aws.ec2.volume", name)
		require.Equal(t, want.encrypted, is.Encryption.Enabled, name)
		require.Equal(t, &evidence.EBSDisk{Attached: want.attached}, is.EBS, name)
	}
	for name, want := range map[string]struct{ encrypted, public *bool }{"orders-archive": {yes, no}, "robot-logs-import": {no, yes}} {
		is := body[*evidence.Datastore](t, got, "aws.ec2.snapshot", name)
		require.Equal(t, want.encrypted, is.Encryption.Enabled, name)
		require.Equal(t, &evidence.EBSDisk{RestorableByAll: want.public}, is.EBS, name)
	}
	require.Len(t, got.facts["aws.ec2.snapshot"], 2)
}

func requireFunctions(t *testing.T, got look) {
	t.Helper()
	arn := func(name string) string { return "arn:aws:lambda:eu-west-1:" + companyAccount + ":function:" + name }
	calls := func(name string, principal map[string][]string, condition map[string]map[string][]string) *evidence.PolicyDocument {
		return &evidence.PolicyDocument{Statements: []evidence.PolicyStatement{{
			Sid: "callers", Effect: "Allow", Principal: principal, Action: []string{"lambda:InvokeFunction"}, Resource: []string{arn(name)}, Condition: condition,
		}}}
	}
	none, absent := []evidence.FunctionURL{}, &evidence.PolicyDocument{Absent: true}
	for name, want := range map[string]struct {
		policy *evidence.PolicyDocument
		urls   []evidence.FunctionURL
	}{
		"order-mailer":    {absent, none},
		"invoice-render":  {absent, []evidence.FunctionURL{{Function: arn("invoice-render"), AuthType: "NONE"}}},
		"partner-webhook": {calls("partner-webhook", map[string][]string{"*": {"*"}}, nil), none},
		"thumbnails": {calls("thumbnails", map[string][]string{"Service": {"s3.amazonaws.com"}}, map[string]map[string][]string{
			"ArnLike": {"AWS:SourceArn": {"arn:aws:s3:::acme-robotics-website"}}, "StringEquals": {"AWS:SourceAccount": {companyAccount}},
		}), []evidence.FunctionURL{{Function: arn("thumbnails"), AuthType: "AWS_IAM"}}},
	} {
		is := body[*evidence.Workload](t, got, "aws.lambda.function", name)
		require.Equal(t, &evidence.LambdaFunction{Runtime: aws.String("python3.13"), Policy: want.policy, URLs: want.urls}, is.Lambda, name)
		require.Equal(t, "arn:aws:iam::"+companyAccount+":role/functions", *is.Identity)
	}
	require.Len(t, got.facts["aws.lambda.function"], 4)
}

func requireBalancers(t *testing.T, got look) {
	t.Helper()
	// moto gives an HTTP listener the default policy of HTTPS ones, AWS gives it none.
	listener := func(protocol string, port int64, redirects *bool) evidence.Listener {
		return evidence.Listener{Protocol: protocol, Port: port, TLSPolicy: aws.String("ELBSecurityPolicy-2016-08"), OnlyRedirects: redirects}
	}
	current := listener("HTTPS", 443, no)
	current.TLSPolicy = aws.String("ELBSecurityPolicy-TLS13-1-2-2021-06")
	for name, want := range map[string]struct {
		public    *bool
		listeners []evidence.Listener
	}{
		"shop":        {yes, []evidence.Listener{listener("HTTP", 80, yes), current}},
		"partner-api": {yes, []evidence.Listener{listener("HTTPS", 443, no)}},
		"old-shop":    {yes, []evidence.Listener{listener("HTTP", 80, no)}},
		"back-office": {no, []evidence.Listener{listener("HTTP", 80, no)}},
	} {
		is := body[*evidence.LoadBalancer](t, got, "aws.elbv2.load_balancer", name)
		require.Equal(t, want.public, is.InternetFacing, name)
		require.Equal(t, "application", *is.Sort)
		for i, l := range is.Listeners {
			require.Contains(t, l.ID, ":listener/app/"+name+"/")
			is.Listeners[i].ID = ""
		}
		require.Equal(t, want.listeners, is.Listeners, name)
	}
	require.Len(t, got.facts["aws.elbv2.load_balancer"], 4)
}

func requireCertificates(t *testing.T, got look, now time.Time) {
	t.Helper()
	for name, want := range map[string]struct {
		days  int
		inUse *bool
	}{
		"shop.acme-robotics.example": {200, yes}, "api.acme-robotics.example": {12, yes}, "trade-fair.acme-robotics.example": {5, no},
	} {
		is := body[*evidence.Certificate](t, got, "aws.acm.certificate", name)
		require.Equal(t, want.inUse, is.InUse, name)
		require.WithinDuration(t, now.AddDate(0, 0, want.days), *is.ExpiresAt, 2*time.Hour, name)
		require.Equal(t, "IMPORTED", *is.Origin)
		require.False(t, *is.RenewsItself)
		require.Equal(t, "EC_prime256v1", *is.KeyAlgorithm)
	}
	require.Len(t, got.facts["aws.acm.certificate"], 3)
}
