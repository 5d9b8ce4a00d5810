package main

import (
	"context"
	"fmt"

	"github.com/controlwatch/controlwatch/internal/admin"
	"github.com/controlwatch/controlwatch/store"
)

// verifyPeople checks the signatures of people and adds what does not fit.
func (p *program) verifyPeople(ctx context.Context, f verifyFlags, s *store.Store, v *store.Verification) (int, error) {
	if f.fast {
		return 0, nil
	}
	checked, problems, err := admin.CheckSignatures(ctx, s)
	v.Problems = append(v.Problems, problems...)
	if err != nil && !v.OK() { // what is altered cannot be read either, and was named
		v.Warnings = append(v.Warnings, fmt.Sprintf("the signatures of people were not all checked: %v", err))
		return checked, nil
	}
	return checked, err
}

func peopleText(signed int) []string {
	if signed == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d records are signed by the people they name, with keys that the configuration gave them then.", signed)}
}
