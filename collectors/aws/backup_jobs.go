package aws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// withoutWholeCopy are the states in which a job has ended and left no whole
// copy. Source: AWS Backup API reference, BackupJob State.
var withoutWholeCopy = []types.BackupJobState{
	types.BackupJobStateFailed, types.BackupJobStateAborted, types.BackupJobStateExpired, types.BackupJobStatePartial,
}

// backupJobs counts the jobs AWS still lists, and names the resources whose
// newest ended job left no whole copy.
func backupJobs(ctx context.Context, r *evidence.Recorder, reads backupReads) ([]evidence.BackupJobCount, []evidence.FailedBackup, error) {
	jobs, err := allBackupJobs(ctx, r, reads)
	if err != nil {
		return nil, nil, err
	}
	return countSince(jobs), failing(jobs), nil
}

func allBackupJobs(ctx context.Context, r *evidence.Recorder, reads backupReads) ([]types.BackupJob, error) {
	const operation = "backup:ListBackupJobs"
	var jobs []types.BackupJob
	counted := map[string]bool{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.jobs(ctx, &backup.ListBackupJobsInput{MaxResults: aws.Int32(perPageOfBackup), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.BackupJobs == nil {
			return nil, without(operation, "BackupJobs")
		}
		for _, j := range out.BackupJobs {
			if aws.ToString(j.BackupJobId) == "" || aws.ToString(j.ResourceArn) == "" || j.State == "" || j.CreationDate == nil {
				return nil, without(operation, "id, resource, state and creation date of a job")
			}
			if !counted[*j.BackupJobId] { // a list that shifts between pages shows one twice
				counted[*j.BackupJobId] = true
				jobs = append(jobs, j)
			}
		}
		return out.NextToken, nil
	})
	return jobs, err
}

// countSince counts the jobs since each day on which any began, the newest first.
func countSince(jobs []types.BackupJob) []evidence.BackupJobCount {
	byDay := map[time.Time]evidence.BackupJobCount{}
	for _, j := range jobs {
		day := j.CreationDate.UTC().Truncate(24 * time.Hour)
		count := byDay[day]
		count.Since = day
		count.Total++
		if slices.Contains(withoutWholeCopy, j.State) {
			count.Failed++
		}
		byDay[day] = count
	}
	counts := []evidence.BackupJobCount{}
	for _, count := range byDay {
		counts = append(counts, count)
	}
	slices.SortFunc(counts, func(a, b evidence.BackupJobCount) int { return b.Since.Compare(a.Since) })
	for i := 1; i < len(counts); i++ {
		counts[i].Total += counts[i-1].Total
		counts[i].Failed += counts[i-1].Failed
	}
	return counts
}

// failing are the resources whose newest ended job left no whole copy. A job
// that is under way says nothing yet.
func failing(jobs []types.BackupJob) []evidence.FailedBackup {
	newest := map[string]types.BackupJob{}
	for _, j := range jobs {
		if j.State != types.BackupJobStateCompleted && !slices.Contains(withoutWholeCopy, j.State) {
			continue
		}
		known, ok := newest[*j.ResourceArn]
		// Of two at once the failed one counts.
		if !ok || j.CreationDate.After(*known.CreationDate) || (j.CreationDate.Equal(*known.CreationDate) && known.State == types.BackupJobStateCompleted) {
			newest[*j.ResourceArn] = j
		}
	}
	failed := []evidence.FailedBackup{}
	for arn, j := range newest {
		if j.State != types.BackupJobStateCompleted {
			failed = append(failed, evidence.FailedBackup{Resource: arn, Type: aws.ToString(j.ResourceType), State: string(j.State), At: j.CreationDate.UTC()})
		}
	}
	slices.SortFunc(failed, func(a, b evidence.FailedBackup) int { return strings.Compare(a.Resource, b.Resource) })
	return failed
}

// restores are the newest restores of each type of resource, status and validation.
func restores(ctx context.Context, r *evidence.Recorder, reads backupReads) ([]evidence.Restore, error) {
	const operation = "backup:ListRestoreJobs"
	type class struct {
		kind, status, validation string
		test                     bool
	}
	newest := map[class]evidence.Restore{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.restores(ctx, &backup.ListRestoreJobsInput{MaxResults: aws.Int32(perPageOfBackup), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.RestoreJobs == nil {
			return nil, without(operation, "RestoreJobs")
		}
		for _, j := range out.RestoreJobs {
			at := j.CompletionDate
			if at == nil {
				at = j.CreationDate
			}
			if j.Status == "" || at == nil {
				return nil, without(operation, "status and date of a job")
			}
			restore := evidence.Restore{
				Type: aws.ToString(j.ResourceType), Status: string(j.Status), Validation: string(j.ValidationStatus),
				Test: j.CreatedBy != nil && aws.ToString(j.CreatedBy.RestoreTestingPlanArn) != "", At: at.UTC(),
			}
			key := class{restore.Type, restore.Status, restore.Validation, restore.Test}
			if known, ok := newest[key]; !ok || restore.At.After(known.At) {
				newest[key] = restore
			}
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	all := []evidence.Restore{}
	for _, restore := range newest {
		all = append(all, restore)
	}
	slices.SortFunc(all, func(a, b evidence.Restore) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Status, b.Status), strings.Compare(a.Validation, b.Validation), a.At.Compare(b.At))
	})
	return all, nil
}
