package daemon

import (
	"context"
	"errors"
	"iter"

	"github.com/controlwatch/controlwatch/collectors/attestations"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// RecordedSource is the name of the source of what people attested by command.
const RecordedSource = attestations.RecordedSource

// Records is what people recorded: the store.
type Records interface {
	Entries(ctx context.Context, kinds ...string) iter.Seq2[store.Entry, error]
}

// RecordedAttestations is the source of what people attested by command; see
// AnyAttested for whether there is anything.
func RecordedAttestations(records Records) connect.Source {
	return attestations.Recorded(func(ctx context.Context) ([]attestations.Record, []error, error) {
		all, problems, err := readAttestations(ctx, records)
		if err != nil {
			return nil, nil, err
		}
		of := map[string]bool{}
		for _, a := range all {
			of[a.ID] = true
		}
		signOffs, unread, err := read(ctx, records, soc2.EntrySignOff, func(r soc2.Recorded) (soc2.SignOff, error) {
			if !of[r.Subject] {
				return soc2.SignOff{}, nil // of something else, in whatever form
			}
			return soc2.ReadSignOff(r)
		})
		if err != nil {
			return nil, nil, err
		}
		problems = append(problems, unread...)
		var found []attestations.Record
		for _, a := range all {
			found = append(found, attestations.Record{ID: a.ID, Body: a.As(signOffs)})
		}
		return found, problems, nil
	})
}

// AnyAttested says whether any attestation is recorded, well formed or not. Without
// one the source is left out: nobody has chosen to attest by command.
func AnyAttested(ctx context.Context, records Records) (bool, error) {
	for _, err := range records.Entries(ctx, soc2.EntryAttestation) {
		return err == nil, err
	}
	return false, nil
}

func readAttestations(ctx context.Context, records Records) (all []soc2.RecordedAttestation, problems []error, err error) {
	return read(ctx, records, soc2.EntryAttestation, soc2.ReadAttestation)
}

// Walkthroughs are those recorded, oldest first. One that cannot be used is an error:
// it may say that practice is not as written.
func Walkthroughs(ctx context.Context, records Records) ([]soc2.Walkthrough, error) {
	all, problems, err := read(ctx, records, soc2.EntryWalkthrough, soc2.ReadWalkthrough)
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	return all, nil
}

func read[T any](ctx context.Context, records Records, kind string, as func(soc2.Recorded) (T, error)) (all []T, problems []error, err error) {
	for e, err := range records.Entries(ctx, kind) {
		if err != nil {
			return nil, nil, err
		}
		one, err := as(e.Recorded())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		all = append(all, one)
	}
	return all, problems, nil
}
