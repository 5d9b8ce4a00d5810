package aws

import (
	"strings"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// answersKept are the reads whose redacted answers are kept. Every read of a
// collector is here or among answersNotKept: a test asks. Redaction knows the usual
// names of secrets by itself; named here is what it cannot know, and what moves at
// every look. The members are those of the API references' "Response Elements".
var answersKept = []transport.Kept{
	queried("iam:GetAccountSummary"),
	queried("iam:GetCredentialReport", "Content").Table("GetCredentialReportResponse.GetCredentialReportResult.Content").
		But("GetCredentialReportResponse.GetCredentialReportResult.GeneratedTime"),
	queried("iam:ListVirtualMFADevices", "VirtualMFADevices").
		Without(result("iam:ListVirtualMFADevices", "VirtualMFADevices.Base32StringSeed"), result("iam:ListVirtualMFADevices", "VirtualMFADevices.QRCodePNG")),
	queried("iam:ListOrganizationsFeatures"),
	queried("iam:GetAccountPasswordPolicy"),
	queried("iam:ListUsers", "Users"),
	queried("iam:ListMFADevices", "MFADevices"),
	queried("iam:GetLoginProfile"),
	queried("iam:GetAccountAuthorizationDetails", "UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
	queried("iam:ListAccessKeys", "AccessKeyMetadata"),
	queried("iam:GetAccessKeyLastUsed"),
	queried("iam:ListSAMLProviders", "SAMLProviderList"),
	queried("iam:ListOpenIDConnectProviders", "OpenIDConnectProviderList"),
	queried("iam:GetOpenIDConnectProvider"),
	queried("iam:GetPolicy"),
	queried("iam:GetPolicyVersion"),

	transport.Keep("account:GetAlternateContact"),
	transport.Keep("organizations:DescribeOrganization"),
	transport.Keep("organizations:ListAccounts").Each("Accounts"),

	transport.Keep("s3:ListBuckets").Each("ListAllMyBucketsResult.Buckets.Bucket"),
	transport.Keep("s3:GetBucketLocation"),
	transport.Keep("s3:GetBucketEncryption"),
	transport.Keep("s3:GetBucketPolicy"),
	transport.Keep("s3:GetPublicAccessBlock"),
	transport.Keep("s3:GetBucketAcl"),
	transport.Keep("s3:GetBucketOwnershipControls"),
	transport.Keep("s3:GetBucketVersioning"),
	transport.Keep("s3:GetBucketLogging"),
	transport.Keep("s3:GetBucketTagging"),
	transport.Keep("s3control:GetPublicAccessBlock"),

	queried("rds:DescribeDBInstances", "DBInstances.DBInstance").
		Without(result("rds:DescribeDBInstances", "DBInstances.DBInstance.PendingModifiedValues.MasterUserPassword")).
		But(result("rds:DescribeDBInstances", "DBInstances.DBInstance.LatestRestorableTime")),
	queried("rds:DescribeDBClusters", "DBClusters.DBCluster").
		Without(result("rds:DescribeDBClusters", "DBClusters.DBCluster.PendingModifiedValues.MasterUserPassword")).
		But(result("rds:DescribeDBClusters", "DBClusters.DBCluster.LatestRestorableTime")),
	queried("rds:DescribeDBSnapshots", "DBSnapshots.DBSnapshot"),
	queried("rds:DescribeDBSnapshotAttributes"),
	queried("rds:DescribeDBClusterSnapshots", "DBClusterSnapshots.DBClusterSnapshot"),
	queried("rds:DescribeDBClusterSnapshotAttributes"),

	transport.Keep("cloudtrail:DescribeTrails").Each("trailList"),
	transport.Keep("cloudtrail:GetTrailStatus").But(
		"LatestDeliveryTime", "LatestNotificationTime", "LatestDigestDeliveryTime", "LatestCloudWatchLogsDeliveryTime",
		"LatestDeliveryAttemptTime", "LatestNotificationAttemptTime", "LatestDeliveryAttemptSucceeded", "LatestNotificationAttemptSucceeded"),
	transport.Keep("cloudtrail:GetEventSelectors"),
	transport.Keep("cloudwatchlogs:DescribeLogGroups").Each("logGroups").But("logGroups.storedBytes"),
	transport.Keep("configservice:DescribeConfigurationRecorders").Each("ConfigurationRecorders"),
	transport.Keep("configservice:DescribeConfigurationRecorderStatus").Each("ConfigurationRecordersStatus").
		But("ConfigurationRecordersStatus.lastStatusChangeTime"),
	transport.Keep("guardduty:ListDetectors"),
	transport.Keep("guardduty:GetDetector"),
	transport.Keep("guardduty:ListFindings"),
	// What ran on a machine comes with its command lines and variables.
	transport.Keep("guardduty:GetFindings").Each("findings").Without("findings.service.runtimeDetails", "findings.resource.ecsClusterDetails.taskDetails.containers.*"),
	transport.Keep("securityhub:DescribeHub"),
	transport.Keep("securityhub:GetEnabledStandards").Each("StandardsSubscriptions"),
	transport.Keep("accessanalyzer:ListAnalyzers").Each("analyzers").But("analyzers.lastResourceAnalyzedAt"),
	transport.Keep("inspector2:BatchGetAccountStatus"),
	transport.Keep("inspector2:ListFindings").Each("findings"),

	described("DescribeRegions", "regionInfo"),
	described("DescribeInstances", "reservationSet"),
	described("DescribeVpcs", "vpcSet"),
	described("DescribeFlowLogs", "flowLogSet"),
	described("DescribeNetworkInterfaces", "networkInterfaceSet"),
	described("DescribeSecurityGroups", "securityGroupInfo"),
	described("GetManagedPrefixListEntries", "entrySet"),
	described("DescribeVolumes", "volumeSet"),
	described("DescribeSnapshots", "snapshotSet"),
	described("GetEbsEncryptionByDefault"),
	described("GetSnapshotBlockPublicAccessState"),
	described("GetInstanceMetadataDefaults"),
	transport.Keep("ssm:DescribeInstanceInformation").Each("InstanceInformationList").But("InstanceInformationList.LastPingDateTime"),
	transport.Keep("ssm:DescribeInstancePatchStates").Each("InstancePatchStates").Without("InstancePatchStates.OwnerInformation"),

	transport.Keep("ecr:DescribeRepositories").Each("repositories"),
	transport.Keep("ecr:GetRegistryScanningConfiguration"),
	transport.Keep("lambda:ListFunctions").Each("Functions").Without("Functions.Environment"),
	transport.Keep("lambda:GetPolicy"),
	transport.Keep("lambda:ListFunctionUrlConfigs").Each("FunctionUrlConfigs"),
	transport.Keep("dynamodb:ListTables"),
	transport.Keep("dynamodb:DescribeTable").But("Table.ItemCount", "Table.TableSizeBytes"),
	transport.Keep("dynamodb:DescribeContinuousBackups").
		But("ContinuousBackupsDescription.PointInTimeRecoveryDescription.LatestRestorableDateTime", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime"),
	transport.Keep("dynamodb:ListTagsOfResource"),
	transport.Keep("efs:DescribeFileSystems").Each("FileSystems").But("FileSystems.SizeInBytes"),
	transport.Keep("efs:DescribeBackupPolicy"),
	transport.Keep("kms:ListKeys").Each("Keys"),
	transport.Keep("kms:DescribeKey"),
	transport.Keep("kms:GetKeyRotationStatus"),
	transport.Keep("kms:GetKeyPolicy"),
	transport.Keep("secretsmanager:ListSecrets").Each("SecretList").Without("SecretList.ExternalSecretRotationMetadata"),
	queried("sns:ListTopics", "Topics"),
	queried("sns:GetTopicAttributes"),
	transport.Keep("sqs:ListQueues"),
	transport.Keep("sqs:GetQueueAttributes").But("Attributes.ApproximateNumberOfMessages", "Attributes.ApproximateNumberOfMessagesNotVisible", "Attributes.ApproximateNumberOfMessagesDelayed"),

	transport.Keep("backup:ListBackupPlans").Each("BackupPlansList"),
	transport.Keep("backup:GetBackupPlan"),
	transport.Keep("backup:ListBackupSelections").Each("BackupSelectionsList"),
	transport.Keep("backup:ListBackupJobs").Each("BackupJobs").But("BackupJobs.BytesTransferred", "BackupJobs.PercentDone"),
	transport.Keep("backup:ListRestoreJobs").Each("RestoreJobs"),
	transport.Keep("backup:ListProtectedResources").Each("Results"),

	queried("elasticloadbalancingv2:DescribeLoadBalancers", "LoadBalancers"),
	queried("elasticloadbalancingv2:DescribeListeners", "Listeners"),
	queried("elasticloadbalancingv2:DescribeRules", "Rules"),
	transport.Keep("acm:ListCertificates").Each("CertificateSummaryList"),

	transport.Keep("ssoadmin:ListInstances").Each("Instances"),
	transport.Keep("ssoadmin:ListPermissionSets"),
	transport.Keep("ssoadmin:DescribePermissionSet"),
	transport.Keep("ssoadmin:ListManagedPoliciesInPermissionSet"),
	transport.Keep("ssoadmin:ListCustomerManagedPolicyReferencesInPermissionSet"),
	transport.Keep("ssoadmin:GetInlinePolicyForPermissionSet"),
	transport.Keep("ssoadmin:ListAccountsForProvisionedPermissionSet"),
	transport.Keep("ssoadmin:ListAccountAssignments").Each("AccountAssignments"),
	transport.Keep("identitystore:ListUsers").Each("Users").Without("Users.Photos", "Users.Addresses", "Users.PhoneNumbers", "Users.Birthdate"),
	transport.Keep("identitystore:ListGroups").Each("Groups"),
	transport.Keep("identitystore:ListGroupMemberships").Each("GroupMemberships"),
}

// AnswersNotKept are the other reads, and why.
var AnswersNotKept = map[string]string{
	lookupEvents:                   "records hold the parameters of every call, policies and keys among them; what is kept of each is in the facts",
	"sts:GetCallerIdentity":        "what the security token service answers is never kept",
	"iam:GenerateCredentialReport": "it says only whether the report has been made",
}

// AnswersKept lists the reads whose redacted answers are kept.
func AnswersKept() []transport.Kept { return answersKept }

// result is the path of a member of a Query protocol's answer.
func result(operation, member string) string {
	_, name, _ := strings.Cut(operation, ":")
	return name + "Response." + name + "Result." + member
}

// queried keeps an answer of the Query protocol.
func queried(operation string, lists ...string) transport.Kept {
	paths := make([]string, len(lists))
	for i, list := range lists {
		paths[i] = result(operation, list)
	}
	return transport.Keep(operation).Each(paths...)
}

// described keeps an answer of EC2.
func described(name string, lists ...string) transport.Kept {
	paths := make([]string, len(lists))
	for i, list := range lists {
		paths[i] = name + "Response." + list
	}
	return transport.Keep("ec2:" + name).Each(paths...)
}
