package aws

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// paged answers ListUsers with two users a page; mark changes an answer.
func paged(total int, mark func(page int, out *iam.ListUsersOutput) error) listUsers {
	page := 0
	return func(_ context.Context, in *iam.ListUsersInput, _ ...func(*iam.Options)) (*iam.ListUsersOutput, error) {
		first := 0
		if in.Marker != nil {
			if _, err := fmt.Sscan(*in.Marker, &first); err != nil {
				return nil, err
			}
		}
		page++
		out := &iam.ListUsersOutput{Users: []types.User{}}
		for i := first; i < min(first+2, total); i++ {
			out.Users = append(out.Users, types.User{UserId: aws.String(fmt.Sprint("AIDA", i)), UserName: aws.String(fmt.Sprint("user", i))})
		}
		if first+2 < total {
			out.IsTruncated, out.Marker = true, aws.String(fmt.Sprint(first+2))
		}
		return out, mark(page, out)
	}
}

func asIs(int, *iam.ListUsersOutput) error { return nil }

func recorder() *evidence.Recorder { return evidence.NewRecorder(evidence.Pull{}) }

func TestPages(t *testing.T) {
	t.Parallel()
	reason := func(err error) evidence.Reason { return evidence.HoleFrom(err).Reason }

	t.Run("a list is read to its end", func(t *testing.T) {
		t.Parallel()
		r := recorder()
		users, err := allUsers(t.Context(), r, paged(7, asIs))
		require.NoError(t, err)
		require.Len(t, users, 7)
		pull, _ := r.Result()
		require.Equal(t, 4, pull.Pages)
	})
	t.Run("an empty list is a list", func(t *testing.T) {
		t.Parallel()
		users, err := allUsers(t.Context(), recorder(), paged(0, asIs))
		require.NoError(t, err)
		require.Empty(t, users)
	})
	t.Run("an answer without a list is not an empty one", func(t *testing.T) {
		t.Parallel()
		_, err := allUsers(t.Context(), recorder(), paged(0, func(_ int, out *iam.ListUsersOutput) error {
			out.Users = nil
			return nil
		}))
		require.Equal(t, evidence.ProviderError, reason(err))
	})
	t.Run("what was listed before a page failed is kept", func(t *testing.T) {
		t.Parallel()
		users, err := allUsers(t.Context(), recorder(), paged(7, func(page int, _ *iam.ListUsersOutput) error {
			if page == 3 {
				return errors.New("lost")
			}
			return nil
		}))
		require.Error(t, err)
		require.Len(t, users, 4)
	})
	t.Run("a page that says more follows and not where is truncated", func(t *testing.T) {
		t.Parallel()
		for name, m := range map[string]*string{"no marker": nil, "an empty marker": aws.String("")} {
			users, err := allUsers(t.Context(), recorder(), paged(7, func(_ int, out *iam.ListUsersOutput) error {
				out.Marker = m
				return nil
			}))
			require.Equal(t, evidence.Truncated, reason(err), name)
			require.Len(t, users, 2, name)
		}
	})
	t.Run("a list that never ends is truncated", func(t *testing.T) {
		t.Parallel()
		_, err := allUsers(t.Context(), recorder(), paged(7, func(_ int, out *iam.ListUsersOutput) error {
			out.IsTruncated, out.Marker = true, aws.String("2")
			return nil
		}))
		require.Equal(t, evidence.Truncated, reason(err))
	})
	t.Run("a user without an id cannot be stated", func(t *testing.T) {
		t.Parallel()
		_, err := allUsers(t.Context(), recorder(), paged(3, func(_ int, out *iam.ListUsersOutput) error {
			out.Users[0].UserId = nil
			return nil
		}))
		require.Equal(t, evidence.ProviderError, reason(err))
	})
}

func TestBucketPages(t *testing.T) {
	t.Parallel()
	full := make([]s3types.Bucket, bucketsPerPage)
	for i := range full {
		full[i].Name = aws.String(fmt.Sprint("bucket", i))
	}
	list := func(last *string) bucketReads {
		return bucketReads{list: func(_ context.Context, in *s3.ListBucketsInput, _ ...func(*s3.Options)) (*s3.ListBucketsOutput, error) {
			if in.ContinuationToken == nil {
				return &s3.ListBucketsOutput{Buckets: full, ContinuationToken: last}, nil
			}
			return &s3.ListBucketsOutput{Buckets: full[:3]}, nil
		}}
	}
	t.Run("the next page is asked for", func(t *testing.T) {
		t.Parallel()
		buckets, err := allBuckets(t.Context(), recorder(), list(aws.String("next")))
		require.NoError(t, err)
		require.Len(t, buckets, bucketsPerPage+3)
	})
	t.Run("a full page without a next one is suspected of being cut", func(t *testing.T) {
		t.Parallel()
		buckets, err := allBuckets(t.Context(), recorder(), list(nil))
		require.Equal(t, evidence.Truncated, evidence.HoleFrom(err).Reason)
		require.Len(t, buckets, bucketsPerPage)
	})
}

func TestGenerateReport(t *testing.T) {
	t.Parallel()
	state := func(s types.ReportStateType) reportReads {
		return reportReads{generate: func(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error) {
			return &iam.GenerateCredentialReportOutput{State: s}, nil
		}}
	}
	require.NoError(t, generateReport(t.Context(), state(types.ReportStateTypeComplete)))
	require.Equal(t, evidence.ProviderError, evidence.HoleFrom(generateReport(t.Context(), state(""))).Reason)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, generateReport(cancelled, state(types.ReportStateTypeStarted)), context.Canceled)
}

func TestEach(t *testing.T) {
	t.Parallel()
	looked := make(chan int, 3)
	err := each(t.Context(), []int{1, 2, 3}, func(_ context.Context, n int) error {
		looked <- n
		if n == 2 {
			panic("odd")
		}
		return nil
	})
	require.ErrorContains(t, err, "panic in one of a list: odd", "a panic is the error of that one, and the program goes on")
	require.Len(t, looked, 3)
}
