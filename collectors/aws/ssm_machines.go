package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// ssmPage is the most that Systems Manager gives of machines, or takes of their
// ids, at a time. Source: SSM API reference, DescribeInstanceInformation and
// DescribeInstancePatchStates.
const ssmPage = 50

// managed is what Systems Manager knows of the machines of a region.
type managed struct {
	machines map[string]types.InstanceInformation
	err      error // some machines may be missing
	patches  map[string]types.InstancePatchState
	patchErr map[string]error // why a machine's patches were not seen
}

func managedMachines(ctx context.Context, r *evidence.Recorder, reads machineReads, instances []ec2types.Instance) managed {
	m := managed{machines: map[string]types.InstanceInformation{}, patches: map[string]types.InstancePatchState{}, patchErr: map[string]error{}}
	m.err = m.list(ctx, r, reads)
	var ids []string
	for _, i := range instances {
		if _, known := m.machines[*i.InstanceId]; known {
			ids = append(ids, *i.InstanceId)
		}
	}
	for some := range slices.Chunk(ids, ssmPage) {
		if err := m.patchStates(ctx, r, reads, some); err != nil {
			for _, id := range some {
				m.patchErr[id] = err
			}
		}
	}
	return m
}

func (m managed) list(ctx context.Context, r *evidence.Recorder, reads machineReads) error {
	const operation = "ssm:DescribeInstanceInformation"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.information(ctx, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(ssmPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.InstanceInformationList == nil {
			return nil, without(operation, "InstanceInformationList")
		}
		for _, i := range out.InstanceInformationList {
			if aws.ToString(i.InstanceId) == "" {
				return nil, without(operation, "id of a machine")
			}
			m.machines[*i.InstanceId] = i
		}
		return following(out.NextToken), nil
	})
}

func (m managed) patchStates(ctx context.Context, r *evidence.Recorder, reads machineReads, ids []string) error {
	const operation = "ssm:DescribeInstancePatchStates"
	return pages(operation, r, func(token *string) (*string, error) {
		out, err := reads.patches(ctx, &ssm.DescribeInstancePatchStatesInput{InstanceIds: ids, NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.InstancePatchStates == nil {
			return nil, without(operation, "InstancePatchStates")
		}
		for _, p := range out.InstancePatchStates {
			m.patches[aws.ToString(p.InstanceId)] = p
		}
		return following(out.NextToken), nil
	})
}

// state puts what is known of one machine into its fact. What the list does not
// hold is unmanaged only where the list was seen to its end.
func (m managed) state(id string, fact *evidence.Fact) {
	body := fact.Body.(*evidence.Workload)
	machine, known := m.machines[id]
	switch {
	case known:
		body.Management = parseManaged(machine, fact)
	case m.err != nil:
		fact.Miss("management", m.err)
		fact.Miss("patching", m.err)
		return
	default:
		body.Management = &evidence.Management{Managed: aws.Bool(false), Online: aws.Bool(false), LastSeen: &evidence.Moment{Never: true}}
	}
	if err := m.patchErr[id]; err != nil {
		fact.Miss("patching", err)
		return
	}
	body.Patching = parsePatching(m.patches[id], fact)
}

func parseManaged(i types.InstanceInformation, fact *evidence.Fact) *evidence.Management {
	const operation = "ssm:DescribeInstanceInformation"
	m := &evidence.Management{Managed: aws.Bool(true)}
	if i.PingStatus == "" {
		fact.Miss("management.online", without(operation, "PingStatus"))
	} else {
		m.Online = aws.Bool(i.PingStatus == types.PingStatusOnline)
	}
	if i.LastPingDateTime == nil {
		fact.Miss("management.last_seen", without(operation, "LastPingDateTime"))
	} else {
		m.LastSeen = evidence.VolatileDay(*i.LastPingDateTime)
	}
	return m
}

// parsePatching: a machine without a patch state was never searched for missing
// patches, and what it lacks nobody knows.
func parsePatching(p types.InstancePatchState, fact *evidence.Fact) *evidence.Patching {
	const operation = "ssm:DescribeInstancePatchStates"
	if p.InstanceId == nil {
		return &evidence.Patching{ScannedAt: &evidence.Moment{Never: true}}
	}
	out := &evidence.Patching{MissingCritical: wide(p.CriticalNonCompliantCount), MissingSecurity: wide(p.SecurityNonCompliantCount)}
	if p.OperationEndTime == nil {
		fact.Miss("patching.scanned_at", without(operation, "OperationEndTime"))
	} else {
		out.ScannedAt = evidence.VolatileDay(*p.OperationEndTime)
	}
	if p.CriticalNonCompliantCount == nil {
		fact.Miss("patching.missing_critical", without(operation, "CriticalNonCompliantCount"))
	}
	if p.SecurityNonCompliantCount == nil {
		fact.Miss("patching.missing_security", without(operation, "SecurityNonCompliantCount"))
	}
	return out
}
