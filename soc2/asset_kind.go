package soc2

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// AssetKind says of one kind of fact what the inventory shows of it.
type AssetKind struct {
	Kind    evidence.Kind
	Holds   bool     // it can hold data, so it must be classified
	Version string   // field that tells its version; empty: none does
	Shows   []string // fields that are its main security configuration
}

// AssetKinds are the kinds of fact that are things a company has: it must know who
// owns each of them, and what data is in those that can hold any. The other kinds
// are settings of them, or records of what happened; see RecordKinds.
var AssetKinds = []AssetKind{
	{Kind: "AccessKey", Shows: []string{"user", "active", "created_at", "last_used"}},
	{Kind: "Account", Shows: []string{"mfa_required", "administrators", "mfa_share"}},
	{Kind: "Application", Holds: true, Shows: []string{"status", "sign_on", "sign_on_policy", "everything"}},
	{Kind: "Artifact", Holds: true, Shows: []string{"mutability", "scan_on_push", "key_id"}},
	{Kind: "AuditTrail", Holds: true, Shows: []string{"active", "everywhere", "integrity_protected", "key_id"}},
	{Kind: "Certificate", Shows: []string{"status", "expires_at", "key_algorithm", "renews_itself"}},
	{Kind: "Datastore", Holds: true, Version: "rds.engine_version", Shows: []string{"encryption", "public", "tls_only", "versioning", "logging", "last_backup", "deletion_protected"}},
	{Kind: "Device", Holds: true, Version: "os_version", Shows: []string{"managed", "encrypted", "screen_lock", "protected", "updates_current"}},
	{Kind: "EncryptionKey", Shows: []string{"state", "rotation", "public"}},
	{Kind: "Group", Shows: []string{"roles", "members"}},
	{Kind: "IdentityProvider", Shows: []string{"protocol", "active", "issuer", "valid_until"}},
	{Kind: "LoadBalancer", Shows: []string{"sort", "internet_facing", "listeners"}},
	{Kind: "LogStore", Holds: true, Shows: []string{"retention_days", "key_id"}},
	{Kind: "Network", Shows: []string{"default", "in_use", "flow_logs"}},
	{Kind: "Queue", Holds: true, Shows: []string{"encryption", "public"}},
	{Kind: "Repository", Holds: true, Shows: []string{"visibility", "archived", "secret_scanning", "push_protection", "dependency_alerts", "administrators"}},
	{Kind: "Role", Shows: []string{"admin", "anyone_trusted", "last_used"}},
	{Kind: "Secret", Holds: true, Shows: []string{"rotation_enabled", "last_rotated", "last_changed"}},
	{Kind: "User", Shows: []string{"status", "mfa", "admin", "last_active"}},
	{Kind: "Vendor", Holds: true, Shows: []string{"service", "critical", "data_types", "reviewed_at", "report"}},
	{Kind: "Workload", Holds: true, Version: "lambda.runtime", Shows: []string{"running", "identity", "public_address", "public", "metadata", "management", "patching"}},
}

// RecordKinds are the kinds of fact that are no things of their own.
var RecordKinds = []evidence.Kind{
	"AccessAnalyzer", "Attestation", "BackupService", "BranchHistory", "BranchRule", "ChangeEvent", "ChangeRequest", "ConfigurationRecorder",
	"DatastoreDefaults", "Employment", "EnrolmentPolicy", "Environment", "Grant", "NetworkRule", "PasswordPolicy", "PipelineSettings",
	"Policy", "ProtectedResource", "RegionDefaults", "RepositoryAccess", "SecurityAlert", "SignOnPolicy", "ThreatDetection", "Training",
	"VulnerabilityScanner", "Webhook", "Workflow",
}

// AssetKindOf finds the kind of an asset; false: facts of this kind are no assets.
func AssetKindOf(kind evidence.Kind) (AssetKind, bool) {
	if i := slices.IndexFunc(AssetKinds, func(k AssetKind) bool { return k.Kind == kind }); i >= 0 {
		return AssetKinds[i], true
	}
	return AssetKind{}, false
}
