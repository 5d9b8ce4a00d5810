package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
)

// records: what people did, what was done to the store, samples, exports, keys.
func (x *exporter) records(ctx context.Context) error {
	var t table
	defer t.close()
	t.put("id", "at", "kind", "subject", "actor", "identity", "body")
	for e, err := range x.from.Entries(ctx) {
		if err != nil {
			return err
		}
		x.counts.Entries++
		digest := sha256.Sum256(e.Body)
		t.put(e.ID, stamp(e.At), e.Kind, e.Subject, e.Actor.Name, identityOf(e.Actor), hex.EncodeToString(digest[:]))
	}
	return x.table("records.csv", &t)
}
