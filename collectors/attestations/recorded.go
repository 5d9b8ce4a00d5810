package attestations

import (
	"context"
	"time"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

const recordedAccount = "recorded"

// RecordedSource is the name of the source of what people recorded by command.
const RecordedSource = providerName + "/" + recordedAccount

// Record is an attestation of the log.
type Record struct {
	ID   string
	Body evidence.Attestation
}

// Records reads the log. What cannot be used of it are problems, each naming its
// record; with an error nothing is known.
type Records func(context.Context) (found []Record, problems []error, err error)

// Recorded is the source of what people recorded by command. It needs no
// configuration.
func Recorded(read Records) connect.Source {
	scope := evidence.Scope{Provider: providerName, Account: recordedAccount}
	return connect.Source{
		Name: RecordedSource, Provider: providerName, Scope: scope,
		Discover: func(context.Context, []evidence.FeedID) (connect.Discovery, error) {
			collect := func(ctx context.Context, rec *evidence.Recorder) error { return read.collect(ctx, rec, scope) }
			return connect.Discovery{
				Principal: "controlwatch, of its own log",
				Feeds:     []connect.Feed{{Collector: attestationsCollector, Scope: scope, Collect: collect}},
			}, nil
		},
	}
}

// collect gives every record that can be used. What another one states is not known.
func (read Records) collect(ctx context.Context, rec *evidence.Recorder, scope evidence.Scope) error {
	transport.MeterFrom(ctx).Count(logOperation)
	rec.Parameter(logOperation + " kinds=attestation,sign-off")
	found, problems, err := read(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return unreadRecord(err)
	}
	rec.Page()
	for _, p := range problems {
		rec.Miss(attestationType, unreadRecord(p))
	}
	for _, r := range found {
		body := r.Body
		err := rec.Add(evidence.Fact{
			Resource: evidence.Resource{
				Provider: scope.Provider, Account: scope.Account, Kind: "Attestation", Type: attestationType,
				ID: r.ID, Name: body.Control + " " + body.PerformedAt.Format(time.DateOnly),
			},
			Body: &body,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func unreadRecord(err error) error {
	return &evidence.Unseen{Reason: evidence.ProviderError, Operation: logOperation, Err: err}
}
