package evidence

import "time"

var auditTrailKind = KindInfo{Kind: "AuditTrail", New: func() any { return new(AuditTrail) }, Doc: "A record of who did what, and where it is delivered."}

// AuditTrail is a record of who did what: an AWS trail, an organisation's audit
// log, a stream of an identity provider's system log.
type AuditTrail struct {
	CreatedAt *time.Time `json:"created_at,omitzero"`
	// Active: events are being recorded or delivered now.
	// aws: cloudtrail:GetTrailStatus IsLogging; okta: always
	Active *bool `json:"active,omitzero"`
	// Everywhere: it covers every region or part of the account.
	// aws: cloudtrail:DescribeTrails IsMultiRegionTrail and IncludeGlobalServiceEvents
	Everywhere *bool `json:"everywhere,omitzero"`
	// Reads and Writes: it records all management events that read, or change.
	// aws: cloudtrail:GetEventSelectors
	Reads  *bool `json:"reads,omitzero"`
	Writes *bool `json:"writes,omitzero"`
	// ExcludedSources are the services whose management events it leaves out.
	// aws: cloudtrail:GetEventSelectors ExcludeManagementEventSources, or eventSource
	// NotEquals of an advanced selector
	ExcludedSources []string `json:"excluded_sources,omitzero"`
	// Organisation: it belongs to the whole organisation and is kept by one account
	// of it. aws: cloudtrail:DescribeTrails IsOrganizationTrail
	Organisation *bool `json:"organisation,omitzero"`
	// LastDelivered is the newest delivery. Volatile, by hour. aws: LatestDeliveryTime
	LastDelivered *Moment `json:"last_delivered,omitzero"`
	// DeliveryError is the provider's word for the newest failed delivery; empty: none.
	DeliveryError *string `json:"delivery_error,omitzero"`
	// IntegrityProtected: a change to what was delivered can be detected. aws: LogFileValidationEnabled
	IntegrityProtected *bool `json:"integrity_protected,omitzero"`
	// KeyID is the key that encrypts what is delivered; empty: the provider's own.
	KeyID *string `json:"key_id,omitzero"`
	// Destination is where events go: a bucket, a log group, a collector; empty: nowhere.
	Destination *string `json:"destination,omitzero"`
	// Searchable: events also go to a place where they can be searched and alerted on.
	// aws: CloudWatchLogsLogGroupArn is set
	Searchable *bool `json:"searchable,omitzero"`
	// LastSearchable is the newest delivery there. Volatile, by hour. aws: LatestCloudWatchLogsDeliveryTime
	LastSearchable *Moment `json:"last_searchable,omitzero"`
	// RetentionDays is how long the provider itself keeps events; 0: for ever.
	RetentionDays *int64 `json:"retention_days,omitzero"`
	// Streams carry it to somewhere else as it is written. okta: GET /api/v1/logStreams
	Streams []AuditStream `json:"streams,omitzero"`
}

// AuditStream carries a trail to somewhere else as it is written.
type AuditStream struct {
	ID     string `json:"id" seen:"always"`
	Name   string `json:"name" seen:"always"`
	Active *bool  `json:"active,omitzero"`
	Kind   string `json:"kind" seen:"always"` // the provider's word: "aws_eventbridge"
}
