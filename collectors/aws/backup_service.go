package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/backup"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈plans/1000⌉ + 2 for each plan + ⌈jobs/1000⌉ + ⌈restore jobs/1000⌉.
var backupService = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_backup_service",
		Doc:         "AWS Backup in a region: its plans, how its jobs of about the last 30 days ended, and what was restored.",
		Populations: []evidence.Population{{Kind: "BackupService", Type: "aws.backup.region"}},
		Reads: []string{
			"backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections", "backup:ListBackupJobs", "backup:ListRestoreJobs",
		},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := backupClient(s)
		return collectBackupService(ctx, s, r, backupReads{
			plans: client.ListBackupPlans, plan: client.GetBackupPlan, selections: client.ListBackupSelections,
			jobs: client.ListBackupJobs, restores: client.ListRestoreJobs,
		})
	},
}

type backupReads struct {
	plans      func(context.Context, *backup.ListBackupPlansInput, ...func(*backup.Options)) (*backup.ListBackupPlansOutput, error)
	plan       func(context.Context, *backup.GetBackupPlanInput, ...func(*backup.Options)) (*backup.GetBackupPlanOutput, error)
	selections func(context.Context, *backup.ListBackupSelectionsInput, ...func(*backup.Options)) (*backup.ListBackupSelectionsOutput, error)
	jobs       func(context.Context, *backup.ListBackupJobsInput, ...func(*backup.Options)) (*backup.ListBackupJobsOutput, error)
	restores   func(context.Context, *backup.ListRestoreJobsInput, ...func(*backup.Options)) (*backup.ListRestoreJobsOutput, error)
}

// collectBackupService states one fact in every region, used or not: that there
// is no plan is a statement too. Each list that fails costs its own field.
func collectBackupService(ctx context.Context, s session, r *evidence.Recorder, reads backupReads) error {
	body := &evidence.BackupService{}
	fact := evidence.Fact{Body: body, Resource: evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: "BackupService", Type: "aws.backup.region",
		ID: "backup/" + s.account + "/" + s.region, Name: "AWS Backup in " + s.region,
	}}
	if err := collectPlans(ctx, r, reads, &fact); err != nil {
		fact.Miss("plans", err)
	}
	var err error
	if body.Jobs, body.Failing, err = backupJobs(ctx, r, reads); err != nil {
		fact.Miss("jobs", err)
		fact.Miss("failing", err)
	}
	if body.Restores, err = restores(ctx, r, reads); err != nil {
		fact.Miss("restores", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}
