package daemon

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// records are the bytes an assessment is kept with: those it was given, and what
// it really judged by. The latter is taken from the values in use, not from the
// configuration they came from, so that it cannot be another.
func (a *Assessor) records() ([]store.Record, error) {
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
		Categories: a.Categories, Decisions: a.Decisions, Confirm: a.Confirm, Sources: map[string]string{},
	}
	for name, age := range a.Sources {
		basis.Sources[name] = age.String()
	}
	b, err := json.Marshal(basis)
	if err != nil {
		return nil, fmt.Errorf("keep what was judged by: %w", err)
	}
	return append(records, store.Record{Kind: store.BasisRecord, Digest: evidence.Digest(b), Bytes: b}), nil
}
