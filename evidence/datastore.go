package evidence

import "time"

var datastoreKind = KindInfo{Kind: "Datastore", New: func() any { return new(Datastore) }, Doc: "Something that keeps data: a bucket, a database, a file system."}

// Datastore is something that keeps data: bucket, database, table, file system.
type Datastore struct {
	CreatedAt  *time.Time        `json:"created_at,omitzero"`
	Tags       map[string]string `json:"tags,omitzero"`
	Encryption *Encryption       `json:"encryption,omitzero"` // at rest
	Versioning *bool             `json:"versioning,omitzero"` // old versions are kept. aws: s3:GetBucketVersioning
	Logging    *bool             `json:"logging,omitzero"`    // access is logged. aws: s3:GetBucketLogging
	Backup     *Backup           `json:"backup,omitzero"`
	// DeletionProtected: it cannot be deleted without first lifting a protection. aws: rds DeletionProtection
	DeletionProtected *bool `json:"deletion_protected,omitzero"`

	// SharedWith are the accounts that may make a store of their own from it;
	// "all" is everybody. aws: restore attribute of rds:DescribeDBSnapshotAttributes
	// and rds:DescribeDBClusterSnapshotAttributes
	SharedWith []string `json:"shared_with,omitzero"`

	S3  *S3Bucket    `json:"s3,omitzero"`
	RDS *RDSInstance `json:"rds,omitzero"`
	EBS *EBSDisk     `json:"ebs,omitzero"`

	// Public: anyone on the internet can reach or read it. Derived from
	// policies, access lists, blocks and network settings.
	Public *bool `json:"public,omitzero" derived:"true"`
	// TLSOnly: it refuses unencrypted connections. Derived.
	TLSOnly *bool `json:"tls_only,omitzero" derived:"true"`
	// LastBackup is the newest copy that the backup service of the store's region
	// holds; never: none. Derived from its protected resources.
	LastBackup *Moment `json:"last_backup,omitzero" derived:"true"`
}

// Encryption at rest, and whose key.
type Encryption struct {
	Enabled     *bool   `json:"enabled,omitzero"`
	Algorithm   *string `json:"algorithm,omitzero"`    // the provider's word: "AES256", "aws:kms"
	KeyID       *string `json:"key_id,omitzero"`       // empty: the provider's default key
	CustomerKey *bool   `json:"customer_key,omitzero"` // the customer controls the key, as far as the setting tells
}

// Backup is how a data store can be restored.
type Backup struct {
	RetentionDays    *int64  `json:"retention_days,omitzero"`    // 0: none. aws: rds BackupRetentionPeriod
	LatestRestorable *Moment `json:"latest_restorable,omitzero"` // volatile, by half day. aws: rds LatestRestorableTime
	// PointInTime: it can be brought back to any second. aws: dynamodb:DescribeContinuousBackups PointInTimeRecoveryStatus
	PointInTime *bool `json:"point_in_time,omitzero"`
	// Automatic: the provider makes copies by itself. aws: efs:DescribeBackupPolicy Status
	Automatic *bool `json:"automatic,omitzero"`
}

// S3Bucket is what only S3 has.
type S3Bucket struct {
	Policy            *PolicyDocument    `json:"policy,omitzero"`              // s3:GetBucketPolicy
	PublicAccessBlock *PublicAccessBlock `json:"public_access_block,omitzero"` // s3:GetPublicAccessBlock
	Grants            []ACLGrant         `json:"grants,omitzero"`              // s3:GetBucketAcl
	Ownership         *string            `json:"ownership,omitzero"`           // s3:GetBucketOwnershipControls; empty: never set
}

// PublicAccessBlock are the four switches that keep S3 data private, of a
// bucket or an account. A block that was never set has all four false.
type PublicAccessBlock struct {
	BlockPublicACLs       *bool `json:"block_public_acls,omitzero"`
	IgnorePublicACLs      *bool `json:"ignore_public_acls,omitzero"`
	BlockPublicPolicy     *bool `json:"block_public_policy,omitzero"`
	RestrictPublicBuckets *bool `json:"restrict_public_buckets,omitzero"`
}

// ACLGrant is one grant of an access control list.
type ACLGrant struct {
	Grantee    string `json:"grantee" seen:"always"`    // group URI or canonical id
	Permission string `json:"permission" seen:"always"` // READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL
}

// RDSInstance is what only RDS has. aws: rds:DescribeDBInstances
type RDSInstance struct {
	Engine             *string `json:"engine,omitzero"` // "postgres", "aurora-mysql"
	EngineVersion      *string `json:"engine_version,omitzero"`
	PubliclyAccessible *bool   `json:"publicly_accessible,omitzero"`
	MultiAZ            *bool   `json:"multi_az,omitzero"`
	Cluster            *string `json:"cluster,omitzero"` // empty: none
}

// EBSDisk is what only the disks of EC2, and snapshots of them, have.
type EBSDisk struct {
	// Attached to a machine; only volumes. aws: ec2:DescribeVolumes
	Attached *bool `json:"attached,omitzero"`
	// RestorableByAll: every AWS account may make a volume of it; only snapshots.
	// aws: ec2:DescribeSnapshots, of those that are restorable by all
	RestorableByAll *bool `json:"restorable_by_all,omitzero"`
}
