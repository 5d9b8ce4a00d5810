package receivertest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// Stories are the notices whose messages are kept for people to read.
func Stories() map[string]alert.Notice {
	sample := Notice()
	sample.Sample = true
	return map[string]alert.Notice{"began": Notice(), "ended": Ended(), "out-of-sight": Lost(), "sample": sample}
}

// Golden compares a message with the one under version control. With
// CONTROLWATCH_UPDATE set it writes it.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if strings.HasSuffix(name, ".json") {
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, got, "", "  "))
		got = append(pretty.Bytes(), '\n')
		for code, char := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
			got = bytes.ReplaceAll(got, []byte(code), []byte(char)) // for reading; JSON means the same
		}
	}
	path := filepath.Join("testdata", name)
	if os.Getenv("CONTROLWATCH_UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "with CONTROLWATCH_UPDATE=1 the file is written anew")
}
