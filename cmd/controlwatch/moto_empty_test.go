package main

import "github.com/controlwatch/controlwatch/soc2"

const (
	offByDefault = "must be there, and AWS switches it on for nobody"
	bothConfig   = "AWS Config in eu-west-1, AWS Config in us-east-1"
	bothEC2      = "EC2 in eu-west-1, EC2 in us-east-1"
	bothBackup   = "AWS Backup in eu-west-1, AWS Backup in us-east-1"
	bothScopes   = "aws/111122223333/eu-west-1, aws/111122223333/us-east-1"
)

// emptyExpected is an account on the day it was opened: what AWS makes by itself is
// its root user, a network with its default security group in each region, and settings.
var emptyExpected = []foreseen{
	// What must be there.
	{check: "account-records-every-action", outcome: soc2.Fail, resources: "the account", why: offByDefault},
	{check: "account-records-global-configuration", outcome: soc2.Fail, resources: "the account", why: offByDefault},
	{check: "region-records-configuration", outcome: soc2.Fail, resources: bothConfig, why: offByDefault},
	{check: "region-encrypts-new-disks", outcome: soc2.Fail, resources: bothEC2, why: offByDefault},
	{check: "account-blocks-public-buckets", outcome: soc2.Fail, resources: "S3 of 111122223333", why: "AWS blocks for new buckets, not for the account"},
	{check: "default-group-is-closed", outcome: soc2.Fail, resources: "default of vpc", why: "as AWS makes it, its members reach each other and everything outside"},
	{check: "region-detects-threats", outcome: soc2.Fail, resources: "GuardDuty in eu-west-1, GuardDuty in us-east-1", why: offByDefault},
	{check: "region-measures-settings", outcome: soc2.Fail, resources: "Security Hub in eu-west-1, Security Hub in us-east-1", why: offByDefault},

	// What moto does not tell.
	{check: "region-finds-outside-access", outcome: soc2.Unobserved, resources: "IAM Access Analyzer in eu-west-1, IAM Access Analyzer in us-east-1", why: "moto has no Access Analyzer"},
	{check: "security-contact-is-set", outcome: soc2.Unobserved, resources: "the account", why: "moto answers an absent contact with 400 where AWS documents 404"},
	{check: "root-is-not-used", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-signs-in-with-second-factor", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "root-factor-is-hardware", outcome: soc2.Unobserved, resources: "the account", why: noRootUser},
	{check: "backup-runs-succeed", outcome: soc2.Unobserved, resources: bothBackup, why: noBackup},
	{check: "systems-are-scanned", outcome: soc2.Unobserved, resources: "Inspector in eu-west-1, Inspector in us-east-1", why: "moto states nothing of an account that never switched Inspector on"},
	{check: "system-weakness-is-fixed-in-time", outcome: soc2.Unobserved, resources: bothScopes, why: "moto states nothing of an account that never switched Inspector on"},
	{check: "region-blocks-public-snapshots", outcome: soc2.Unobserved, resources: bothEC2, why: "moto does not implement ec2:GetSnapshotBlockPublicAccessState"},
	{check: "threat-is-handled-in-time", outcome: soc2.Unobserved, resources: bothScopes, why: "GuardDuty is off, so what it would find is not known"},

	// What an empty account satisfies.
	{check: "account-administrators-are-few", outcome: soc2.Pass, resources: "the account", why: "nobody but the root user administers it, whom other checks judge"},
	{check: "root-has-no-access-keys", outcome: soc2.Pass, resources: "the account", why: "AWS makes none"},
	{check: "admin-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "data-ports-are-closed", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "only-approved-ports-are-public", outcome: soc2.Pass, resources: "default of vpc", why: "a default group lets in its own members only"},
	{check: "cloud-account-is-federated", outcome: soc2.Pass, resources: "the account", why: "a lie of moto's, which has an Identity Center in every region; AWS has none until it is switched on"},

	// What applies to nothing.
	{check: "region-has-a-backup-plan", outcome: soc2.NotApplicable, resources: bothBackup},
	{check: "restores-are-tested", outcome: soc2.NotApplicable, resources: bothBackup},
	{check: "region-demands-metadata-tokens", outcome: soc2.NotApplicable, resources: bothEC2},
	{check: "account-password-policy-is-strong", outcome: soc2.NotApplicable, resources: "password policy"}, // nobody has a password
	{check: "network-logs-connections", outcome: soc2.NotApplicable, resources: "vpc"},                      // nothing is in it
}

// emptyPopulations are the checks that an empty account gives nothing to judge, and
// the collectors that must have looked for it to the end.
var emptyPopulations = map[string][]string{
	"access-key-is-in-use":                   {"aws_iam_access_keys"},
	"access-key-is-young":                    {"aws_iam_access_keys"},
	"account-has-person-or-owner":            {"aws_iam_users"},
	"bucket-is-encrypted":                    {"aws_s3_buckets"},
	"bucket-is-not-public":                   {"aws_s3_buckets"},
	"bucket-keeps-versions":                  {"aws_s3_buckets"},
	"bucket-refuses-plain-connections":       {"aws_s3_buckets"},
	"certificate-has-time-left":              {"aws_acm_certificates"},
	"cloud-administrator-has-security-key":   {"aws_iam_users"},
	"cloud-user-has-no-policies-of-its-own":  {"aws_iam_users"},
	"cloud-user-signs-in-through-directory":  {"aws_iam_users"},
	"console-password-is-in-use":             {"aws_iam_users"},
	"console-user-has-second-factor":         {"aws_iam_users"},
	"data-store-is-labelled":                 {"aws_s3_buckets", "aws_rds_instances", "aws_rds_clusters", "aws_dynamodb_tables", "aws_efs_file_systems"},
	"database-cannot-be-deleted-by-accident": {"aws_rds_instances", "aws_rds_clusters"},
	"database-is-backed-up":                  {"aws_rds_instances", "aws_rds_clusters"},
	"database-is-encrypted":                  {"aws_rds_instances", "aws_rds_clusters"},
	"database-is-not-public":                 {"aws_rds_instances"},
	"database-snapshot-is-encrypted":         {"aws_rds_snapshots", "aws_rds_cluster_snapshots"},
	"database-snapshot-is-not-shared":        {"aws_rds_snapshots", "aws_rds_cluster_snapshots"},
	"disk-is-encrypted":                      {"aws_ec2_volumes"},
	"file-system-is-backed-up":               {"aws_efs_file_systems"},
	"file-system-is-encrypted":               {"aws_efs_file_systems"},
	"function-is-not-public":                 {"aws_lambda_functions"},
	"image-tags-cannot-be-moved":             {"aws_ecr_repositories"},
	"images-are-scanned":                     {"aws_ecr_repositories"},
	"key-is-not-given-up":                    {"aws_kms_keys"},
	"key-names-its-users":                    {"aws_kms_keys"},
	"key-rotates":                            {"aws_kms_keys"},
	"load-balancer-uses-tls":                 {"aws_elb_load_balancers"},
	"log-store-keeps-a-year":                 {"aws_log_groups"},
	"machine-is-labelled":                    {"aws_ec2_instances"},
	"machine-is-managed":                     {"aws_ec2_instances"},
	"machine-is-patched":                     {"aws_ec2_instances"},
	"machine-metadata-needs-a-token":         {"aws_ec2_instances"},
	"own-policy-grants-no-administration":    {"aws_iam_authorization"},
	"pipeline-trust-names-repositories":      {"aws_iam_authorization"},
	"production-data-has-a-recent-copy":      {"aws_s3_buckets", "aws_rds_instances", "aws_rds_clusters", "aws_dynamodb_tables", "aws_efs_file_systems"},
	"queue-is-encrypted":                     {"aws_sqs_queues"},
	"queue-is-not-public":                    {"aws_sqs_queues", "aws_sns_topics"},
	"role-trusts-known-accounts":             {"aws_iam_authorization"},
	"secret-is-rotated":                      {"aws_secrets"},
	"snapshot-is-encrypted":                  {"aws_ec2_snapshots"},
	"snapshot-is-not-public":                 {"aws_ec2_snapshots"},
	"table-can-be-restored":                  {"aws_dynamodb_tables"},
	"table-uses-a-key-service":               {"aws_dynamodb_tables"},
	"topic-is-encrypted":                     {"aws_sns_topics"},
	"trail-can-be-searched":                  {"aws_cloudtrail_trails"},
	"trail-is-encrypted-with-own-key":        {"aws_cloudtrail_trails"},
	"trail-shows-tampering":                  {"aws_cloudtrail_trails"},
	"user-keeps-few-active-keys":             {"aws_iam_users"},
}

// emptyControls are the controls that an empty account satisfies and those that find
// nothing in it to look at. Every other fails, or was not seen.
var emptyControls = map[string]soc2.Outcome{
	"administrators-are-few": soc2.Pass, // nobody
	"sign-in-is-federated":   soc2.Pass, // moto's Identity Center

	"accounts-belong-to-known-people":            soc2.NotApplicable,
	"assets-are-known-and-classified":            soc2.NotApplicable,
	"audit-trail-is-protected":                   soc2.NotApplicable,
	"certificates-are-renewed":                   soc2.NotApplicable,
	"data-can-be-recovered":                      soc2.NotApplicable,
	"data-in-transit-is-encrypted":               soc2.NotApplicable,
	"dormant-access-is-closed":                   soc2.NotApplicable,
	"hosts-are-hardened":                         soc2.NotApplicable,
	"keys-are-managed":                           soc2.NotApplicable,
	"logs-are-kept-long-enough":                  soc2.NotApplicable,
	"outside-trust-is-known":                     soc2.NotApplicable,
	"passwords-resist-guessing":                  soc2.NotApplicable,
	"people-use-multi-factor-sign-in":            soc2.NotApplicable,
	"permissions-are-minimal":                    soc2.NotApplicable,
	"pipelines-use-short-lived-credentials":      soc2.NotApplicable,
	"public-endpoints-are-intended-and-filtered": soc2.NotApplicable,
	"released-artifacts-are-trustworthy":         soc2.NotApplicable,
	"secrets-are-rotated":                        soc2.NotApplicable,
	"standing-credentials-are-short-lived":       soc2.NotApplicable,
	"systems-are-patched":                        soc2.NotApplicable,
}
