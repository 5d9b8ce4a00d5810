package anchor

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3 is a bucket with Object Lock. A version written under a retention of mode
// COMPLIANCE can be removed by nobody until its date, the account's root user
// included. What nobody can stop is a second version or a delete marker on top,
// so that here versions are looked at, never only the newest.
type S3 struct {
	named, bucket, prefix string
	retention             time.Duration
	clock                 func() time.Time

	// The four operations, and nothing else: put-only credentials would write
	// what they could not see afterwards.
	put      func(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	get      func(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	versions func(context.Context, *s3.ListObjectVersionsInput, ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error)
}

// S3Options say where checkpoints lie and how long they are locked.
type S3Options struct {
	Named          string
	Bucket, Prefix string
	Retention      time.Duration
	PathStyle      bool // for servers that are not AWS
	Clock          func() time.Time
}

// S3Operations are what the credentials of an S3 anchor must be allowed, and no more.
var S3Operations = []string{"s3:PutObject", "s3:PutObjectRetention", "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:ListBucketVersions"}

// NewS3 makes the anchor. cfg holds credentials that are for this and nothing
// else; it asks nothing yet.
func NewS3(cfg aws.Config, o S3Options) *S3 {
	client := s3.NewFromConfig(cfg, func(options *s3.Options) {
		options.UsePathStyle = o.PathStyle
		options.RetryMaxAttempts = 1 // a round tries again; never both
	})
	return &S3{
		named: o.Named, bucket: o.Bucket, prefix: o.Prefix, retention: o.Retention, clock: o.Clock,
		put: client.PutObject, get: client.GetObject, versions: client.ListObjectVersions,
	}
}

// Name is as configured.
func (s *S3) Name() string { return s.named }

// Kind is s3.
func (s *S3) Kind() string { return "s3" }

// Outside is true: a receipt is given only for what was seen locked.
func (s *S3) Outside() bool { return true }

// Publish puts the checkpoint under its number of leaves, unless it is there, and
// reads it back with its lock: a server that does not know Object Lock takes the
// headers and does nothing.
func (s *S3) Publish(ctx context.Context, c Checkpoint) (Receipt, error) {
	if err := empty(c); err != nil {
		return Receipt{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 3*answerTime, errors.New("no answer in time"))
	defer cancel()
	key := s.prefix + fileName(c.Size)
	ids, err := s.held(ctx, key)
	if err == nil && len(ids) == 0 {
		ids, err = s.write(ctx, key, c)
	}
	if err != nil {
		return Receipt{}, err
	}
	if err := s.ahead(ctx, c); err != nil {
		return Receipt{}, err
	}
	var until time.Time
	for _, id := range ids {
		locked, err := s.check(ctx, key, id, c)
		if err != nil {
			return Receipt{}, err
		}
		if locked.After(until) {
			until = locked
		}
	}
	now := s.clock().UTC()
	if !until.After(now) {
		return Receipt{}, fmt.Errorf("s3://%s/%s is not locked (mode COMPLIANCE, until a date to come); make the bucket with Object Lock", s.bucket, key)
	}
	return Receipt{
		Anchor: s.named, Kind: s.Kind(), Outside: s.Outside(), Size: c.Size, Root: c.Root,
		Where: "s3://" + s.bucket + "/" + key + "?versionId=" + ids[0], At: now,
	}, nil
}

// write makes the object and gives its versions: those of whoever was faster, if
// somebody was.
func (s *S3) write(ctx context.Context, key string, c Checkpoint) (versions []string, err error) {
	out, err := s.put(ctx, &s3.PutObjectInput{
		Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(c.Note), ContentType: aws.String("text/plain; charset=utf-8"),
		ObjectLockMode: types.ObjectLockModeCompliance, ObjectLockRetainUntilDate: aws.Time(s.clock().Add(s.retention).UTC()),
		IfNoneMatch: aws.String("*"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	switch {
	case status(err) == http.StatusPreconditionFailed:
		if versions, err = s.held(ctx, key); err == nil && len(versions) == 0 {
			err = fmt.Errorf("put s3://%s/%s: something stands there already, and no version of it is listed", s.bucket, key)
		}
		return versions, err
	case err != nil:
		return nil, fmt.Errorf("put s3://%s/%s: %w", s.bucket, key, brief(err))
	case aws.ToString(out.VersionId) == "":
		return nil, fmt.Errorf("s3://%s keeps no versions; make the bucket with Object Lock, which cannot be had without them", s.bucket)
	}
	return []string{*out.VersionId}, nil
}

// held gives the versions of an object, those under a delete marker included.
func (s *S3) held(ctx context.Context, key string) (ids []string, err error) {
	page, err := s.versions(ctx, &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &key})
	if err != nil {
		return nil, fmt.Errorf("list the versions of s3://%s/%s: %w", s.bucket, key, brief(err))
	}
	for _, v := range page.Versions {
		if aws.ToString(v.Key) == key {
			ids = append(ids, aws.ToString(v.VersionId))
		}
	}
	if aws.ToBool(page.IsTruncated) {
		return nil, fmt.Errorf("s3://%s/%s has more than %d versions: somebody writes there who should not", s.bucket, key, len(ids))
	}
	return ids, nil
}

// ahead is an alarm if the bucket holds a larger checkpoint. It is asked when
// this one is there, from the key before it: servers differ on whether a list
// begins at or behind the key it is to begin with.
func (s *S3) ahead(ctx context.Context, c Checkpoint) error {
	before := s.prefix + fileName(c.Size-1)
	page, err := s.versions(ctx, &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &s.prefix, KeyMarker: &before})
	if err != nil {
		return fmt.Errorf("list the versions in s3://%s/%s: %w", s.bucket, s.prefix, brief(err))
	}
	for _, v := range page.Versions {
		if size, ok := s.sizeOf(v.Key); ok && size > c.Size {
			return ahead("s3://"+s.bucket+"/"+*v.Key, c)
		}
	}
	return nil
}

// check reads one version and says until when it is locked; zero if it is not.
func (s *S3) check(ctx context.Context, key, version string, c Checkpoint) (until time.Time, err error) {
	note, out, err := s.read(ctx, key, version)
	if err != nil {
		return time.Time{}, err
	}
	if err := same(note, c); err != nil {
		return time.Time{}, fmt.Errorf("s3://%s/%s?versionId=%s: %w", s.bucket, key, version, err)
	}
	if out.ObjectLockMode != types.ObjectLockModeCompliance {
		return time.Time{}, nil
	}
	return aws.ToTime(out.ObjectLockRetainUntilDate), nil
}

func (s *S3) read(ctx context.Context, key, version string) ([]byte, *s3.GetObjectOutput, error) {
	out, err := s.get(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, VersionId: &version})
	if err != nil {
		return nil, nil, fmt.Errorf("read s3://%s/%s: %w", s.bucket, key, brief(err))
	}
	note, err := io.ReadAll(io.LimitReader(out.Body, MaxNote+1))
	if err := errors.Join(err, out.Body.Close()); err != nil {
		return nil, nil, fmt.Errorf("read s3://%s/%s: %w", s.bucket, key, err)
	}
	return note, out, nil
}

func (s *S3) sizeOf(key *string) (int64, bool) {
	k := aws.ToString(key)
	if len(k) < len(s.prefix) {
		return 0, false
	}
	return sizeOf(k[len(s.prefix):])
}

func status(err error) int {
	var answered interface{ HTTPStatusCode() int }
	if errors.As(err, &answered) {
		return answered.HTTPStatusCode()
	}
	return 0
}

// failure is an error of AWS in its few words: the SDK's carries request ids,
// addresses and whatever the credentials' source had to say.
type failure struct {
	text   string
	status int
}

func (f *failure) Error() string       { return f.text }
func (f *failure) HTTPStatusCode() int { return f.status }

func brief(err error) error {
	code := status(err)
	var said smithy.APIError
	switch {
	case errors.As(err, &said):
		return &failure{fmt.Sprintf("AWS answered %s (%d): %s", said.ErrorCode(), code, cmp.Or(advice[said.ErrorCode()], "see the AWS documentation of this code")), code}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{"no answer in time", code}
	case code != 0:
		return &failure{fmt.Sprintf("AWS answered %d", code), code}
	}
	return &failure{"AWS cannot be asked; check the region, the network and the anchor's credentials", code}
}

var advice = map[string]string{
	"AccessDenied":          "allow the anchor's credentials s3:PutObject, s3:PutObjectRetention, s3:GetObject, s3:GetObjectVersion, s3:GetObjectRetention and s3:ListBucketVersions",
	"InvalidRequest":        "the bucket must have been made with Object Lock",
	"NoSuchBucket":          "make the bucket, with Object Lock",
	"PreconditionFailed":    "something stands there already",
	"InvalidAccessKeyId":    "check the anchor's credentials",
	"SignatureDoesNotMatch": "check the anchor's credentials",
	"ExpiredToken":          "renew the anchor's credentials",
}
