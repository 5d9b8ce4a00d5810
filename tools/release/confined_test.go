//go:build image

package main

import (
	"archive/tar"
	"bufio"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/tools/release/sbom/sbomtest"
)

// Everything from the sources to a running daemon: built, listed, assembled, unpacked
// and run as the kubelet would, on a root that cannot be written to.
func TestTheImageRuns(t *testing.T) {
	require.Zero(t, os.Getuid(), "chroot and mounts are root's: sudo env PATH=$PATH make image")
	dist := t.TempDir()
	platform := "linux/" + runtime.GOARCH
	made(t, "binaries", "-version", "v1.2.3", "-o", dist, "-platforms", platform)
	binary := filepath.Join(dist, "controlwatch_1.2.3_linux_"+runtime.GOARCH)
	folder := filepath.Join(dist, "image")
	digest := made(t, "image", "-version", "v1.2.3", "-created", "2026-01-02T03:04:05Z", "-o", folder, platform+"="+binary)

	t.Run("another build is the same digest", func(t *testing.T) {
		other := t.TempDir()
		made(t, "binaries", "-version", "v1.2.3", "-o", other, "-platforms", platform)
		again := made(t, "image", "-version", "v1.2.3", "-created", "2026-01-02T03:04:05Z", "-o", filepath.Join(other, "image"),
			platform+"="+filepath.Join(other, filepath.Base(binary)))
		require.Equal(t, digest, again)
	})
	t.Run("its bill lists every module", func(t *testing.T) {
		sbomtest.Judge(t, binary, []byte(made(t, "sbom", "-version", "v1.2.3", binary)))
	})
	t.Run("nothing is linked at run time", func(t *testing.T) {
		f, err := elf.Open(binary)
		require.NoError(t, err)
		defer f.Close()
		libraries, err := f.ImportedLibraries()
		require.NoError(t, err)
		require.Empty(t, libraries)
		for _, p := range f.Progs {
			require.NotEqual(t, elf.PT_INTERP, p.Type)
		}
		require.Nil(t, f.Section(".symtab"))
	})

	root := unpack(t, folder)
	t.Run("there is no shell", func(t *testing.T) {
		out, err := confined(t, root, t.TempDir(), "", "/bin/sh", "-c", "true").CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "No such file")
	})
	t.Run("version", func(t *testing.T) {
		out, err := confined(t, root, t.TempDir(), "", "/controlwatch", "version").CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "controlwatch v1.2.3 "+runtime.Version()+" "+platform)
	})
	t.Run("the root is not written to", func(t *testing.T) {
		out, err := confined(t, root, t.TempDir(), "", "/controlwatch", "demo", "--once").CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "read-only file system")
	})
	t.Run("the sample company with /tmp in memory", func(t *testing.T) {
		out, err := confined(t, root, t.TempDir(), "/tmp", "/controlwatch", "demo", "--once").CombinedOutput()
		require.NoError(t, err)
		require.Contains(t, string(out), "No state is an opinion on an audit.")
	})
	t.Run("the daemon with a folder of data and nothing else", func(t *testing.T) { daemon(t, root) })
}

func daemon(t *testing.T, root string) {
	t.Helper()
	data := t.TempDir()
	config := "listen: 127.0.0.1:0\nnetwork: {proxy: \"http://127.0.0.1:9\"}\n" +
		"sources: [{provider: github, settings: {organizations: [acme], token: \"${env:GITHUB_TOKEN}\"}}]\n"
	require.NoError(t, os.WriteFile(filepath.Join(data, "controlwatch.yaml"), []byte(config), 0o644))
	require.NoError(t, os.Chown(data, 65532, 65532))
	cmd := confined(t, root, data, "", "/controlwatch", "run", "-c", "/data/controlwatch.yaml")
	cmd.Env = append(cmd.Env, "GITHUB_TOKEN=none")
	logged, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var address string
	lines := bufio.NewScanner(logged)
	for address == "" && lines.Scan() {
		var line struct{ Msg, Address string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line), lines.Text())
		address = line.Address
	}
	require.NotEmpty(t, address, "it did not start")
	status, err := os.ReadFile("/proc/" + pid(t, cmd) + "/status")
	require.NoError(t, err)
	require.Contains(t, string(status), "Uid:\t65532\t65532\t65532\t65532\n")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/healthz", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	rest, err := io.ReadAll(logged)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait(), string(rest))
	info, err := os.Stat(filepath.Join(data, "controlwatch.db"))
	require.NoError(t, err)
	require.EqualValues(t, 65532, info.Sys().(*syscall.Stat_t).Uid)
}

// pid is the program's: unshare and the shell became it.
func pid(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	name, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/comm")
	require.NoError(t, err)
	require.Equal(t, "controlwatch", strings.TrimSpace(string(name)))
	return strconv.Itoa(cmd.Process.Pid)
}

func confined(t *testing.T, root, data, memory string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"--mount", "sh", "testdata/confined.sh", root, data}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CONTROLWATCH_STORE=sqlite:/data/controlwatch.db", "MEMORY=" + memory}
	return cmd
}

// unpack writes the files of the image with the owners and rights that it says.
func unpack(t *testing.T, folder string) string {
	t.Helper()
	index, err := only(folder)
	require.NoError(t, err)
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	img, err := index.Image(manifest.Manifests[0].Digest)
	require.NoError(t, err)
	requireNobody(t, img)
	root := t.TempDir()
	require.NoError(t, os.Chmod(root, 0o755))
	files := mutate.Extract(img)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return root
		}
		require.NoError(t, err)
		require.Zero(t, h.Mode&0o6000, h.Name)
		path := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			require.NoError(t, os.Mkdir(path, 0o700))
		} else {
			content, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, content, 0o600))
		}
		require.NoError(t, os.Chown(path, h.Uid, h.Gid))
		require.NoError(t, syscall.Chmod(path, uint32(h.Mode)))
	}
}

func requireNobody(t *testing.T, img v1.Image) {
	t.Helper()
	file, err := img.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "65532:65532", file.Config.User)
}
