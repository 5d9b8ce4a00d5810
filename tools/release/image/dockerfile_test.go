package image_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/tools/release/image"
)

// Two ways to one image: whoever has a container engine gets the same files,
// the same user and the same labels.
func TestTheDockerfileMakesTheSame(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../Dockerfile")
	require.NoError(t, err)
	_, last, found := strings.Cut(string(text), "\nFROM scratch\n")
	require.True(t, found, "it starts from an empty base")
	said, copied := instructions(t, last)

	r := release()
	r.Revision = "" // the context holds no .git
	img, err := image.For(amd64, []byte("binary"), r)
	require.NoError(t, err)
	file, err := img.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, file.Config, said)
	require.Equal(t, leaves(t, img), copied)
}

// instructions are those of the last stage: what they configure, and what is copied
// to where with which rights.
func instructions(t *testing.T, text string) (v1.Config, map[string]string) {
	t.Helper()
	config := v1.Config{Labels: map[string]string{}, ExposedPorts: map[string]struct{}{}, Volumes: map[string]struct{}{}}
	copied := map[string]string{}
	from := regexp.MustCompile(`^--from=build (?:--(chown|chmod)=(\S+) )?\S+ /(\S+)$`)
	list := func(argument string) (all []string) {
		require.NoError(t, json.Unmarshal([]byte(argument), &all), argument)
		return all
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "${VERSION}", "v1.2.3"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, argument, _ := strings.Cut(line, " ")
		switch word {
		case "ARG":
		case "COPY":
			parts := from.FindStringSubmatch(argument)
			require.NotNil(t, parts, line)
			copied[parts[3]] = strings.TrimSpace(parts[1] + " " + parts[2])
		case "LABEL":
			key, value, _ := strings.Cut(argument, "=")
			config.Labels[key] = strings.Trim(value, `"`)
		case "USER":
			config.User = argument
		case "WORKDIR":
			config.WorkingDir = argument
		case "ENV":
			config.Env = append(config.Env, argument)
		case "VOLUME":
			config.Volumes[list(argument)[0]] = struct{}{}
		case "EXPOSE":
			config.ExposedPorts[argument+"/tcp"] = struct{}{}
		case "ENTRYPOINT":
			config.Entrypoint = list(argument)
		case "CMD":
			config.Cmd = list(argument)
		default:
			require.Fail(t, "an instruction that no image of ours has", line)
		}
	}
	return config, copied
}

// leaves are the files, and the folders that are empty, with what a COPY must say of their rights.
func leaves(t *testing.T, img v1.Image) map[string]string {
	t.Helper()
	all := map[string]string{}
	files := mutate.Extract(img)
	defer files.Close()
	for r := tar.NewReader(files); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		switch {
		case h.Uid != 0:
			all[h.Name] = "chown 65532:65532"
		case h.Mode == 0o1777:
			all[h.Name] = "chmod 1777"
		case h.Typeflag == tar.TypeReg:
			all[h.Name] = ""
		}
	}
}
