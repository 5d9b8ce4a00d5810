package anchor

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// mostPages bounds a listing: at a thousand versions each, a thousand years of
// hourly checkpoints.
const mostPages = 10_000

// Newest reads the object of the largest checkpoint. Where it has several
// versions they must say the same, whichever was put on top.
func (s *S3) Newest(ctx context.Context) (Checkpoint, bool, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*answerTime, errors.New("no answer in time"))
	defer cancel()
	size, ids, err := s.largest(ctx)
	if err != nil || size == 0 {
		return Checkpoint{}, false, err
	}
	key := s.prefix + fileName(size)
	var newest Checkpoint
	for i, id := range ids {
		note, _, err := s.read(ctx, key, id)
		if err != nil {
			return Checkpoint{}, false, err
		}
		held, err := Parse(note)
		if err != nil {
			return Checkpoint{}, false, fmt.Errorf("s3://%s/%s?versionId=%s: %w", s.bucket, key, id, err)
		}
		if held.Size != size || i > 0 && (!bytes.Equal(held.Root, newest.Root) || held.Origin != newest.Origin) {
			return Checkpoint{}, false, fmt.Errorf("s3://%s/%s has versions that say different things: %w", s.bucket, key, ErrRewritten)
		}
		newest = held
	}
	return newest, true, nil
}

func (s *S3) largest(ctx context.Context) (size int64, ids []string, err error) {
	in := &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &s.prefix}
	for range mostPages {
		page, err := s.versions(ctx, in)
		if err != nil {
			return 0, nil, fmt.Errorf("list the versions in s3://%s/%s: %w", s.bucket, s.prefix, brief(err))
		}
		for _, v := range page.Versions {
			n, ok := s.sizeOf(v.Key)
			if !ok || n < size {
				continue
			}
			if n > size {
				size, ids = n, nil
			}
			ids = append(ids, aws.ToString(v.VersionId))
		}
		if !aws.ToBool(page.IsTruncated) {
			return size, ids, nil
		}
		if page.NextKeyMarker == nil {
			break
		}
		in.KeyMarker, in.VersionIdMarker = page.NextKeyMarker, page.NextVersionIdMarker
	}
	return 0, nil, fmt.Errorf("the list of versions in s3://%s/%s does not end", s.bucket, s.prefix)
}
