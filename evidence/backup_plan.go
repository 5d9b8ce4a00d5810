package evidence

// BackupPlan is a schedule by which a backup service makes copies.
// aws: backup:ListBackupPlans
type BackupPlan struct {
	ID   string `json:"id" seen:"always"`
	Name string `json:"name" seen:"always"`
	// Rules say when copies are made and for how long they are kept. aws: backup:GetBackupPlan
	Rules []BackupRule `json:"rules,omitzero"`
	// Selections are the names of what it is applied to; a plan without one backs
	// up nothing. aws: backup:ListBackupSelections
	Selections []string `json:"selections,omitzero"`
}

// BackupRule is one rule of a plan.
type BackupRule struct {
	Name string `json:"name" seen:"always"`
	// Schedule is the provider's expression; empty: the rule has none. aws: ScheduleExpression
	Schedule *string `json:"schedule,omitzero"`
	// RetentionDays is how long a copy is kept; 0: for ever. aws: Lifecycle.DeleteAfterDays
	RetentionDays *int64 `json:"retention_days,omitzero"`
	// PointInTime: changes are kept between two runs too. aws: EnableContinuousBackup
	PointInTime *bool `json:"point_in_time,omitzero"`
}
