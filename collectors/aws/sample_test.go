package aws_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// The demo shows good, bad and unseen, at the sample company's dates.
func TestSample(t *testing.T) {
	t.Parallel()
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	for range 2 { // the second look is answered as the first
		got := run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
			return open(t, s, environment("", anyone), sampleSettings)
		})
		for _, p := range got.pulls {
			require.True(t, p.Complete() || offIn(p), "%s: %+v", p.Collector, p.Holes)
			require.Equal(t, "arn:aws:sts::"+companyAccount+":assumed-role/controlwatch/controlwatch", p.Principal)
		}
		require.Len(t, got.facts["aws.iam.user"], 6)
		require.Len(t, got.facts["aws.s3.bucket"], 5)
		require.Len(t, got.facts["aws.rds.db_instance"], 3)
		require.Len(t, got.facts["aws.rds.db_cluster"], 1)
		holes := slices.DeleteFunc(got.holes(), func(h evidence.Hole) bool { return h.Reason == evidence.Disabled })
		require.Len(t, holes, 1)
		hole, ok := got.facts["aws.s3.bucket"]["acme-robotics-legacy-exports"].Hole("s3.policy")
		require.True(t, ok)
		require.Equal(t, evidence.Denied, hole.Reason)
		require.Equal(t, time.Date(2024, 3, 11, 10, 0, 0, 0, time.UTC), *body[*evidence.User](t, got, "aws.iam.user", "linus").CreatedAt)
		require.Equal(t, time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC), body[*evidence.User](t, got, "aws.iam.user", "linus").LastActive.At)
		require.Equal(t, &evidence.RootUser{
			MFAEnabled: no, PasswordPresent: yes, AccessKeysPresent: no, VirtualMFA: no, CentrallyManaged: no,
			PasswordLastUsed: &evidence.Moment{At: time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC)}, KeysLastUsed: &evidence.Moment{Never: true},
		}, body[*evidence.Account](t, got, "aws.account", companyAccount).Root)
	}
	for _, e := range exchanges {
		require.NotContains(t, e.Response.Body, "SecretAccessKey")
		require.False(t, strings.HasPrefix(e.Operation, "sts:Assume"))
	}
}

// Pages as they travel: each list is read to its last page through the real clients.
func TestPagesOnTheWire(t *testing.T) {
	t.Parallel()
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	var paged []replay.Exchange
	for _, e := range exchanges {
		body := e.Response.Body
		switch e.Operation {
		case "iam:ListUsers":
			first, second := e, with(e, e.Form, "Marker", "user-4")
			first.Response.Body, second.Response.Body = split(t, body, "<Users>", "<member>", "</Users>", 3)
			first.Response.Body = strings.Replace(first.Response.Body, "<IsTruncated>false</IsTruncated>", "", 1)
			first.Response.Body = strings.Replace(first.Response.Body, "</Users>", "</Users><IsTruncated>true</IsTruncated><Marker>user-4</Marker>", 1)
			paged = append(paged, first, second)
		case "s3:ListBuckets":
			first, second := e, with(e, e.Query, "continuation-token", "bucket-3")
			first.Response.Body, second.Response.Body = split(t, body, "<Buckets>", "<Bucket>", "</Buckets>", 2)
			first.Response.Body = strings.Replace(first.Response.Body, "</Buckets>", "</Buckets><ContinuationToken>bucket-3</ContinuationToken>", 1)
			paged = append(paged, first, second)
		case "rds:DescribeDBInstances":
			if e.Region != "eu-west-1" {
				paged = append(paged, e)
				continue
			}
			first, second := e, with(e, e.Form, "Marker", "database-2")
			first.Response.Body, second.Response.Body = split(t, body, "<DBInstances>", "<DBInstance>", "</DBInstances>", 1)
			first.Response.Body = strings.Replace(first.Response.Body, "</DBInstances>", "</DBInstances><Marker>database-2</Marker>", 1)
			paged = append(paged, first, second)
		default:
			paged = append(paged, e)
		}
	}
	lookAt := func(exchanges []replay.Exchange) look {
		return run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
			return open(t, s, environment("", anyone), sampleSettings)
		})
	}
	whole, inPages := lookAt(exchanges), lookAt(paged)
	require.Equal(t, whole.facts, inPages.facts)
	pages := func(l look, collector string) (n int) {
		for _, p := range l.pulls {
			if p.Collector == collector {
				n += p.Pages
			}
		}
		return n
	}
	for _, collector := range []string{"aws_iam_users", "aws_iam_access_keys", "aws_s3_buckets", "aws_rds_instances"} {
		require.Equal(t, pages(whole, collector)+1, pages(inPages, collector), collector)
	}
}

// with is the request for the page that begins at a token.
func with(e replay.Exchange, fields map[string]string, name, token string) replay.Exchange {
	more := map[string]string{name: token}
	maps.Copy(more, fields)
	if e.Form != nil {
		e.Form = more
	} else {
		e.Query = more
	}
	return e
}

// split cuts the list in a document after n items: two documents with all else in both.
func split(t *testing.T, document, open, item, end string, n int) (first, second string) {
	t.Helper()
	head, rest, ok := strings.Cut(document, open)
	require.True(t, ok, "%s in %s", open, document)
	list, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	items := strings.SplitAfter(list, strings.Replace(item, "<", "</", 1))
	require.Greater(t, len(items), n, "%s in %s", item, list)
	return head + open + strings.Join(items[:n], "") + end + tail, head + open + strings.Join(items[n:], "") + end + tail
}
