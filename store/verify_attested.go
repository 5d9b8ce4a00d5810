package store

import (
	"context"
	"database/sql"

	"github.com/controlwatch/controlwatch/evidence"
)

// attestedFiles warns of files in folders that are others than when their attestation
// was first read: what was attested is not what is there now.
func (v *verifier) attestedFiles(ctx context.Context) error {
	type file struct {
		resource int64
		path     string
	}
	first := map[file]string{}
	told := map[file]bool{}
	return v.tx.each(ctx, func(rows *sql.Rows) error {
		var resource, seq int64
		var ref string
		var b stored
		if err := rows.Scan(&resource, &seq, &ref, &b.digest, &b.body); err != nil {
			return err
		}
		var fact struct {
			Body evidence.Attestation `json:"body"`
		}
		if b.decode("", &fact) != nil {
			return nil //nolint:nilerr // told by the bodies
		}
		for _, f := range fact.Body.Files {
			key := file{resource, f.Path}
			switch was, known := first[key]; {
			case !known:
				first[key] = f.SHA256
			case was != f.SHA256 && !told[key]:
				told[key] = true
				v.warn("the file %s of attestation %s was changed after it was attested: commit %d saw another than the first did", f.Path, ref, seq)
			}
		}
		return nil
	}, `SELECT c.resource, c.seq, r.ref, b.digest, b.body FROM population p JOIN fact_change c ON c.population = p.id
		JOIN resource r ON r.id = c.resource JOIN blob b ON b.id = c.blob WHERE p.kind = 'Attestation' ORDER BY c.seq`)
}
