package aws_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// unlikeAWS says which answers are written from AWS's API references, because moto
// does not give them or not as AWS does: it knows no findings, no standards, no
// analyzers, no finished delivery of a record and no delivery to a log group.
func unlikeAWS(e replay.Exchange) bool {
	service, _, _ := strings.Cut(e.Operation, ":")
	return written(e.Operation) || slices.Contains([]string{"accessanalyzer", "guardduty", "inspector2", "securityhub"}, service) ||
		e.Operation == "configservice:DescribeConfigurationRecorderStatus" || e.Operation == "cloudtrail:GetTrailStatus"
}

// unlike is a hole of a look at moto that one at AWS would not have.
type unlike struct {
	operation string
	reason    evidence.Reason
	field     string // empty: a whole population
}

func (u unlike) is(h evidence.Hole) bool {
	return h.Operation == u.operation && h.Reason == u.reason && h.Field == u.field
}

func anyOf(list []unlike, h evidence.Hole) bool {
	return slices.ContainsFunc(list, func(u unlike) bool { return u.is(h) })
}

// requireEach holds a list of holes to be no longer than it must be.
func requireEach(t *testing.T, list []unlike, holes []evidence.Hole) {
	t.Helper()
	for _, u := range list {
		require.True(t, slices.ContainsFunc(holes, u.is), "no longer needed: %+v", u)
	}
}

var (
	// silent is what moto never tells, whoever asks.
	silent = []unlike{
		{"accessanalyzer:ListAnalyzers", evidence.ProviderError, "analyzers"}, // not implemented, as the next three
		{"backup:ListProtectedResources", evidence.ProviderError, ""},
		{"backup:ListRestoreJobs", evidence.ProviderError, "restores"},
		{"backup:ListBackupJobs", evidence.ProviderError, "jobs"},
		{"backup:ListBackupJobs", evidence.ProviderError, "failing"},                 // told by the jobs
		{"kms:GetKeyRotationStatus", evidence.ProviderError, "rotation.period_days"}, // left out of the answer
		{"inspector2:BatchGetAccountStatus", evidence.Disabled, ""},                  // findings: the company has it off in us-east-1
	}
	// atMoto is what a look at the company misses besides.
	atMoto = append(slices.Clone(silent),
		unlike{"guardduty:ListFindings", evidence.ProviderError, ""},                   // not implemented
		unlike{"securityhub:GetEnabledStandards", evidence.ProviderError, "standards"}, // not implemented
		unlike{"guardduty:ListDetectors", evidence.Disabled, ""},                       // findings: off in us-east-1
	)
	// refused are the reads that moto refuses to everybody once it checks signatures.
	// It signs a GET without a body otherwise than AWS and the SDK do, and takes every
	// signature of efs, lambda and backup for wrong, that of AWS's own client for
	// Python too.
	refused = []unlike{
		{"guardduty:ListDetectors", evidence.Denied, ""},
		{"guardduty:ListDetectors", evidence.Denied, "enabled"},
		{"guardduty:ListDetectors", evidence.Denied, "features"},
		{"securityhub:DescribeHub", evidence.Denied, "enabled"},
		{"securityhub:DescribeHub", evidence.Denied, "standards"},
		{"lambda:ListFunctions", evidence.Denied, ""},
		{"lambda:ListFunctions", evidence.Denied, "targets[2].in_use"}, // of Inspector
		{"efs:DescribeFileSystems", evidence.Denied, ""},
		{"backup:ListBackupPlans", evidence.Denied, "plans"},
	}
	atEnforcingMoto = append(slices.Clone(silent), refused...)
)

// unlikeMoto says which holes a look at moto has that one at AWS would not.
func unlikeMoto(h evidence.Hole) bool { return anyOf(atMoto, h) }

// unlikeEnforcingMoto says the same of moto when it checks signatures.
func unlikeEnforcingMoto(h evidence.Hole) bool { return anyOf(atEnforcingMoto, h) }

// motoNeverAsks are the actions of those reads and of what would follow them.
// The conformance suite denies what needs them.
func motoNeverAsks(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	return slices.Contains([]string{"access-analyzer", "guardduty", "securityhub"}, service) || action == "lambda:ListFunctions" || action == "cloudtrail:LookupEvents"
}

// off are the demo's answers of services that are off in the region nobody works
// in; the conformance suite asks a provider in which they are on.
func off(e replay.Exchange) bool {
	return e.Region == "us-east-1" && (e.Operation == "guardduty:ListDetectors" || e.Operation == "inspector2:BatchGetAccountStatus")
}

// offIn says that all a pull did not see is what services that are off do not show.
func offIn(p evidence.Pull) bool {
	return p.Scope.Region == "us-east-1" && !slices.ContainsFunc(p.Holes, func(h evidence.Hole) bool {
		return h.Reason != evidence.Disabled || h.Operation != "guardduty:ListDetectors" && h.Operation != "inspector2:BatchGetAccountStatus"
	})
}

// writtenServices are those whose answers in the sample are written from AWS's
// documentation, since moto lacks what matters of them.
var writtenServices = []string{
	"backup", // plans alone: no selections, jobs, restores, protected resources
	"kms",    // no rotation period
}

// written says whether an operation's answers are.
func written(operation string) bool {
	service, _, _ := strings.Cut(operation, ":")
	return slices.Contains(writtenServices, service)
}

// neverOn is what moto does not tell of an account that never switched Inspector on.
var neverOn = unlike{"inspector2:BatchGetAccountStatus", evidence.ProviderError, ""}

// unlikeAtMoto says that a pull has no holes but such as AWS's would not have.
func unlikeAtMoto(p evidence.Pull) bool {
	return len(p.Holes) > 0 && !slices.ContainsFunc(p.Holes, func(h evidence.Hole) bool { return !unlikeMoto(h) && !neverOn.is(h) })
}
