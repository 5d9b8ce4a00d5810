package aws

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
)

// change is an operation that CloudTrail records and that changes something we keep.
type change struct {
	source string // eventSource, without ".amazonaws.com"
	names  []string
	effect string
	of     evidence.Population
	global bool // what belongs to no region; CloudTrail has its events in one
	// id and name are where the event says which resource it is, as a path; [] is
	// each of a list. The first path that leads to something counts.
	id, name []string
	// form makes our id of what id leads to: $p, $r and $a are partition, region and
	// account, $v is what was found. An ARN stays as it is.
	form string
	// region is where it says in which region that is, if not in the log's own.
	region []string
	// own: a caller who names no user means the own one (IAM API reference, UserName).
	own bool
}

var (
	users     = evidence.Population{Kind: "User", Type: "aws.iam.user"}
	keys      = evidence.Population{Kind: "AccessKey", Type: "aws.iam.access_key"}
	roles     = evidence.Population{Kind: "Role", Type: "aws.iam.role"}
	groups    = evidence.Population{Kind: "Group", Type: "aws.iam.group"}
	policies  = evidence.Population{Kind: "Policy", Type: "aws.iam.policy"}
	passwords = evidence.Population{Kind: "PasswordPolicy", Type: "aws.iam.password_policy"}
	buckets   = evidence.Population{Kind: "Datastore", Type: "aws.s3.bucket"}
	s3Switch  = evidence.Population{Kind: "DatastoreDefaults", Type: "aws.s3.account"}
	instances = evidence.Population{Kind: "Workload", Type: "aws.ec2.instance"}
	openings  = evidence.Population{Kind: "NetworkRule", Type: "aws.ec2.security_group"}
	volumes   = evidence.Population{Kind: "Datastore", Type: "aws.ec2.volume"}
	snapshots = evidence.Population{Kind: "Datastore", Type: "aws.ec2.snapshot"}
	ec2Switch = evidence.Population{Kind: "RegionDefaults", Type: "aws.ec2.region"}
	databases = evidence.Population{Kind: "Datastore", Type: "aws.rds.db_instance"}
	clusters  = evidence.Population{Kind: "Datastore", Type: "aws.rds.db_cluster"}
	dumps     = evidence.Population{Kind: "Datastore", Type: "aws.rds.db_snapshot"}
	tables    = evidence.Population{Kind: "Datastore", Type: "aws.dynamodb.table"}
	functions = evidence.Population{Kind: "Workload", Type: "aws.lambda.function"}
	kmsKey    = evidence.Population{Kind: "EncryptionKey", Type: "aws.kms.key"}
	trail     = evidence.Population{Kind: "AuditTrail", Type: "aws.cloudtrail.trail"}
)

// comings are the types of which every way to begin and to end is in the list, so
// that what lived between two looks shows. Volumes are made by RunInstances too,
// databases by restores, and so on: they are not among them.
var comings = []string{users.Type, keys.Type, groups.Type, policies.Type, buckets.Type, functions.Type}

const (
	began   = evidence.ChangeBegan
	ended   = evidence.ChangeEnded
	changed = evidence.ChangeChanged
)

// changes lists what is kept of CloudTrail. Source: API reference of each service
// for what an operation does, and CloudTrail's own examples of its records for where
// the resource stands: requestParameters and responseElements are the request and
// the answer, their names beginning in lower case.
var changes = []change{
	{source: "iam", names: []string{"CreateUser"}, effect: began, of: users, global: true, id: []string{"responseElements.user.userId"}, name: []string{"requestParameters.userName"}},
	{source: "iam", names: []string{"DeleteUser"}, effect: ended, of: users, global: true, name: []string{"requestParameters.userName"}},
	{source: "iam", names: []string{
		"UpdateUser", "AttachUserPolicy", "DetachUserPolicy", "PutUserPolicy", "DeleteUserPolicy", "AddUserToGroup", "RemoveUserFromGroup",
		"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", "CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile",
		"EnableMFADevice", "DeactivateMFADevice",
	}, effect: changed, of: users, global: true, name: []string{"requestParameters.userName"}, own: true},
	{source: "iam", names: []string{"CreateAccessKey"}, effect: began, of: keys, global: true, id: []string{"responseElements.accessKey.accessKeyId"}},
	{source: "iam", names: []string{"DeleteAccessKey"}, effect: ended, of: keys, global: true, id: []string{"requestParameters.accessKeyId"}},
	{source: "iam", names: []string{"UpdateAccessKey"}, effect: changed, of: keys, global: true, id: []string{"requestParameters.accessKeyId"}},
	{source: "iam", names: []string{"CreateRole", "CreateServiceLinkedRole"}, effect: began, of: roles, global: true, id: []string{"responseElements.role.roleId"}, name: []string{"responseElements.role.roleName", "requestParameters.roleName"}},
	{source: "iam", names: []string{"DeleteRole"}, effect: ended, of: roles, global: true, name: []string{"requestParameters.roleName"}},
	{source: "iam", names: []string{
		"UpdateRole", "UpdateAssumeRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy",
		"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
	}, effect: changed, of: roles, global: true, name: []string{"requestParameters.roleName"}},
	{source: "iam", names: []string{"CreateGroup"}, effect: began, of: groups, global: true, id: []string{"responseElements.group.groupId"}, name: []string{"requestParameters.groupName"}},
	{source: "iam", names: []string{"DeleteGroup"}, effect: ended, of: groups, global: true, name: []string{"requestParameters.groupName"}},
	{source: "iam", names: []string{"UpdateGroup", "AttachGroupPolicy", "DetachGroupPolicy", "PutGroupPolicy", "DeleteGroupPolicy"}, effect: changed, of: groups, global: true, name: []string{"requestParameters.groupName"}},
	{source: "iam", names: []string{"CreatePolicy"}, effect: began, of: policies, global: true, id: []string{"responseElements.policy.arn"}},
	{source: "iam", names: []string{"DeletePolicy"}, effect: ended, of: policies, global: true, id: []string{"requestParameters.policyArn"}},
	{source: "iam", names: []string{"CreatePolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"}, effect: changed, of: policies, global: true, id: []string{"requestParameters.policyArn"}},
	{source: "iam", names: []string{"UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy"}, effect: changed, of: passwords, global: true, form: "password-policy/$a"},

	{source: "s3", names: []string{"CreateBucket"}, effect: began, of: buckets, id: []string{"requestParameters.bucketName"}, form: "arn:$p:s3:::$v", region: []string{"requestParameters.CreateBucketConfiguration.LocationConstraint"}},
	{source: "s3", names: []string{"DeleteBucket"}, effect: ended, of: buckets, id: []string{"requestParameters.bucketName"}, form: "arn:$p:s3:::$v"},
	{source: "s3", names: []string{
		"PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl", "PutBucketEncryption", "DeleteBucketEncryption", "PutBucketVersioning",
		"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls",
		"PutBucketLogging",
	}, effect: changed, of: buckets, id: []string{"requestParameters.bucketName"}, form: "arn:$p:s3:::$v"},
	{source: "s3", names: []string{"PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"}, effect: changed, of: s3Switch, global: true, form: "s3/$a"},

	{source: "ec2", names: []string{"RunInstances"}, effect: began, of: instances, id: []string{"responseElements.instancesSet.items[].instanceId"}},
	{source: "ec2", names: []string{"TerminateInstances"}, effect: ended, of: instances, id: []string{"requestParameters.instancesSet.items[].instanceId"}},
	{source: "ec2", names: []string{"ModifyInstanceAttribute"}, effect: changed, of: instances, id: []string{"requestParameters.instanceId"}},
	{source: "ec2", names: []string{"ModifyInstanceMetadataOptions"}, effect: changed, of: instances, id: []string{"requestParameters.ModifyInstanceMetadataOptionsRequest.InstanceId"}},
	{source: "ec2", names: []string{"CreateSecurityGroup"}, effect: began, of: openings, id: []string{"responseElements.groupId"}},
	{source: "ec2", names: []string{"DeleteSecurityGroup"}, effect: ended, of: openings, id: []string{"requestParameters.groupId"}, name: []string{"requestParameters.groupName"}},
	{source: "ec2", names: []string{
		"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress",
	}, effect: changed, of: openings, id: []string{"requestParameters.groupId"}, name: []string{"requestParameters.groupName"}},
	{source: "ec2", names: []string{"ModifySecurityGroupRules"}, effect: changed, of: openings, id: []string{"requestParameters.ModifySecurityGroupRulesRequest.GroupId"}},
	{source: "ec2", names: []string{"CreateVolume"}, effect: began, of: volumes, id: []string{"responseElements.volumeId"}},
	{source: "ec2", names: []string{"DeleteVolume"}, effect: ended, of: volumes, id: []string{"requestParameters.volumeId"}},
	{source: "ec2", names: []string{"CreateSnapshot"}, effect: began, of: snapshots, id: []string{"responseElements.snapshotId"}},
	{source: "ec2", names: []string{"DeleteSnapshot"}, effect: ended, of: snapshots, id: []string{"requestParameters.snapshotId"}},
	{source: "ec2", names: []string{"ModifySnapshotAttribute"}, effect: changed, of: snapshots, id: []string{"requestParameters.snapshotId"}},
	{source: "ec2", names: []string{"EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault"}, effect: changed, of: ec2Switch, form: "ec2/$a/$r"},

	{source: "rds", names: []string{"CreateDBInstance", "CreateDBInstanceReadReplica", "RestoreDBInstanceFromDBSnapshot"}, effect: began, of: databases, id: []string{"requestParameters.dBInstanceIdentifier"}, form: "arn:$p:rds:$r:$a:db:$v"},
	{source: "rds", names: []string{"DeleteDBInstance"}, effect: ended, of: databases, id: []string{"requestParameters.dBInstanceIdentifier"}, form: "arn:$p:rds:$r:$a:db:$v"},
	{source: "rds", names: []string{"ModifyDBInstance"}, effect: changed, of: databases, id: []string{"requestParameters.dBInstanceIdentifier"}, form: "arn:$p:rds:$r:$a:db:$v"},
	{source: "rds", names: []string{"CreateDBCluster", "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime"}, effect: began, of: clusters, id: []string{"requestParameters.dBClusterIdentifier"}, form: "arn:$p:rds:$r:$a:cluster:$v"},
	{source: "rds", names: []string{"DeleteDBCluster"}, effect: ended, of: clusters, id: []string{"requestParameters.dBClusterIdentifier"}, form: "arn:$p:rds:$r:$a:cluster:$v"},
	{source: "rds", names: []string{"ModifyDBCluster"}, effect: changed, of: clusters, id: []string{"requestParameters.dBClusterIdentifier"}, form: "arn:$p:rds:$r:$a:cluster:$v"},
	{source: "rds", names: []string{"CreateDBSnapshot"}, effect: began, of: dumps, id: []string{"requestParameters.dBSnapshotIdentifier"}, form: "arn:$p:rds:$r:$a:snapshot:$v"},
	{source: "rds", names: []string{"DeleteDBSnapshot"}, effect: ended, of: dumps, id: []string{"requestParameters.dBSnapshotIdentifier"}, form: "arn:$p:rds:$r:$a:snapshot:$v"},
	{source: "rds", names: []string{"ModifyDBSnapshotAttribute"}, effect: changed, of: dumps, id: []string{"requestParameters.dBSnapshotIdentifier"}, form: "arn:$p:rds:$r:$a:snapshot:$v"},

	{source: "dynamodb", names: []string{"CreateTable"}, effect: began, of: tables, id: []string{"requestParameters.tableName"}, form: "arn:$p:dynamodb:$r:$a:table/$v"},
	{source: "dynamodb", names: []string{"DeleteTable"}, effect: ended, of: tables, id: []string{"requestParameters.tableName"}, form: "arn:$p:dynamodb:$r:$a:table/$v"},
	{source: "dynamodb", names: []string{"UpdateTable", "UpdateContinuousBackups", "PutResourcePolicy", "DeleteResourcePolicy"}, effect: changed, of: tables, id: []string{"requestParameters.tableName", "requestParameters.resourceArn"}, form: "arn:$p:dynamodb:$r:$a:table/$v"},

	{source: "lambda", names: []string{"CreateFunction20150331"}, effect: began, of: functions, id: []string{"responseElements.functionArn"}},
	{source: "lambda", names: []string{"DeleteFunction20150331"}, effect: ended, of: functions, id: []string{"requestParameters.functionName"}, form: "arn:$p:lambda:$r:$a:function:$v"},
	{source: "lambda", names: []string{
		"UpdateFunctionConfiguration20150331v2", "UpdateFunctionCode20150331v2", "AddPermission20150331v2", "RemovePermission20150331v2",
	}, effect: changed, of: functions, id: []string{"requestParameters.functionName"}, form: "arn:$p:lambda:$r:$a:function:$v"},

	{source: "kms", names: []string{"CreateKey"}, effect: began, of: kmsKey, id: []string{"responseElements.keyMetadata.arn", "resources[].ARN"}},
	{source: "kms", names: []string{"DeleteKey"}, effect: ended, of: kmsKey, id: []string{"resources[].ARN"}},
	{source: "kms", names: []string{
		"ScheduleKeyDeletion", "CancelKeyDeletion", "DisableKey", "EnableKey", "DisableKeyRotation", "EnableKeyRotation", "PutKeyPolicy",
	}, effect: changed, of: kmsKey, id: []string{"resources[].ARN", "requestParameters.keyId"}, form: "arn:$p:kms:$r:$a:key/$v"},

	{source: "cloudtrail", names: []string{"CreateTrail"}, effect: began, of: trail, id: []string{"responseElements.trailARN", "requestParameters.name"}, form: "arn:$p:cloudtrail:$r:$a:trail/$v"},
	{source: "cloudtrail", names: []string{"DeleteTrail"}, effect: ended, of: trail, id: []string{"requestParameters.name"}, form: "arn:$p:cloudtrail:$r:$a:trail/$v"},
	{source: "cloudtrail", names: []string{"StopLogging", "StartLogging", "UpdateTrail"}, effect: changed, of: trail, id: []string{"requestParameters.name"}, form: "arn:$p:cloudtrail:$r:$a:trail/$v"},
	{source: "cloudtrail", names: []string{"PutEventSelectors"}, effect: changed, of: trail, id: []string{"requestParameters.trailName"}, form: "arn:$p:cloudtrail:$r:$a:trail/$v"},
}

// changeOf finds what an event says, if it is one of those that are kept.
func changeOf(source, name string) (change, bool) {
	i := slices.IndexFunc(changes, func(c change) bool {
		return c.source+".amazonaws.com" == source && slices.Contains(c.names, name)
	})
	if i < 0 {
		return change{}, false
	}
	return changes[i], true
}

// home is the region in which CloudTrail has the events of what belongs to no
// region. Source: CloudTrail user guide, "Global service events"; the other two
// partitions have theirs in the region that their IAM is in.
func home(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}
