package anchor_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/publish/anchor"
)

const (
	bucket  = "company-checkpoints"
	region  = "eu-west-1"
	tenKey  = "log/00000000000000000010.checkpoint"
	keeping = 730 * 24 * time.Hour
)

// world is moto with a bucket, and an anchor on it.
type world struct {
	client *s3.Client
	anchor *anchor.S3
}

func bucketOf(t *testing.T, server mototest.Server, name string, lock bool) world {
	t.Helper()
	cfg := server.Writer(region, mototest.Anyone)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &name, ObjectLockEnabledForBucket: &lock,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)},
	})
	require.NoError(t, err)
	return world{client, anchor.NewS3(cfg, anchor.S3Options{
		Named: "bucket", Bucket: name, Prefix: "log/", Retention: keeping, PathStyle: true, Clock: time.Now,
	})}
}

func (w world) put(t *testing.T, name, key string, body []byte) {
	t.Helper()
	_, err := w.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: bytes.NewReader(body)})
	require.NoError(t, err)
}

func TestS3(t *testing.T) {
	t.Parallel()
	server := mototest.Start(t)

	t.Run("keeps checkpoints under lock", func(t *testing.T) {
		t.Parallel()
		w := bucketOf(t, server, bucket, true)
		_, found, err := w.anchor.Newest(t.Context())
		require.NoError(t, err)
		require.False(t, found)
		var last anchor.Checkpoint
		for _, size := range []int64{9, 10, 1000} {
			last = checkpoint(t, size, "a")
			receipt, err := w.anchor.Publish(t.Context(), last)
			require.NoError(t, err)
			require.True(t, receipt.Of(last))
			require.True(t, receipt.Outside)
			require.Contains(t, receipt.Where, "s3://company-checkpoints/log/0000000000")
		}
		held, found, err := w.anchor.Newest(t.Context())
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, last, held)

		key := "log/00000000000000001000.checkpoint"
		head, err := w.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
		require.NoError(t, err)
		require.Equal(t, types.ObjectLockModeCompliance, head.ObjectLockMode)
		require.WithinDuration(t, time.Now().Add(keeping), *head.ObjectLockRetainUntilDate, time.Hour)
		_, err = w.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key, VersionId: head.VersionId})
		require.ErrorContains(t, err, "AccessDenied", "nobody removes it")

		again, err := w.anchor.Publish(t.Context(), last)
		require.NoError(t, err, "once more is no harm")
		require.Contains(t, again.Where, *head.VersionId)
		_, err = w.anchor.Publish(t.Context(), checkpoint(t, 1000, "a"))
		require.NoError(t, err, "nor is another key")
		versions, err := w.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(bucket)})
		require.NoError(t, err)
		require.Len(t, versions.Versions, 3, "one each")

		_, err = w.anchor.Publish(t.Context(), checkpoint(t, 1000, "b"))
		require.ErrorIs(t, err, anchor.ErrRewritten)
		require.ErrorContains(t, err, "another root stands there for 1000 leaves")
		_, err = w.anchor.Publish(t.Context(), checkpoint(t, 999, "a"))
		require.ErrorIs(t, err, anchor.ErrRewritten)
		require.ErrorContains(t, err, "holds a larger checkpoint than this one of 999 leaves")
	})

	t.Run("sees through what is put on top", func(t *testing.T) {
		t.Parallel()
		const name = "company-covered"
		w := bucketOf(t, server, name, true)
		ten := checkpoint(t, 10, "a")
		_, err := w.anchor.Publish(t.Context(), ten)
		require.NoError(t, err)
		_, err = w.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(name), Key: aws.String(tenKey)})
		require.NoError(t, err)
		held, found, err := w.anchor.Newest(t.Context())
		require.NoError(t, err)
		require.True(t, found, "a delete marker hides nothing")
		require.Equal(t, ten, held)

		w.put(t, name, tenKey, checkpoint(t, 10, "b").Note)
		_, _, err = w.anchor.Newest(t.Context())
		require.ErrorIs(t, err, anchor.ErrRewritten)
		_, err = w.anchor.Publish(t.Context(), ten)
		require.ErrorIs(t, err, anchor.ErrRewritten)
		_, err = w.anchor.Publish(t.Context(), checkpoint(t, 10, "b"))
		require.ErrorIs(t, err, anchor.ErrRewritten)
	})

	t.Run("gives no receipt for what is not locked", func(t *testing.T) {
		t.Parallel()
		const name = "company-unlocked"
		w := bucketOf(t, server, name, true)
		ten := checkpoint(t, 10, "a")
		w.put(t, name, tenKey, ten.Note)
		_, err := w.anchor.Publish(t.Context(), ten)
		require.ErrorContains(t, err, "is not locked (mode COMPLIANCE, until a date to come)")

		twelve, key := checkpoint(t, 12, "a"), "log/00000000000000000012.checkpoint"
		_, err = w.client.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String(name), Key: &key, Body: bytes.NewReader(twelve.Note),
			ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ObjectLockMode: types.ObjectLockModeGovernance, ObjectLockRetainUntilDate: aws.Time(time.Now().Add(keeping)),
		})
		require.NoError(t, err)
		_, err = w.anchor.Publish(t.Context(), twelve)
		require.ErrorContains(t, err, "is not locked", "a lock that some may lift is none")
	})

	t.Run("says what a bucket lacks", func(t *testing.T) {
		t.Parallel()
		w := bucketOf(t, server, "company-plain", false)
		_, err := w.anchor.Publish(t.Context(), checkpoint(t, 10, "a"))
		require.ErrorContains(t, err, "the bucket must have been made with Object Lock")
		missing := anchor.NewS3(server.Writer(region, mototest.Anyone), anchor.S3Options{
			Named: "bucket", Bucket: "company-missing", Retention: keeping, PathStyle: true, Clock: time.Now,
		})
		_, err = missing.Publish(t.Context(), checkpoint(t, 10, "a"))
		require.ErrorContains(t, err, "make the bucket, with Object Lock")
		_, _, err = missing.Newest(t.Context())
		require.Error(t, err, "a bucket that is not there holds not nothing")
	})

	t.Run("names a file that was renamed or is none", func(t *testing.T) {
		t.Parallel()
		const name = "company-renamed"
		w := bucketOf(t, server, name, true)
		w.put(t, name, "log/readme.txt", []byte("x"))
		_, found, err := w.anchor.Newest(t.Context())
		require.NoError(t, err)
		require.False(t, found)
		w.put(t, name, tenKey, checkpoint(t, 9, "a").Note)
		_, _, err = w.anchor.Newest(t.Context())
		require.ErrorIs(t, err, anchor.ErrRewritten)
	})
}

// What a server must not be able to do, and moto does not.
func TestS3OfServersThatMisbehave(t *testing.T) {
	t.Parallel()
	const none = `<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>`
	ten := checkpoint(t, 10, "a")
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"takes the headers and does not lock": {func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPut:
				w.Header().Set("X-Amz-Version-Id", "one")
			case r.URL.Query().Has("versions"):
				_, _ = w.Write([]byte(none))
			default:
				_, _ = w.Write(ten.Note)
			}
		}, "is not locked"},
		"keeps no versions": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(none)) }, "keeps no versions"},
		"answers without end": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`<ListVersionsResult><Name>` + strings.Repeat("x", 2<<20)))
		}, "list the versions"},
		"denies and repeats what it was told": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`<Error><Code>AccessDenied</Code><Message>hunter2 ` + r.Header.Get("Authorization") + `</Message></Error>`))
		}, "AWS answered AccessDenied (403): allow the anchor's credentials s3:PutObject"},
		"fails": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(c.answer)
			t.Cleanup(s.Close)
			a := anchor.NewS3(awsAt(s.URL), anchor.S3Options{Named: "b", Bucket: bucket, Retention: keeping, PathStyle: true, Clock: time.Now})
			_, err := a.Publish(t.Context(), ten)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.NotContains(t, err.Error(), mototest.Anyone.ID)
		})
	}
}

func TestS3ThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(s.Close)
	a := anchor.NewS3(awsAt(s.URL), anchor.S3Options{Named: "b", Bucket: bucket, Retention: keeping, PathStyle: true, Clock: time.Now})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := a.Publish(ctx, checkpoint(t, 10, "a"))
	require.ErrorContains(t, err, "no answer in time")
}

func awsAt(endpoint string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &endpoint, HTTPClient: anchor.Client(nil),
		Credentials: credentials.NewStaticCredentialsProvider(mototest.Anyone.ID, "hunter2", ""),
	}
}
