package evidence

var regionDefaultsKind = KindInfo{Kind: "RegionDefaults", New: func() any { return new(RegionDefaults) }, Doc: "Settings of a region that bind what is made in it."}

// RegionDefaults are settings of an account in one region that bind the disks
// and machines made there.
type RegionDefaults struct {
	// DiskEncryption: a new disk is encrypted whatever its maker says. aws: ec2:GetEbsEncryptionByDefault
	DiskEncryption *bool `json:"disk_encryption,omitzero"`
	// SnapshotBlock keeps snapshots of disks from being public: block-all-sharing,
	// block-new-sharing or unblocked. aws: ec2:GetSnapshotBlockPublicAccessState
	SnapshotBlock *string `json:"snapshot_block,omitzero"`
	// MetadataTokens: a new machine's metadata needs session tokens: required,
	// optional, or empty where nothing is set. aws: ec2:GetInstanceMetadataDefaults HttpTokens
	MetadataTokens *string `json:"metadata_tokens,omitzero"`
}
