package main

import "github.com/controlwatch/controlwatch/soc2"

const (
	noBackup     = "moto implements no jobs, restores, selections and protected resources of AWS Backup"
	noRootUser   = "moto's credential report has no row of the root user and its summary no password of it"
	noCompletion = "moto never states this delivery as done, which AWS does within minutes"
	noPeople     = "who is employed comes from another source"
	notMeant     = "the check is for other resources of the kind"
)

// goodExpected is the good world. The documentation: the user guides and API
// references of each service, and what the settings there called recommended do.
var goodExpected = []foreseen{
	{check: "cloud-user-has-no-policies-of-its-own", outcome: soc2.Pass, resources: "person, robot"},
	{check: "account-administrators-are-few", outcome: soc2.Pass, resources: "the account"},
	{check: "security-contact-is-set", outcome: soc2.Pass, resources: "the account"},
	{check: "data-store-is-labelled", outcome: soc2.Pass, resources: "table, files, cluster, database, acme-good-data"},
	{check: "machine-is-labelled", outcome: soc2.Pass, resources: "shop-1"},
	{check: "account-records-every-action", outcome: soc2.Pass, resources: "the account"},
	{check: "trail-is-encrypted-with-own-key", outcome: soc2.Pass, resources: "trail"},
	{check: "trail-shows-tampering", outcome: soc2.Pass, resources: "trail"},
	{check: "database-is-backed-up", outcome: soc2.Pass, resources: "cluster, database"},
	{check: "file-system-is-backed-up", outcome: soc2.Pass, resources: "files"},
	{check: "table-can-be-restored", outcome: soc2.Pass, resources: "table"},
	{check: "certificate-has-time-left", outcome: soc2.Pass, resources: "shop.example"},
	{check: "images-are-scanned", outcome: soc2.Pass, resources: "images"},
	{check: "systems-are-scanned", outcome: soc2.Pass, resources: "Inspector in eu-west-1"},
	{check: "account-records-global-configuration", outcome: soc2.Pass, resources: "the account"},
	{check: "bucket-is-encrypted", outcome: soc2.Pass, resources: "acme-good-data"},
	{check: "database-is-encrypted", outcome: soc2.Pass, resources: "cluster, database"},
	{check: "database-snapshot-is-encrypted", outcome: soc2.Pass, resources: "cluster-copy, database-copy"},
	{check: "disk-is-encrypted", outcome: soc2.Pass, resources: "disk, shop-1"},
	{check: "file-system-is-encrypted", outcome: soc2.Pass, resources: "files"},
	{check: "queue-is-encrypted", outcome: soc2.Pass, resources: "queue"},
	{check: "region-encrypts-new-disks", outcome: soc2.Pass, resources: "EC2 in eu-west-1"},
	{check: "snapshot-is-encrypted", outcome: soc2.Pass, resources: "copy"},
	{check: "table-uses-a-key-service", outcome: soc2.Pass, resources: "table"},
	{check: "topic-is-encrypted", outcome: soc2.Pass, resources: "topic"},
	{check: "bucket-keeps-versions", outcome: soc2.Pass, resources: "acme-good-data"},
	{check: "database-cannot-be-deleted-by-accident", outcome: soc2.Pass, resources: "cluster, database"},
	{check: "bucket-refuses-plain-connections", outcome: soc2.Pass, resources: "acme-good-data"},
	{check: "load-balancer-uses-tls", outcome: soc2.Pass, resources: "balancer"},
	{check: "account-blocks-public-buckets", outcome: soc2.Pass, resources: "S3 of 111122223333"},
	{check: "bucket-is-not-public", outcome: soc2.Pass, resources: "acme-good-data"},
	{check: "database-is-not-public", outcome: soc2.Pass, resources: "database"},
	{check: "database-snapshot-is-not-shared", outcome: soc2.Pass, resources: "cluster-copy, database-copy"},
	{check: "queue-is-not-public", outcome: soc2.Pass, resources: "topic, queue"},
	{check: "region-blocks-public-snapshots", outcome: soc2.Pass, resources: "EC2 in eu-west-1"},
	{check: "snapshot-is-not-public", outcome: soc2.Pass, resources: "copy"},
	{check: "access-key-is-in-use", outcome: soc2.Pass, resources: "robot/key"},
	{check: "console-password-is-in-use", outcome: soc2.Pass, resources: "person"},
	{check: "machine-metadata-needs-a-token", outcome: soc2.Pass, resources: "shop-1"},
	{check: "key-is-not-given-up", outcome: soc2.Pass, resources: "key, " + diskKey},
	{check: "key-names-its-users", outcome: soc2.Pass, resources: "key, " + diskKey},
	{check: "log-store-keeps-a-year", outcome: soc2.Pass, resources: "/logs"},
	{check: "admin-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc, group"},
	{check: "data-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc, group"},
	{check: "default-group-is-closed", outcome: soc2.Pass, resources: "default of vpc"},
	{check: "only-approved-ports-are-public", outcome: soc2.Pass, resources: "default of vpc, group"},
	{check: "role-trusts-known-accounts", outcome: soc2.Pass, resources: "functions, pipeline"},
	{check: "account-password-policy-is-strong", outcome: soc2.Pass, resources: "password policy"},
	{check: "console-user-has-second-factor", outcome: soc2.Pass, resources: "person"},
	{check: "own-policy-grants-no-administration", outcome: soc2.Pass, resources: "readers"},
	{check: "pipeline-trust-names-repositories", outcome: soc2.Pass, resources: "pipeline"},
	{check: "function-is-not-public", outcome: soc2.Pass, resources: "function"},
	{check: "image-tags-cannot-be-moved", outcome: soc2.Pass, resources: "images"},
	{check: "root-has-no-access-keys", outcome: soc2.Pass, resources: "the account"},
	{check: "secret-is-rotated", outcome: soc2.Pass, resources: "secret"},
	{check: "network-logs-connections", outcome: soc2.Pass, resources: "network"},
	{check: "cloud-account-is-federated", outcome: soc2.Pass, resources: "the account"},
	{check: "cloud-user-signs-in-through-directory", outcome: soc2.Pass, resources: "person"}, // the one for emergencies
	{check: "access-key-is-young", outcome: soc2.Pass, resources: "robot/key"},
	{check: "user-keeps-few-active-keys", outcome: soc2.Pass, resources: "person, robot"},
	{check: "machine-is-managed", outcome: soc2.Pass, resources: "shop-1"},
	{check: "machine-is-patched", outcome: soc2.Pass, resources: "shop-1"},
	{check: "region-detects-threats", outcome: soc2.Pass, resources: "GuardDuty in eu-west-1"},

	// What moto cannot make good.
	{check: "key-rotates", outcome: soc2.Fail, resources: diskKey, why: "moto's key for disks is AWS's own, which AWS rotates, but moto calls it the customer's and says it does not rotate"},
	{check: "key-rotates", outcome: soc2.Unobserved, resources: "key", why: "moto states no period of rotation"},
	{check: "trail-can-be-searched", outcome: soc2.Fail, resources: "trail", why: noCompletion},
	{check: "region-records-configuration", outcome: soc2.Fail, resources: "AWS Config in eu-west-1", why: noCompletion},
	{check: "region-has-a-backup-plan", outcome: soc2.Unobserved, resources: "AWS Backup in eu-west-1", why: noBackup},
	{check: "backup-runs-succeed", outcome: soc2.Unobserved, resources: "AWS Backup in eu-west-1", why: noBackup},
	{check: "restores-are-tested", outcome: soc2.Unobserved, resources: "AWS Backup in eu-west-1", why: noBackup},
	{check: "production-data-has-a-recent-copy", outcome: soc2.Unobserved, resources: "table, files, cluster, database, acme-good-data", why: noBackup},
	{check: "root-is-not-used", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-signs-in-with-second-factor", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-factor-is-hardware", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "region-finds-outside-access", outcome: soc2.Unobserved, resources: "IAM Access Analyzer in eu-west-1", why: "moto has no Access Analyzer"},
	{check: "region-measures-settings", outcome: soc2.Unobserved, resources: "Security Hub in eu-west-1", why: "moto lists no standards"},
	{check: "threat-is-handled-in-time", outcome: soc2.Unobserved, resources: "aws/111122223333/eu-west-1", why: "moto lists no findings of GuardDuty"},
	{check: "account-has-person-or-owner", outcome: soc2.Unobserved, resources: "person, robot", why: noPeople},

	// What does not apply.
	{check: "cloud-administrator-has-security-key", outcome: soc2.NotApplicable, resources: "person, robot", why: "nobody may do everything: moto has none of AWS's own policies, and one of the company's own would be bad"},
	{check: "console-password-is-in-use", outcome: soc2.NotApplicable, resources: "robot", why: "it has no password"},
	{check: "console-user-has-second-factor", outcome: soc2.NotApplicable, resources: "robot", why: "it has no password"},
	{check: "cloud-user-signs-in-through-directory", outcome: soc2.NotApplicable, resources: "robot", why: "it has no password"},
	{check: "region-demands-metadata-tokens", outcome: soc2.NotApplicable, resources: "EC2 in eu-west-1", why: "asked only of those who choose to"},
	{check: "default-group-is-closed", outcome: soc2.NotApplicable, resources: "group", why: notMeant},
	{check: "pipeline-trust-names-repositories", outcome: soc2.NotApplicable, resources: "functions", why: notMeant},
	{check: "network-logs-connections", outcome: soc2.NotApplicable, resources: "vpc", why: "the network that AWS makes, with nothing in it"},
}

// diskKey is what moto calls AWS's own key for disks.
const diskKey = "Default master key that protects my EBS volumes when no other key is defined"
