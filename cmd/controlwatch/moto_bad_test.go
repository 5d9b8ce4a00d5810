package main

import "github.com/controlwatch/controlwatch/soc2"

const everyAdministrator = "person, second, third, fourth, fifth, sixth"

// badExpected is the bad world, looked at after a year in which nobody did anything.
var badExpected = []foreseen{
	{check: "cloud-user-has-no-policies-of-its-own", outcome: soc2.Fail, resources: everyAdministrator},
	{check: "account-administrators-are-few", outcome: soc2.Fail, resources: "the account"}, // six
	{check: "cloud-administrator-has-security-key", outcome: soc2.Fail, resources: everyAdministrator},
	{check: "data-store-is-labelled", outcome: soc2.Fail, resources: "table, files, cluster, database, acme-bad-data"},
	{check: "machine-is-labelled", outcome: soc2.Fail, resources: "signer-1"},
	{check: "account-records-every-action", outcome: soc2.Fail, resources: "the account"}, // a trail of one region that was never switched on
	{check: "trail-is-encrypted-with-own-key", outcome: soc2.Fail, resources: "trail"},
	{check: "trail-shows-tampering", outcome: soc2.Fail, resources: "trail"},
	{check: "trail-can-be-searched", outcome: soc2.Fail, resources: "trail"},
	{check: "database-is-backed-up", outcome: soc2.Fail, resources: "cluster, database"}, // one day, none
	{check: "region-has-a-backup-plan", outcome: soc2.Fail, resources: "AWS Backup in us-east-1"},
	{check: "certificate-has-time-left", outcome: soc2.Fail, resources: "shop.example"},
	{check: "images-are-scanned", outcome: soc2.Fail, resources: "images"},
	{check: "systems-are-scanned", outcome: soc2.Fail, resources: "Inspector in us-east-1"},
	{check: "account-records-global-configuration", outcome: soc2.Fail, resources: "the account"},
	{check: "region-records-configuration", outcome: soc2.Fail, resources: "AWS Config in us-east-1"},
	{check: "bucket-is-encrypted", outcome: soc2.Fail, resources: "acme-bad-data"}, // confidential, under AWS's own key
	{check: "database-is-encrypted", outcome: soc2.Fail, resources: "cluster, database"},
	{check: "database-snapshot-is-encrypted", outcome: soc2.Fail, resources: "cluster-copy, database-copy"},
	{check: "disk-is-encrypted", outcome: soc2.Fail, resources: "disk, signer-1"},
	{check: "file-system-is-encrypted", outcome: soc2.Fail, resources: "files"},
	{check: "queue-is-encrypted", outcome: soc2.Fail, resources: "queue"},
	{check: "region-encrypts-new-disks", outcome: soc2.Fail, resources: "EC2 in us-east-1"},
	{check: "snapshot-is-encrypted", outcome: soc2.Fail, resources: "copy"},
	{check: "table-uses-a-key-service", outcome: soc2.Fail, resources: "table"}, // confidential
	{check: "topic-is-encrypted", outcome: soc2.Fail, resources: "topic"},
	{check: "bucket-keeps-versions", outcome: soc2.Fail, resources: "acme-bad-data"},
	{check: "database-cannot-be-deleted-by-accident", outcome: soc2.Fail, resources: "cluster, database"},
	{check: "bucket-refuses-plain-connections", outcome: soc2.Fail, resources: "acme-bad-data"},
	{check: "load-balancer-uses-tls", outcome: soc2.Fail, resources: "balancer"}, // TLS 1.0
	{check: "account-blocks-public-buckets", outcome: soc2.Fail, resources: "S3 of 111122223333"},
	{check: "bucket-is-not-public", outcome: soc2.Fail, resources: "acme-bad-data"},
	{check: "database-is-not-public", outcome: soc2.Fail, resources: "database"},
	{check: "database-snapshot-is-not-shared", outcome: soc2.Fail, resources: "cluster-copy, database-copy"}, // with a stranger, with everybody
	{check: "queue-is-not-public", outcome: soc2.Fail, resources: "topic, queue"},
	{check: "region-blocks-public-snapshots", outcome: soc2.Fail, resources: "EC2 in us-east-1"},
	{check: "snapshot-is-not-public", outcome: soc2.Fail, resources: "copy"},
	{check: "access-key-is-in-use", outcome: soc2.Fail, resources: "person/key, second/key, third/key, fourth/key, fifth/key, sixth/key"},
	{check: "access-key-is-young", outcome: soc2.Fail, resources: "person/key, second/key, third/key, fourth/key, fifth/key, sixth/key"},
	{check: "user-keeps-few-active-keys", outcome: soc2.Fail, resources: everyAdministrator}, // two each
	{check: "console-password-is-in-use", outcome: soc2.Fail, resources: everyAdministrator},
	{check: "console-user-has-second-factor", outcome: soc2.Fail, resources: everyAdministrator},
	{check: "cloud-user-signs-in-through-directory", outcome: soc2.Fail, resources: everyAdministrator},
	{check: "machine-metadata-needs-a-token", outcome: soc2.Fail, resources: "signer-1"},
	{check: "key-is-not-given-up", outcome: soc2.Fail, resources: "leaving"},
	{check: "key-names-its-users", outcome: soc2.Fail, resources: "key, leaving"}, // anybody
	{check: "key-rotates", outcome: soc2.Fail, resources: "key"},
	{check: "log-store-keeps-a-year", outcome: soc2.Fail, resources: "/logs"},
	{check: "admin-ports-are-closed", outcome: soc2.Fail, resources: "group"},
	{check: "data-ports-are-closed", outcome: soc2.Fail, resources: "group"},
	{check: "only-approved-ports-are-public", outcome: soc2.Fail, resources: "group"},
	{check: "default-group-is-closed", outcome: soc2.Fail, resources: "default of vpc"}, // as AWS makes it: its members reach each other
	{check: "role-trusts-known-accounts", outcome: soc2.Fail, resources: "open"},
	{check: "account-password-policy-is-strong", outcome: soc2.Fail, resources: "password policy"}, // AWS's default, eight characters
	{check: "own-policy-grants-no-administration", outcome: soc2.Fail, resources: "everything, user/person/all, user/second/all, user/third/all, user/fourth/all, user/fifth/all, user/sixth/all"},
	{check: "pipeline-trust-names-repositories", outcome: soc2.Fail, resources: "pipeline"},
	{check: "function-is-not-public", outcome: soc2.Fail, resources: "function"},
	{check: "image-tags-cannot-be-moved", outcome: soc2.Fail, resources: "images"},
	{check: "secret-is-rotated", outcome: soc2.Fail, resources: "secret"},
	{check: "network-logs-connections", outcome: soc2.Fail, resources: "network"},
	{check: "machine-is-managed", outcome: soc2.Fail, resources: "signer-1"}, // silent for a month
	{check: "machine-is-patched", outcome: soc2.Fail, resources: "signer-1"},
	{check: "region-detects-threats", outcome: soc2.Fail, resources: "GuardDuty in us-east-1"},
	{check: "region-measures-settings", outcome: soc2.Fail, resources: "Security Hub in us-east-1"},

	// What moto cannot make bad.
	{check: "root-has-no-access-keys", outcome: soc2.Pass, resources: "the account", why: "moto's root user has none and can be given none"},
	{check: "cloud-account-is-federated", outcome: soc2.Pass, resources: "the account", why: "moto has an Identity Center in every region"},
	{check: "root-is-not-used", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-signs-in-with-second-factor", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-factor-is-hardware", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "security-contact-is-set", outcome: soc2.Unobserved, resources: "the account", why: "moto answers an absent contact with 400 where AWS documents 404"},
	{check: "file-system-is-backed-up", outcome: soc2.Unobserved, resources: "files", why: noBackup},
	{check: "table-can-be-restored", outcome: soc2.Unobserved, resources: "table", why: noBackup},
	{check: "backup-runs-succeed", outcome: soc2.Unobserved, resources: "AWS Backup in us-east-1", why: noBackup},
	{check: "restores-are-tested", outcome: soc2.Unobserved, resources: "AWS Backup in us-east-1", why: noBackup},
	{check: "region-finds-outside-access", outcome: soc2.Unobserved, resources: "IAM Access Analyzer in us-east-1", why: "moto has no Access Analyzer"},
	{check: "threat-is-handled-in-time", outcome: soc2.Unobserved, resources: "aws/111122223333/us-east-1", why: "GuardDuty is off, so what it would find is not known"},
	{check: "system-weakness-is-fixed-in-time", outcome: soc2.Unobserved, resources: "aws/111122223333/us-east-1", why: "Inspector is off, so what it would find is not known"},
	{check: "account-has-person-or-owner", outcome: soc2.Unobserved, resources: everyAdministrator, why: noPeople},

	// What is bad in another way, or not at all.
	{check: "key-is-not-given-up", outcome: soc2.Pass, resources: "key", why: "it is kept"},
	{check: "role-trusts-known-accounts", outcome: soc2.Pass, resources: "functions, pipeline", why: "a service, and a directory that the next check judges"},
	{check: "admin-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "data-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "only-approved-ports-are-public", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "key-rotates", outcome: soc2.NotApplicable, resources: "leaving", why: "it is about to be deleted"},
	{check: "production-data-has-a-recent-copy", outcome: soc2.NotApplicable, resources: "table, files, cluster, database, acme-bad-data", why: "nothing says that it is production's, which another check complains of"},
	{check: "region-demands-metadata-tokens", outcome: soc2.NotApplicable, resources: "EC2 in us-east-1", why: "asked only of those who choose to"},
	{check: "default-group-is-closed", outcome: soc2.NotApplicable, resources: "group", why: notMeant},
	{check: "pipeline-trust-names-repositories", outcome: soc2.NotApplicable, resources: "functions, open", why: notMeant},
	{check: "network-logs-connections", outcome: soc2.NotApplicable, resources: "vpc", why: "the network that AWS makes, with nothing in it"},
}
