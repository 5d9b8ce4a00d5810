package evidence

import "time"

var artifactKind = KindInfo{Kind: "Artifact", New: func() any { return new(Artifact) }, Doc: "A place where built software is kept before it runs, such as a repository of container images."}

// Artifact is a repository of built software, such as container images.
type Artifact struct {
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: ecr:DescribeRepositories createdAt
	// Mutability is the provider's word on whether a tag can be moved to another
	// image: MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION …
	// aws: ecr:DescribeRepositories imageTagMutability
	Mutability *string `json:"mutability,omitzero"`
	// ScanOnPush is the repository's own switch.
	// aws: ecr:DescribeRepositories imageScanningConfiguration.scanOnPush
	ScanOnPush *bool `json:"scan_on_push,omitzero"`
	// Scanning is what the registry demands of all its repositories.
	// aws: ecr:GetRegistryScanningConfiguration
	Scanning *RegistryScanning `json:"scanning,omitzero"`
	// KeyID is the key that encrypts it; empty: the provider's own.
	// aws: ecr:DescribeRepositories encryptionConfiguration.kmsKey
	KeyID *string `json:"key_id,omitzero"`

	// Scanned: each image that comes in is examined for known weaknesses. Derived
	// from the repository's switch and the registry's rules.
	Scanned *bool `json:"scanned,omitzero" derived:"true"`
}

// RegistryScanning is the scanning configuration of a registry.
type RegistryScanning struct {
	Type  string         `json:"type" seen:"always"`            // BASIC or ENHANCED
	Rules []ScanningRule `json:"rules,omitempty" seen:"always"` // none: nothing is scanned by rule
}

// ScanningRule says how often which repositories are scanned.
type ScanningRule struct {
	Frequency string   `json:"frequency" seen:"always"`         // SCAN_ON_PUSH, CONTINUOUS_SCAN, MANUAL
	Filters   []string `json:"filters,omitempty" seen:"always"` // patterns of repository names
}
