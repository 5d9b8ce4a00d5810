package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/controlwatch/controlwatch/soc2"
)

// judgedBy are the decisions that the last assessment was made by; none where that
// was not kept yet, or is pruned.
func (v *View) judgedBy(ctx context.Context) ([]soc2.Decision, error) {
	var kept stored
	err := v.tx.row(ctx, "SELECT b.digest, b.body FROM assessment_inputs i JOIN blob b ON b.id = i.basis WHERE i.seq = $1 AND b.body IS NOT NULL", v.judged).Scan(&kept.digest, &kept.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	what := "what assessment " + strconv.FormatInt(v.judged, 10) + " was made of"
	if err := kept.verify(what); err != nil {
		return nil, err
	}
	var basis struct {
		Decisions []soc2.Decision `json:"decisions"`
	}
	if err := json.Unmarshal(kept.body, &basis); err != nil {
		return nil, fmt.Errorf("decode %s: %w", what, err)
	}
	return basis.Decisions, nil
}
