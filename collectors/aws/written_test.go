package aws_test

import (
	"slices"
	"strings"

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

// unlikeMoto says which holes a look at moto has that one at AWS would not.
func unlikeMoto(h evidence.Hole) bool {
	return h.Reason == evidence.Disabled || written(h.Operation) || slices.Contains(motoCannot, h.Operation)
}

// motoRefuses are the reads that moto refuses to everybody once it checks
// signatures: it signs a GET without a body otherwise than AWS and the SDK do.
var motoRefuses = []string{"accessanalyzer:ListAnalyzers", "guardduty:ListDetectors", "lambda:ListFunctions", "securityhub:DescribeHub"}

func unlikeEnforcingMoto(h evidence.Hole) bool {
	return h.Reason == evidence.Disabled || misjudged(h.Operation) || slices.Contains(motoRefuses, h.Operation) ||
		written(h.Operation) && h.Reason != evidence.Denied
}

// motoNeverAsks are the actions of those reads and of what would follow them.
// The conformance suite denies what needs them.
func motoNeverAsks(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	return slices.Contains([]string{"access-analyzer", "guardduty", "securityhub"}, service) || action == "lambda:ListFunctions"
}

// off are the demo's answers of services that are off in the region nobody works
// in; the conformance suite asks a provider in which they are on.
func off(e replay.Exchange) bool {
	return e.Region == "us-east-1" && (e.Operation == "guardduty:ListDetectors" || e.Operation == "inspector2:BatchGetAccountStatus")
}

// offIn says that all a pull did not see is what services that are off do not show.
func offIn(p evidence.Pull) bool {
	return !slices.ContainsFunc(p.Holes, func(h evidence.Hole) bool { return h.Reason != evidence.Disabled })
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

// misjudged says whether moto, when it checks signatures, takes every signature
// of an operation's service for wrong, that of AWS's own client for Python too:
// it does so with the services of the REST JSON protocol that are read here.
func misjudged(operation string) bool {
	service, _, _ := strings.Cut(operation, ":")
	return slices.Contains([]string{"backup", "efs", "lambda"}, service)
}

// unlikeAtMoto are the collectors whose lists moto cannot show to their end.
func unlikeAtMoto(p evidence.Pull) bool {
	return p.Collector == "aws_guardduty" || p.Collector == "aws_inspector" || len(p.Holes) > 0 && written(p.Holes[0].Operation)
}
