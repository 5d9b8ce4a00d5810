package evidence

var protectedResourceKind = KindInfo{Kind: "ProtectedResource", New: func() any { return new(ProtectedResource) }, Doc: "A resource of which a backup service holds a copy."}

// ProtectedResource is a resource of which a backup service holds, or held, a
// copy. Its id is the resource's own. aws: backup:ListProtectedResources
type ProtectedResource struct {
	// Type of the resource in the backup service's words: RDS, DynamoDB, S3 … ResourceType
	Type *string `json:"type,omitzero"`
	// LastBackup is when the newest copy was made, rounded down to the hour: it
	// moves with every copy, and hours decide. LastBackupTime
	LastBackup *Moment `json:"last_backup,omitzero"`
}
