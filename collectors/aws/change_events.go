package aws

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/controlwatch/controlwatch/evidence"
)

const changeEventType = "aws.cloudtrail.event"

// It is read only where event_log_days says so. CloudTrail keeps the management
// events of 90 days in each region without anybody setting it up; a trail is not needed.
//
// Calls: ⌈events that write since the last pull/50⌉, at one a second. Where these are
// more than mostWritePages, ⌈events/50⌉ of each kept operation instead, at least one.
var changeEvents = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_change_events",
		Doc:         "Who began, ended and changed what is kept here, by CloudTrail's event history. Read where event_log_days asks for it.",
		Optional:    true,
		Populations: []evidence.Population{{Kind: "ChangeEvent", Type: changeEventType}},
		Reads:       []string{lookupEvents},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		return collectChangeEvents(ctx, s, r, cloudtrail.NewFromConfig(s.config, trailRegion(s.region)).LookupEvents)
	},
}

type lookup func(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error)

const (
	eventsPerPage  = 50 // the most LookupEvents gives
	mostWritePages = 40
	// mostEventPages are read of one operation: at one page a second a pull must end.
	mostEventPages = 600
)

func collectChangeEvents(ctx context.Context, s session, r *evidence.Recorder, look lookup) error {
	scope := evidence.Scope{Provider: "aws", Account: s.account, Region: s.region}
	return s.events.Read(scope, r, s.comings(), func(since, until time.Time, keep func(...evidence.Fact)) error {
		l := eventLook{session: s, rec: r, look: look, since: since, until: until, keep: keep}
		// Most regions are quiet, and one question tells all that was written there.
		more, err := l.read(ctx, types.LookupAttributeKeyReadOnly, "false", mostWritePages)
		if err != nil || !more {
			return err
		}
		for _, name := range keptNames(s) {
			more, err := l.read(ctx, types.LookupAttributeKeyEventName, name, mostEventPages)
			if err == nil && more {
				err = &evidence.Unseen{
					Reason: evidence.Truncated, Operation: lookupEvents,
					Err:  fmt.Errorf("there are more than %d events %s since the last complete pull", mostEventPages*eventsPerPage, name),
					Hint: "fewer days in event_log_days, or pulls more often",
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// comings are the types whose beginnings and ends a region's log shows whole. What
// belongs to no region is in one region's log. Where settings leave regions out,
// buckets can come and go there unseen.
func (s session) comings() (tells []string) {
	for _, c := range changes {
		switch {
		case c.effect != began || c.global && s.region != home(s.partition):
		case c.of == buckets && len(s.regions) > 0:
		default:
			for _, typ := range comings {
				if typ == c.of.Type {
					tells = append(tells, typ)
				}
			}
		}
	}
	return tells
}

// keptNames are the operations whose events are kept in a region.
func keptNames(s session) (names []string) {
	for _, c := range changes {
		if !c.global || s.region == home(s.partition) {
			names = append(names, c.names...)
		}
	}
	return names
}

// eventLook is one reading of the log of a region.
type eventLook struct {
	session      session
	rec          *evidence.Recorder
	look         lookup
	since, until time.Time
	keep         func(...evidence.Fact)
}

// read takes the events with an attribute, newest first, and says whether there are
// more than so many pages of them.
func (l eventLook) read(ctx context.Context, key types.LookupAttributeKey, value string, most int) (more bool, err error) {
	in := &cloudtrail.LookupEventsInput{
		StartTime: aws.Time(l.since), EndTime: aws.Time(l.until), MaxResults: aws.Int32(eventsPerPage),
		LookupAttributes: []types.LookupAttribute{{AttributeKey: key, AttributeValue: aws.String(value)}},
	}
	read := 0
	err = pages(lookupEvents, l.rec, func(token *string) (*string, error) {
		in.NextToken = token
		out, err := l.look(ctx, in)
		if err != nil {
			return nil, err
		}
		if out.Events == nil {
			return nil, without(lookupEvents, "Events")
		}
		for _, e := range out.Events {
			if aws.ToString(e.CloudTrailEvent) == "" {
				return nil, without(lookupEvents, "record of the event "+strconv.Quote(aws.ToString(e.EventName)))
			}
			facts, err := changeFacts(l.session, *e.CloudTrailEvent)
			if err != nil {
				return nil, err
			}
			l.keep(facts...)
		}
		next := following(out.NextToken)
		if read++; read == most && next != nil {
			more, next = true, nil
		}
		return next, nil
	})
	return more, err
}

// mostEventDays is how long CloudTrail keeps its event history.
const mostEventDays = 90

func checkEventDays(days int) error {
	if days < 0 || days > mostEventDays {
		return errors.New("event_log_days: write a number from 1 to " + strconv.Itoa(mostEventDays) + ", or leave it out: CloudTrail keeps " + strconv.Itoa(mostEventDays) + " days")
	}
	return nil
}
