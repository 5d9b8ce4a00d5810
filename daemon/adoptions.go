package daemon

import (
	"context"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// RecordedAdoptions reads what the company decided to do with controls, as it stood
// at a time. Nil: nothing was decided, and every control is proposed.
type RecordedAdoptions func(ctx context.Context, at time.Time) ([]soc2.KnownAdoption, error)

// adopted are those in force at a time that bear on the catalogue that judges.
func (a *Assessor) adopted(ctx context.Context, at time.Time) ([]soc2.Adoption, error) {
	if a.Adoptions == nil {
		return nil, nil
	}
	known, err := a.Adoptions(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	return soc2.JudgedBy(soc2.AdoptionsAt(known, at), a.Catalogue), nil
}
