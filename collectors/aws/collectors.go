package aws

import (
	"context"

	"github.com/controlwatch/controlwatch/evidence"
)

// collectors lists everything this provider reads, in the order of the
// reference. A collector that is declared and not listed here fails a test.
var collectors = []collector{
	account,
	passwordPolicy,
	iamUsers,
	accessKeys,
	s3Buckets,
	s3Account,
	rdsInstances,
	rdsClusters,
	cloudTrails,
	changeEvents,
	logGroups,
	configRecorders,
	guardDuty,
	securityHub,
	accessAnalyzers,
	inspector,
	vpcs,
	rdsSnapshots,
	rdsClusterSnapshots,
	dynamodbTables,
	efsFileSystems,
	kmsKeys,
	secrets,
	snsTopics,
	sqsQueues,
	ecrRepositories,
	backupService,
	backupProtected,
	securityGroups,
	ec2Instances,
	ec2Volumes,
	ec2Snapshots,
	ec2Defaults,
	lambdaFunctions,
	loadBalancers,
	acmCertificates,
	iamAuthorization,
	identityProviders,
	identityCenter,
}

// collector pairs a declaration with the function that reads it.
type collector struct {
	evidence.Collector
	reach   reach
	collect func(context.Context, session, *evidence.Recorder) error
}

// reach is how far one feed of a collector goes.
type reach int

const (
	global   reach = iota // one feed covers the account
	regional              // one feed a region
)

// declare fills in the rights that the declared reads need.
func declare(c evidence.Collector) evidence.Collector {
	c.Permissions = actions(c.Reads)
	return c
}

func declarations() []evidence.Collector {
	out := make([]evidence.Collector, len(collectors))
	for i, c := range collectors {
		out[i] = c.Collector
	}
	return out
}
