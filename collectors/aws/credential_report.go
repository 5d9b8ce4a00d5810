package aws

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// The credential report may be up to four hours old: asked more often, AWS
// hands out the last one (IAM user guide, "Generate credential reports"). We ask
// AWS to generate it in the same pull and take what it then gives; the time it
// says the report was made goes into the pull's parameters, for provenance, and
// is not judged: the four hours are AWS's promise, and a user who is newer than
// the report shows as one that it does not hold.

type reportReads struct {
	generate func(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error)
	get      func(context.Context, *iam.GetCredentialReportInput, ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error)
}

// AWS makes the report of a large account in about a minute.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 5 * time.Second // the pause between looks grows up to this
	mostLooks = 30
)

// fetchReport has the report made and gets it.
func fetchReport(ctx context.Context, r *evidence.Recorder, reads reportReads) (credentialReport, error) {
	const operation = "iam:GetCredentialReport"
	if err := generateReport(ctx, reads); err != nil {
		return credentialReport{}, err
	}
	out, err := reads.get(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return credentialReport{}, unseen(operation, err)
	}
	report, err := parseReport(out.Content)
	if err != nil {
		return credentialReport{}, &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: err}
	}
	made := "unknown"
	if out.GeneratedTime != nil {
		made = out.GeneratedTime.UTC().Format(time.RFC3339)
	}
	r.Parameter(operation + " GeneratedTime=" + made)
	return report, nil
}

func generateReport(ctx context.Context, reads reportReads) error {
	const operation = "iam:GenerateCredentialReport"
	pause := firstLook
	for range mostLooks {
		out, err := reads.generate(ctx, &iam.GenerateCredentialReportInput{})
		if err != nil {
			return unseen(operation, err)
		}
		switch out.State {
		case types.ReportStateTypeComplete:
			return nil
		case types.ReportStateTypeStarted, types.ReportStateTypeInprogress:
		default:
			return without(operation, "known State")
		}
		if err := wait(ctx, pause); err != nil {
			return unseen(operation, err)
		}
		pause = min(2*pause, lastLook)
	}
	return &evidence.Unseen{Reason: evidence.ProviderError, Operation: operation, Err: errors.New("AWS did not finish the report in time")}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// credentialReport is one row per user, by ARN.
type credentialReport struct{ rows map[string]reportRow }

// reportRow is a row by column name.
type reportRow map[string]string

var reportColumns = []string{
	"arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
	"access_key_1_active", "access_key_1_last_used_date", "access_key_2_active", "access_key_2_last_used_date",
}

// parseReport reads the report's CSV. Columns are found by name, as AWS adds new ones at the end.
func parseReport(content []byte) (credentialReport, error) {
	reader := csv.NewReader(bytes.NewReader(content))
	header, err := reader.Read()
	if err != nil {
		return credentialReport{}, errors.New("the report is not CSV")
	}
	for _, column := range reportColumns {
		if !slices.Contains(header, column) {
			return credentialReport{}, fmt.Errorf("the report has no column %s", column)
		}
	}
	report := credentialReport{rows: map[string]reportRow{}}
	for {
		values, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return report, nil
		}
		if err != nil {
			return credentialReport{}, errors.New("the report is not CSV")
		}
		row := reportRow{}
		for i, column := range header {
			row[column] = values[i]
		}
		report.rows[row["arn"]] = row
	}
}

// fill writes what the report says of a user into its fact.
func (c credentialReport) fill(u types.User, fact *evidence.Fact) {
	row, ok := c.rows[aws.ToString(u.Arn)]
	if !ok || !row.isOf(u) {
		missing := &evidence.Unseen{
			Reason: evidence.Stale, Operation: "iam:GetCredentialReport",
			Err: errors.New("the user is newer than the credential report, which AWS renews every four hours"),
		}
		for _, field := range []string{"password_sign_in", "last_active", "active_keys", "password_last_used", "password_set_at"} {
			fact.Miss(field, missing)
		}
		return
	}
	body := fact.Body.(*evidence.User)
	var err error
	if body.PasswordSignIn, err = row.yes("password_enabled"); err != nil {
		fact.Miss("password_sign_in", err)
	}
	if body.ActiveKeys, err = row.activeKeys(); err != nil {
		fact.Miss("active_keys", err)
	}
	if body.LastActive, err = row.lastActive(u.PasswordLastUsed); err != nil {
		fact.Miss("last_active", err)
	}
	if body.PasswordLastUsed, err = row.moment("password_last_used"); err != nil {
		fact.Miss("password_last_used", err)
	} else if u.PasswordLastUsed != nil && u.PasswordLastUsed.After(body.PasswordLastUsed.At) {
		body.PasswordLastUsed = evidence.VolatileDay(*u.PasswordLastUsed) // the list is newer than the report
	}
	row.passwordSetAt(u, fact)
}

// passwordSetAt is when the password was made or last changed; without a
// password nothing was set, and when the user was made stands for it.
func (row reportRow) passwordSetAt(u types.User, fact *evidence.Fact) {
	body := fact.Body.(*evidence.User)
	set, err := row.moment("password_last_changed")
	switch {
	case err != nil:
		fact.Miss("password_set_at", err)
	case set.Never:
		body.PasswordSetAt = utc(u.CreateDate)
	default:
		at, _ := time.Parse(time.RFC3339, row["password_last_changed"])
		body.PasswordSetAt = utc(&at)
	}
}

// moment reads a date that may never have been. IAM user guide: N/A,
// no_information and not_supported stand for never used, or nothing to use.
func (row reportRow) moment(column string) (*evidence.Moment, error) {
	switch row[column] {
	case "N/A", "no_information", "not_supported":
		return evidence.VolatileDay(time.Time{}), nil
	}
	at, err := time.Parse(time.RFC3339, row[column])
	if err != nil {
		return nil, without("iam:GetCredentialReport", "date in "+column)
	}
	return evidence.VolatileDay(at), nil
}

// isOf guards against the row of a deleted user of the same name.
func (row reportRow) isOf(u types.User) bool {
	created, err := time.Parse(time.RFC3339, row["user_creation_time"])
	return err == nil && u.CreateDate != nil && created.Sub(*u.CreateDate).Abs() <= time.Second
}

func (row reportRow) yes(column string) (*bool, error) {
	switch row[column] {
	case "true", "TRUE":
		return aws.Bool(true), nil
	case "false", "FALSE":
		return aws.Bool(false), nil
	}
	return nil, without("iam:GetCredentialReport", "true or false in "+column)
}

func (row reportRow) activeKeys() (*int64, error) {
	n := int64(0)
	for _, column := range []string{"access_key_1_active", "access_key_2_active"} {
		active, err := row.yes(column)
		if err != nil {
			return nil, err
		}
		if *active {
			n++
		}
	}
	return &n, nil
}

// lastActive is the newest use of password or keys: of the report's three
// dates and of the one in the list of users, which is newer.
func (row reportRow) lastActive(passwordLastUsed *time.Time) (*evidence.Moment, error) {
	newest := time.Time{}
	if passwordLastUsed != nil {
		newest = *passwordLastUsed
	}
	for _, column := range []string{"password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"} {
		used, err := row.moment(column)
		if err != nil {
			return nil, err
		}
		if used.At.After(newest) {
			newest = used.At
		}
	}
	return evidence.VolatileDay(newest), nil
}
