package aws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/controlwatch/controlwatch/evidence"
)

// rdsData is the one source that a trail may leave out and still record every
// management event that administers something: its events are statements run in
// a database. Leaving out kms.amazonaws.com also loses the deletion and
// disabling of keys. Source: CloudTrail user guide, "Logging management events".
const rdsData = "rdsdata.amazonaws.com"

// recorded is which management events selectors take.
type recorded struct {
	reads, writes bool
	excluded      []string
}

// parseSelectors states which management events a trail records. A trail has
// basic or advanced selectors, never none: without a word of either nothing was seen.
func parseSelectors(fact *evidence.Fact, out *cloudtrail.GetEventSelectorsOutput, err error) {
	const operation = "cloudtrail:GetEventSelectors"
	err = unseen(operation, err)
	if err == nil && out.EventSelectors == nil && out.AdvancedEventSelectors == nil {
		err = without(operation, "selectors")
	}
	if err != nil {
		for _, field := range []string{"reads", "writes", "excluded_sources"} {
			fact.Miss(field, err)
		}
		return
	}
	all := recorded{excluded: []string{}}
	for _, s := range out.EventSelectors {
		all.add(basicSelector(s))
	}
	for _, s := range out.AdvancedEventSelectors {
		all.add(advancedSelector(s))
	}
	slices.Sort(all.excluded)
	body := fact.Body.(*evidence.AuditTrail)
	body.Reads, body.Writes, body.ExcludedSources = &all.reads, &all.writes, slices.Compact(all.excluded)
}

// add joins what two selectors take. One that leaves out more than may be left
// out takes not all of anything.
func (r *recorded) add(s recorded) {
	r.excluded = append(r.excluded, s.excluded...)
	if slices.ContainsFunc(s.excluded, func(source string) bool { return source != rdsData }) {
		return
	}
	r.reads, r.writes = r.reads || s.reads, r.writes || s.writes
}

func basicSelector(s types.EventSelector) recorded {
	if !aws.ToBool(s.IncludeManagementEvents) {
		return recorded{}
	}
	return recorded{
		reads:    s.ReadWriteType == types.ReadWriteTypeAll || s.ReadWriteType == types.ReadWriteTypeReadOnly,
		writes:   s.ReadWriteType == types.ReadWriteTypeAll || s.ReadWriteType == types.ReadWriteTypeWriteOnly,
		excluded: s.ExcludeManagementEventSources,
	}
}

// advancedSelector reads a selector of field conditions, all of which must hold.
// Of management events it may be narrowed by readOnly and by sources left out;
// narrowed by anything else it does not take all of them.
func advancedSelector(s types.AdvancedEventSelector) recorded {
	management, narrowed := false, false
	out := recorded{reads: true, writes: true}
	for _, f := range s.FieldSelectors {
		switch aws.ToString(f.Field) {
		case "eventCategory":
			management = slices.Contains(f.Equals, "Management")
		case "readOnly":
			out.reads, out.writes = out.reads && slices.Contains(f.Equals, "true"), out.writes && slices.Contains(f.Equals, "false")
		case "eventSource":
			out.excluded = append(out.excluded, f.NotEquals...)
			narrowed = narrowed || len(f.NotEquals) == 0 || len(f.Equals)+len(f.StartsWith)+len(f.EndsWith)+len(f.NotStartsWith)+len(f.NotEndsWith) > 0
		default:
			narrowed = true
		}
	}
	if !management {
		return recorded{}
	}
	if narrowed {
		out.reads, out.writes = false, false
	}
	return out
}
