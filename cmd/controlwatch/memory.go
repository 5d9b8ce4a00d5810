package main

import (
	"errors"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"go.uber.org/zap"
)

// memoryLimit is what the Go runtime was told to stay below, and by whom.
type memoryLimit struct {
	bytes int64 // 0: nothing was told
	from  string
	err   error
}

// ofTheLimit leaves room for what the runtime does not count: SQLite's memory
// and that of the kernel for us.
const ofTheLimit = 0.9

// limitMemory tells the runtime to stay below the limit of the cgroup, at which
// the kernel would end the process. A GOMEMLIMIT that is set stays as it is.
func limitMemory(env func(string) string, cgroup func() (uint64, error), set func(int64) int64) memoryLimit {
	if env("GOMEMLIMIT") != "" {
		return memoryLimit{bytes: set(-1), from: "GOMEMLIMIT"}
	}
	limit, err := cgroup()
	switch {
	case errors.Is(err, memlimit.ErrNoLimit), err == nil && limit > math.MaxInt64:
		return memoryLimit{from: "none: the cgroup has no limit"}
	case errors.Is(err, memlimit.ErrNoCgroup), errors.Is(err, memlimit.ErrCgroupsNotSupported):
		return memoryLimit{from: "none: no cgroup"}
	case err != nil:
		return memoryLimit{from: "none: the cgroup cannot be read; set GOMEMLIMIT", err: err}
	case limit == 0:
		return memoryLimit{from: "none: the cgroup says 0; set GOMEMLIMIT"}
	}
	m := memoryLimit{bytes: int64(float64(limit) * ofTheLimit), from: "cgroup"}
	set(m.bytes)
	return m
}

// fields are what the log says of it.
func (m memoryLimit) fields() []zap.Field {
	fields := []zap.Field{zap.String("from", m.from)}
	if m.bytes > 0 {
		fields = append(fields, zap.Int64("bytes", m.bytes))
	}
	if m.err != nil {
		fields = append(fields, zap.Error(m.err))
	}
	return fields
}
