package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// collectPlans reads the plans of a region, their rules and what they are
// applied to. A plan that cannot be looked into is stated with what is missing.
func collectPlans(ctx context.Context, r *evidence.Recorder, reads backupReads, fact *evidence.Fact) error {
	plans, err := listPlans(ctx, r, reads)
	if err != nil {
		return err
	}
	body := fact.Body.(*evidence.BackupService)
	body.Plans = plans
	for i := range plans {
		plan := &plans[i]
		if plan.Rules, err = planRules(ctx, reads, plan.ID); err != nil {
			fact.Miss(fmt.Sprintf("plans[%d].rules", i), err)
		}
		if plan.Selections, err = planSelections(ctx, r, reads, plan.ID); err != nil {
			fact.Miss(fmt.Sprintf("plans[%d].selections", i), err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

func listPlans(ctx context.Context, r *evidence.Recorder, reads backupReads) ([]evidence.BackupPlan, error) {
	const operation = "backup:ListBackupPlans"
	plans := []evidence.BackupPlan{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.plans(ctx, &backup.ListBackupPlansInput{MaxResults: aws.Int32(perPageOfBackup), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.BackupPlansList == nil {
			return nil, without(operation, "BackupPlansList")
		}
		for _, p := range out.BackupPlansList {
			if aws.ToString(p.BackupPlanId) == "" {
				return nil, without(operation, "id of a plan")
			}
			plans = append(plans, evidence.BackupPlan{ID: *p.BackupPlanId, Name: aws.ToString(p.BackupPlanName)})
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(plans, func(a, b evidence.BackupPlan) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(plans, func(a, b evidence.BackupPlan) bool { return a.ID == b.ID }), nil
}

func planRules(ctx context.Context, reads backupReads, id string) ([]evidence.BackupRule, error) {
	const operation = "backup:GetBackupPlan"
	out, err := reads.plan(ctx, &backup.GetBackupPlanInput{BackupPlanId: &id})
	if err != nil {
		return nil, unseen(operation, err)
	}
	if out.BackupPlan == nil || out.BackupPlan.Rules == nil {
		return nil, without(operation, "BackupPlan with Rules")
	}
	rules := []evidence.BackupRule{}
	for _, rule := range out.BackupPlan.Rules {
		rules = append(rules, evidence.BackupRule{
			Name:          aws.ToString(rule.RuleName),
			Schedule:      aws.String(aws.ToString(rule.ScheduleExpression)),
			RetentionDays: retention(rule.Lifecycle),
			PointInTime:   aws.Bool(aws.ToBool(rule.EnableContinuousBackup)),
		})
	}
	return rules, nil
}

// retention: without DeleteAfterDays a copy is kept for ever (AWS Backup API
// reference, Lifecycle); the console writes that as -1.
func retention(l *types.Lifecycle) *int64 {
	if l == nil || aws.ToInt64(l.DeleteAfterDays) < 0 {
		return aws.Int64(0)
	}
	return aws.Int64(aws.ToInt64(l.DeleteAfterDays))
}

func planSelections(ctx context.Context, r *evidence.Recorder, reads backupReads, id string) ([]string, error) {
	const operation = "backup:ListBackupSelections"
	selections := []string{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.selections(ctx, &backup.ListBackupSelectionsInput{BackupPlanId: &id, MaxResults: aws.Int32(perPageOfBackup), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.BackupSelectionsList == nil {
			return nil, without(operation, "BackupSelectionsList")
		}
		for _, s := range out.BackupSelectionsList {
			selections = append(selections, aws.ToString(s.SelectionName))
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(selections)
	return selections, nil
}
