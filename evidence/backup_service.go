package evidence

import "time"

var backupServiceKind = KindInfo{Kind: "BackupService", New: func() any { return new(BackupService) }, Doc: "The backup service of an account in one region: what it plans, how its runs end, what was restored. It exists whether or not it is used."}

// BackupService is what the backup service of an account does in one region.
// There is one in every region, used or not, so that no plan is a statement too.
type BackupService struct {
	// Plans by which copies are made. aws: backup:ListBackupPlans
	Plans []BackupPlan `json:"plans,omitzero"`
	// Jobs counts the runs that the provider still lists, by the day they began:
	// each entry counts that day and every later one, the newest day first. Days
	// on which none began have no entry. aws: backup:ListBackupJobs, about 30 days
	Jobs []BackupJobCount `json:"jobs,omitzero"`
	// Failing are the resources whose newest ended run made no whole copy, of the
	// runs that the provider still lists. aws: backup:ListBackupJobs State
	Failing []FailedBackup `json:"failing,omitzero"`
	// Restores are the newest restores the provider still lists, one for each type
	// of resource, status and validation. aws: backup:ListRestoreJobs
	Restores []Restore `json:"restores,omitzero"`

	// HoldsData: there are data stores in the region. Derived.
	HoldsData *bool `json:"holds_data,omitzero" derived:"true"`
	// Data says which kinds of data store are in use in the region. Derived.
	Data []BackupData `json:"data,omitzero" derived:"true"`
}

// BackupData says whether stores of a kind exist.
type BackupData struct {
	Type  string `json:"type" seen:"always"` // in the backup service's words: RDS, Aurora, DynamoDB, EBS, EFS, S3 …
	InUse *bool  `json:"in_use,omitzero"`
}

// BackupJobCount counts runs since a day.
type BackupJobCount struct {
	Since  time.Time `json:"since" seen:"always"`  // midnight, UTC
	Total  int64     `json:"total" seen:"always"`  // runs that began since then
	Failed int64     `json:"failed" seen:"always"` // those that ended FAILED, ABORTED, EXPIRED or PARTIAL
}

// FailedBackup is the newest ended run of a resource, where that made no whole copy.
type FailedBackup struct {
	Resource string    `json:"resource" seen:"always"` // the provider's id of the resource: an ARN
	Type     string    `json:"type" seen:"always"`     // in the backup service's words
	State    string    `json:"state" seen:"always"`    // FAILED, ABORTED, EXPIRED, PARTIAL
	At       time.Time `json:"at" seen:"always"`       // when it began
}

// Restore is a restore that ended or is under way.
type Restore struct {
	Type       string    `json:"type" seen:"always"`           // of the resource, in the backup service's words
	Status     string    `json:"status" seen:"always"`         // PENDING, RUNNING, COMPLETED, ABORTED, FAILED
	Validation string    `json:"validation" seen:"always"`     // SUCCESSFUL, FAILED, TIMED_OUT, VALIDATING; empty: nobody validated it
	Test       bool      `json:"test,omitempty" seen:"always"` // a restore testing plan made it
	At         time.Time `json:"at" seen:"always"`             // when it ended, else when it began
}
