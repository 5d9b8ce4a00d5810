package main

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkDemo is a first `demo --once`: the company's diary, then its table.
func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		p := &program{stdout: io.Discard, stderr: io.Discard, env: os.Getenv, now: time.Now}
		require.NotEqual(b, exitCannotRun, run(b.Context(), p, []string{"demo", "--once"}))
	}
}
