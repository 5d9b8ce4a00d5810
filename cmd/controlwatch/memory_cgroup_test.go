//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/stretchr/testify/require"
)

// What the kernel tells of cgroups is replaced by files, in a mount namespace of
// a process that then asks as the program does.
func TestTheLimitIsReadFromTheCgroup(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_MEMORY_LIMIT") != "" {
		limited := limitMemory(os.Getenv, memlimit.FromCgroup, debug.SetMemoryLimit)
		fmt.Println(limited.from, debug.SetMemoryLimit(-1)) //nolint:forbidigo // the answer to the test that started this one
		return
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", "-rm", "true").CombinedOutput(); err != nil {
		t.Skipf("needs root or user namespaces, to show a process other cgroups: %v %s", err, out)
	}
	const v1, v2 = "4:memory:/kubepods/pod1\n0::/\n", "0::/kubepods/pod1\n"
	for name, c := range map[string]struct {
		cgroup string
		files  map[string]string
		env    string
		want   string
	}{
		"v2, its own limit":           {v2, map[string]string{"kubepods/pod1/memory.max": "1048576000"}, "", "cgroup 943718400"},
		"v2, a lower one above it":    {v2, map[string]string{"kubepods/pod1/memory.max": "2097152000", "kubepods/memory.max": "1048576000"}, "", "cgroup 943718400"},
		"v2, none":                    {v2, map[string]string{"kubepods/pod1/memory.max": "max"}, "", "none: the cgroup has no limit 9223372036854775807"},
		"v2, none that can be read":   {v2, map[string]string{"kubepods/pod1/memory.max": "a lot"}, "", "none: the cgroup cannot be read; set GOMEMLIMIT 9223372036854775807"},
		"v2, and a limit that is set": {v2, map[string]string{"kubepods/pod1/memory.max": "1048576000"}, "300MiB", "GOMEMLIMIT 314572800"},
		"v1, its own limit":           {v1, map[string]string{"kubepods/pod1/memory.limit_in_bytes": "1048576000"}, "", "cgroup 943718400"},
		"v1, a lower one above it":    {v1, map[string]string{"kubepods/pod1/memory.limit_in_bytes": "2097152000", "kubepods/pod1/memory.stat": "cache 0\nhierarchical_memory_limit 1048576000"}, "", "cgroup 943718400"},
		"v1, none":                    {v1, map[string]string{"kubepods/pod1/memory.limit_in_bytes": "9223372036854771712"}, "", "none: the cgroup has no limit 9223372036854775807"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			kind, options := "cgroup2", "rw"
			if c.cgroup == v1 {
				kind, options = "cgroup", "rw,memory"
			}
			for file, text := range c.files {
				path := filepath.Join(dir, "fs", file)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
				require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600))
			}
			mount := fmt.Sprintf("36 35 0:26 / %s/fs rw,nosuid - %s cgroup %s\n", dir, kind, options)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "mountinfo"), []byte(mount), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "cgroup"), []byte(c.cgroup), 0o600))
			cmd := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c",
				`mount --bind "$1/mountinfo" /proc/$$/mountinfo && mount --bind "$1/cgroup" /proc/$$/cgroup && exec "$0" -test.run '^TestTheLimitIsReadFromTheCgroup$'`, os.Args[0], dir)
			cmd.Env = append(os.Environ(), "TEST_MEMORY_LIMIT=1", "GOMEMLIMIT="+c.env)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			got, _, _ := strings.Cut(string(out), "\n")
			require.Equal(t, c.want, got)
		})
	}
}
