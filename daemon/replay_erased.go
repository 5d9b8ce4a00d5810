package daemon

import (
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// unnamed are the names that an assessment kept and that were erased since. Where a
// resource was collected again exactly as it had been, its facts of before are there
// again and say the name, and what was kept does not: that is no difference of the
// record. Everything else of it is compared.
type unnamed struct {
	names store.ErasedNames
	found map[evidence.Key]bool // whose names were not compared
}

func (u *unnamed) states(all []soc2.Remembered, seq int64) []soc2.Remembered {
	return blanked(u, all, seq, func(one *soc2.Remembered) *evidence.Resource { return &one.Resource })
}

func (u *unnamed) drift(all []soc2.Drift, seq int64) []soc2.Drift {
	return blanked(u, all, seq, func(d *soc2.Drift) *evidence.Resource { return &d.Resource })
}

func blanked[T any](u *unnamed, all []T, seq int64, resource func(*T) *evidence.Resource) []T {
	if len(u.names) == 0 {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		r := resource(&all[i])
		if key := r.Key(); u.names.At(key, seq) && r.Name != "" {
			r.Name, u.found[key] = "", true
		}
	}
	return all
}
