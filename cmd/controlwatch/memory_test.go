package main

import (
	"errors"
	"math"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/stretchr/testify/require"
)

func TestLimitMemory(t *testing.T) {
	t.Parallel()
	broken := errors.New("parse memory.max")
	for name, c := range map[string]struct {
		env   string
		limit uint64
		err   error
		want  memoryLimit
		told  int64 // the runtime; 0: nothing
	}{
		"a limit":                    {limit: 1000 << 20, want: memoryLimit{bytes: 900 << 20, from: "cgroup"}, told: 900 << 20},
		"one that is set stays":      {env: "512MiB", limit: 1000 << 20, want: memoryLimit{bytes: 512 << 20, from: "GOMEMLIMIT"}},
		"off stays off":              {env: "off", limit: 1000 << 20, want: memoryLimit{bytes: 512 << 20, from: "GOMEMLIMIT"}},
		"no limit":                   {err: memlimit.ErrNoLimit, want: memoryLimit{from: "none: the cgroup has no limit"}},
		"more than there can be":     {limit: math.MaxUint64, want: memoryLimit{from: "none: the cgroup has no limit"}},
		"no cgroup":                  {err: memlimit.ErrNoCgroup, want: memoryLimit{from: "none: no cgroup"}},
		"a system without":           {err: memlimit.ErrCgroupsNotSupported, want: memoryLimit{from: "none: no cgroup"}},
		"a limit that is not read":   {err: broken, want: memoryLimit{from: "none: the cgroup cannot be read; set GOMEMLIMIT", err: broken}},
		"a limit of nothing at all":  {limit: 0, want: memoryLimit{from: "none: the cgroup says 0; set GOMEMLIMIT"}},
		"a limit nobody can live in": {limit: 1 << 20, want: memoryLimit{bytes: 943718, from: "cgroup"}, told: 943718},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told int64
			got := limitMemory(
				func(variable string) string {
					require.Equal(t, "GOMEMLIMIT", variable)
					return c.env
				},
				func() (uint64, error) { return c.limit, c.err },
				func(limit int64) int64 {
					if limit >= 0 {
						told = limit
					}
					return 512 << 20
				})
			require.Equal(t, c.want, got)
			require.Equal(t, c.told, told)
			require.NotEmpty(t, got.fields())
		})
	}
}
