package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// itemsOf reads the digests of an answer's items from its document; none where that
// was pruned.
func itemsOf(doc []byte) ([]string, error) {
	if len(doc) == 0 {
		return nil, nil
	}
	text, err := unpackBody(doc)
	if err != nil {
		return nil, err
	}
	var d answerDoc
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	return d.Items, nil
}

var errAnswer = errors.New("an answer cannot be read: the store was damaged or altered; restore a copy of it")

// answerItems tells which bodies are items of which answers, for the documents that
// commits after one name: no row does.
func (s session) answerItems(ctx context.Context, after int64, each func(seq, document, item int64)) error {
	ids := map[string]int64{} // by digest
	return s.each(ctx, func(rows *sql.Rows) error {
		var seq, document int64
		var body sql.RawBytes
		if err := rows.Scan(&seq, &document, &body); err != nil {
			return err
		}
		items, err := itemsOf(body)
		if err != nil {
			return fmt.Errorf("body %d: %w: %w", document, errAnswer, err)
		}
		for _, digest := range items {
			id, known := ids[digest]
			if !known {
				raw, err := rawDigest(digest)
				if err != nil {
					return err
				}
				err = s.row(ctx, "SELECT id FROM blob WHERE digest = $1", raw).Scan(&id)
				if err != nil && !errors.Is(err, sql.ErrNoRows) { // verify tells that it is missing
					return err
				}
				ids[digest] = id
			}
			if id != 0 {
				each(seq, document, id)
			}
		}
		return nil
	}, "SELECT MAX(a.seq), b.id, b.body FROM answer a JOIN blob b ON b.id = a.answer WHERE a.seq > $1 GROUP BY b.id", after)
}
