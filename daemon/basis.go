package daemon

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// records are the bytes an assessment is kept with: those it was given, and what
// it really judged by. The latter is taken from the values in use, not from the
// configuration they came from, so that it cannot be another.
func (a *Assessor) records(known []soc2.KnownDecision, adopted []soc2.Adoption, at time.Time) ([]store.Record, error) {
	records := slices.Clone(a.Records)
	i := slices.IndexFunc(records, func(r store.Record) bool { return r.Kind == "catalogue" })
	if i < 0 {
		kept, err := catalogue.Encode(a.Catalogue)
		if err != nil {
			return nil, err
		}
		i, records = len(records), append(records, store.Record{Kind: "catalogue", Digest: evidence.Digest(kept), Bytes: kept})
	}
	parameters, err := catalogue.EncodeParameters(a.Engine.InForce())
	if err != nil {
		return nil, err
	}
	basis := soc2.Basis{
		Schema: soc2.BasisV1, Catalogue: records[i].Digest, Parameters: parameters,
		Categories: a.Categories, Decisions: judgedBy(known, at), Skipped: a.Skipped, Adoptions: adopted, Confirm: a.Confirm, Sources: map[string]string{},
	}
	if a.Scope.Stated() {
		basis.Scope = &a.Scope
	}
	for name, age := range a.Sources {
		basis.Sources[name] = age.String()
	}
	decided, err := json.Marshal(basis.Decisions)
	if err != nil {
		return nil, fmt.Errorf("keep the decisions: %w", err)
	}
	records = slices.DeleteFunc(records, func(r store.Record) bool { return r.Kind == decisionsRecord })
	records = append(records, store.Record{Kind: decisionsRecord, Digest: evidence.Digest(decided), Bytes: decided})
	b, err := json.Marshal(basis)
	if err != nil {
		return nil, fmt.Errorf("keep what was judged by: %w", err)
	}
	return append(records, store.Record{Kind: store.BasisRecord, Digest: evidence.Digest(b), Bytes: b}), nil
}
