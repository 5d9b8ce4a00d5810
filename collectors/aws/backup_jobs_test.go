package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

func job(resource string, state types.BackupJobState, day, hour int) types.BackupJob {
	return types.BackupJob{ResourceArn: &resource, State: state, CreationDate: aws.Time(time.Date(2026, 11, day, hour, 0, 0, 0, time.FixedZone("west", -8*3600)))}
}

func TestFailing(t *testing.T) {
	t.Parallel()
	states := func(jobs ...types.BackupJob) map[string]string {
		got := map[string]string{}
		for _, f := range failing(jobs) {
			got[f.Resource] = f.State
		}
		return got
	}
	require.Empty(t, states(job("a", types.BackupJobStateFailed, 1, 0), job("a", types.BackupJobStateCompleted, 2, 0)))
	require.Equal(t, map[string]string{"a": "ABORTED"}, states(job("a", types.BackupJobStateAborted, 2, 0), job("a", types.BackupJobStateCompleted, 1, 0)))
	require.Equal(t, map[string]string{"a": "PARTIAL"}, states(job("a", types.BackupJobStatePartial, 1, 0), job("a", types.BackupJobStateRunning, 2, 0)), "what runs excuses nothing yet")
	require.Equal(t, map[string]string{"a": "FAILED"}, states(job("a", types.BackupJobStateCompleted, 1, 0), job("a", types.BackupJobStateFailed, 1, 0)), "of two at once the failed one counts")
	require.Equal(t, map[string]string{"b": "EXPIRED"}, states(job("a", types.BackupJobStateCompleted, 1, 0), job("b", types.BackupJobStateExpired, 1, 0)))
	require.NotNil(t, failing(nil), "none is seen, not unseen")
}

func TestCountSince(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	require.Equal(t, []evidence.BackupJobCount{{Since: day(4), Total: 1}, {Since: day(2), Total: 4, Failed: 2}}, countSince([]types.BackupJob{
		job("a", types.BackupJobStateFailed, 2, 0), job("a", types.BackupJobStateExpired, 2, 1), job("b", types.BackupJobStateCompleted, 2, 2),
		job("b", types.BackupJobStateRunning, 3, 20), // the next day in UTC
	}))
	require.NotNil(t, countSince(nil))
}

func TestRetention(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 0, *retention(nil))
	require.EqualValues(t, 0, *retention(&types.Lifecycle{MoveToColdStorageAfterDays: aws.Int64(30)}))
	require.EqualValues(t, 0, *retention(&types.Lifecycle{DeleteAfterDays: aws.Int64(-1)}))
	require.EqualValues(t, 35, *retention(&types.Lifecycle{DeleteAfterDays: aws.Int64(35)}))
}
