package evidence

import "time"

var logStoreKind = KindInfo{Kind: "LogStore", New: func() any { return new(LogStore) }, Doc: "A place where log entries are kept and searched."}

// LogStore is a place where log entries are kept and searched: a log group, a log bucket.
type LogStore struct {
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: cloudwatchlogs:DescribeLogGroups creationTime
	// RetentionDays is how long an entry is kept; 0: for ever.
	// aws: cloudwatchlogs:DescribeLogGroups retentionInDays, absent where entries never expire
	RetentionDays *int64 `json:"retention_days,omitzero"`
	// KeyID is the key that encrypts the entries; empty: the provider's own.
	// aws: cloudwatchlogs:DescribeLogGroups kmsKeyId
	KeyID *string `json:"key_id,omitzero"`
}
