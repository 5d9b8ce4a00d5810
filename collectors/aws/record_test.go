package aws_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	cwaws "github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
)

var record = flag.Bool("record", false, "record the sample company's exchanges anew from moto_server; needs libfaketime (Debian: faketime)")

// origin of what is recorded: moto really gave these answers, at the sample company's dates.
const origin = "moto_server 5.2.1, its clock set by libfaketime to the sample company's calendar"

// sampleDay is when the sample company is looked at.
var sampleDay = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// sampleSettings are those of the sample company's configuration.
const sampleSettings = "regions: [eu-west-1, us-east-1]"

// sampleFolder holds the exchanges of the demo; healthyFolder those that the
// demo replaces by other answers, so that the conformance suite sees them all.
const (
	sampleFolder  = "../sample/exchanges/aws"
	healthyFolder = "testdata/exchanges"
)

// replaced says whether the demo shows another answer than moto's: for one bucket
// whose policy may not be read, and what is written by hand.
func replaced(e replay.Exchange) bool {
	secret := strings.HasPrefix(e.Host, "acme-robotics-legacy-exports.") && e.Operation == "s3:GetBucketPolicy"
	return secret || byHand(e.Operation)
}

// byHand says whether the sample's answers to an operation are written and not
// recorded: moto knows nothing of the root user's sign-ins, answers an absent
// contact otherwise than AWS, and has neither AWS's own policies unless it is
// told to load all of them nor a company's Identity Center.
func byHand(operation string) bool {
	service, _, _ := strings.Cut(operation, ":")
	return slices.Contains([]string{"account", "ssoadmin", "identitystore"}, service) || slices.Contains([]string{
		"iam:GetAccountSummary", "iam:GetCredentialReport", "iam:ListOrganizationsFeatures", "iam:GetPolicy", "iam:GetPolicyVersion",
	}, operation)
}

// notInMoto is what moto does not say of an account and its root user.
var notInMoto = []string{"root.password_present", "root.password_last_used", "root.keys_last_used", "root.centrally_managed"}

// TestRecordSample makes the sample anew; it judges nothing.
func TestRecordSample(t *testing.T) {
	if !*record {
		t.Skip("makes the sample company's exchanges anew: run with -record; TestSample judges them")
	}
	libraries, err := filepath.Glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
	require.NoError(t, err)
	require.NotEmpty(t, libraries, "libfaketime is missing: apt-get install faketime")
	clock := filepath.Join(t.TempDir(), "clock")
	at := func(now time.Time) {
		require.NoError(t, os.WriteFile(clock, []byte(now.Format(time.DateTime)+"\n"), 0o600))
	}
	at(time.Date(2024, 2, 5, 10, 0, 0, 0, time.UTC))
	m := mototest.Start(t, mototest.InCompany, "LD_PRELOAD="+libraries[0], "FAKETIME_TIMESTAMP_FILE="+clock,
		"FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "TZ=UTC")
	require.NoError(t, m.Call(t, http.MethodPost, "/moto-api/seed?a=42", ""))
	mototest.Company{T: t, Server: m, At: at}.Seed()
	at(time.Date(2026, 11, 16, 8, 59, 0, 0, time.UTC))
	role, err := sts.NewFromConfig(m.Writer("us-east-1", anyone)).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + companyAccount + ":role/controlwatch"), RoleSessionName: aws.String("controlwatch"),
	})
	require.NoError(t, err)

	recorders := byHost{to: mototest.NewSupplement(t, m, redirected(m.Endpoint), sampleDay), hosts: map[string]*replay.Recorder{}}
	got := run(t, &recorders, func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", mototest.Keys{ID: *role.Credentials.AccessKeyId, Secret: *role.Credentials.SecretAccessKey, Token: *role.Credentials.SessionToken}), sampleSettings)
	})
	require.Equal(t, cwaws.Feeds(2), got.read())
	for _, hole := range slices.DeleteFunc(got.holes(), unlikeMoto) {
		require.Contains(t, notInMoto, hole.Field, "%+v", hole)
	}
	// Without a report each user is asked about.
	run(t, denying{"iam:GenerateCredentialReport", &recorders}, func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", anyone), sampleSettings)
	})
	exchanges := slices.DeleteFunc(recorders.exchanges(), unlikeAWS)
	writeByService(t, sampleFolder, "recorded-", origin, slices.DeleteFunc(slices.Clone(exchanges), func(e replay.Exchange) bool { return replaced(e) || lacking(e) }))
	writeByService(t, sampleFolder, "written-", mototest.LackingOrigin, slices.DeleteFunc(slices.Clone(exchanges), func(e replay.Exchange) bool { return !lacking(e) }))
	writeByService(t, healthyFolder, "recorded-", origin, slices.DeleteFunc(exchanges, func(e replay.Exchange) bool {
		return !replaced(e) || byHand(e.Operation)
	}))
}

// lacking says whether an answer is not moto's but stands in for what it lacks.
func lacking(e replay.Exchange) bool {
	return slices.Contains(mototest.Lacking, e.Operation) || e.Form["RestorableBy.1"] != ""
}

// writeByService keeps what one service answered in one file.
func writeByService(t *testing.T, folder, prefix, origin string, exchanges []replay.Exchange) {
	t.Helper()
	byService := map[string][]replay.Exchange{}
	for _, e := range exchanges {
		service, _, _ := strings.Cut(e.Operation, ":")
		byService[service] = append(byService[service], e)
	}
	for service, list := range byService {
		write(t, filepath.Join(folder, prefix+service+".yaml"), origin, list)
	}
}

// denying answers one operation as AWS does what is not permitted.
type denying struct {
	operation string
	base      http.RoundTripper
}

func (d denying) RoundTrip(req *http.Request) (*http.Response, error) {
	if operation := transport.Operation(req.Context()); operation == d.operation {
		return deny(req, operation), nil
	}
	return d.base.RoundTrip(req)
}

// byHost sends everything to moto and records it by the host it was meant for,
// since buckets are told apart by host at AWS.
type byHost struct {
	to http.RoundTripper

	mu    sync.Mutex
	hosts map[string]*replay.Recorder
}

func (b *byHost) RoundTrip(req *http.Request) (*http.Response, error) {
	b.mu.Lock()
	recorder, ok := b.hosts[req.URL.Host]
	if !ok {
		recorder = replay.NewRecorder(b.to)
		b.hosts[req.URL.Host] = recorder
	}
	b.mu.Unlock()
	return recorder.RoundTrip(req)
}

// redirected sends requests to a server, their Host header as it was.
type redirected string

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	there := req.Clone(req.Context())
	there.Host = req.URL.Host
	there.URL.Scheme, there.URL.Host = "http", strings.TrimPrefix(string(r), "http://")
	return mototest.Base{To: http.DefaultTransport}.RoundTrip(there)
}

// exchanges are what was recorded, in an order that does not depend on who was
// faster, and each only once; but a report that was asked for twice was not ready at first.
func (b *byHost) exchanges() []replay.Exchange {
	var all []replay.Exchange
	for host, recorder := range b.hosts {
		for _, e := range recorder.Exchanges() {
			e.Account = ""
			if strings.HasPrefix(e.Operation, "s3:GetBucket") || e.Operation == "s3:GetPublicAccessBlock" || strings.HasPrefix(e.Operation, "cloudtrail:") {
				e.Host = host
			}
			all = append(all, e)
		}
	}
	asks := func(e replay.Exchange) string {
		return strings.Join([]string{e.Operation, e.Host, e.Region, e.Path, fmt.Sprint(e.Query), fmt.Sprint(e.Form), e.Contains}, " ")
	}
	slices.SortStableFunc(all, func(x, y replay.Exchange) int { return strings.Compare(asks(x), asks(y)) })
	return slices.CompactFunc(all, func(x, y replay.Exchange) bool {
		return asks(x) == asks(y) && x.Operation != "iam:GenerateCredentialReport"
	})
}

func write(t *testing.T, path, origin string, exchanges []replay.Exchange) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, replay.Write(&b, origin, exchanges))
	require.NotContains(t, b.String(), "AWS4-HMAC-SHA256") // how a signed request proves itself
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}
