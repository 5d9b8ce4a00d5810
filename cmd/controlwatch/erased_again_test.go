package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listed writes the devices that there are, the last of which is not encrypted.
func (o *office) listed(n int) {
	o.write("facts/d.set.yaml", fmt.Sprintf(`kind: Device
system: jamf
query: all
extracted_at: 2026-11-01T08:00:00Z
valid_for: 876000h
rows: %d
preparer: marie
data: d.csv
`, n))
	o.devices([]string{"true", "true", "false"}[:n]...)
}

// What is known of something is erased, and it is collected again exactly as it was.
// The facts of before are evidence again, the name of before is not: replay proves
// everything but that name, and says so.
func TestErasedAndCollectedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	look := func(n int) {
		o.now = o.now.Add(24 * time.Hour)
		o.listed(n)
		o.scan()
	}
	look(3)
	look(2)
	code, stdout, stderr := o.run("erase", "--resource", "jamf/C3", "--reason", "request 17", "--by", "Ada", "--approved-by", "Grace")
	require.Equal(t, exitOK, code, stdout+stderr)
	look(2)
	look(3)

	var out struct {
		replayOut
		NamesErased int `json:"names_erased"`
	}
	code, stdout, stderr = o.run("replay", "--from", "2026-11-01", "--to", "now", "-o", "json")
	require.NoError(t, json.Unmarshal([]byte(stdout), &out), stderr)
	require.Empty(t, out.Differences, stdout)
	require.Equal(t, exitOK, code, stdout)
	require.Equal(t, 4, out.Reproduced)
	require.Equal(t, 1, out.NamesErased)
	_, stdout, _ = o.run("replay", "--from", "2026-11-01", "--to", "now")
	require.Contains(t, stdout, "1 resource was erased and collected again as before")

	_, public, _ := o.run("key", "show")
	code, stdout, stderr = o.run("verify", "--key", strings.TrimSpace(public))
	require.Equal(t, exitOK, code, stdout+stderr)
	file := filepath.Join(o.dir, "bundle.zip")
	code, stdout, stderr = o.run("export", "--from", "2026-11-01", "--to", "now", "-o", file, "--by", "Ada", "--for", "Auditors")
	require.Equal(t, exitOK, code, stdout+stderr)
	code, stdout, stderr = o.run("verify", file, "--key", strings.TrimSpace(public))
	require.Equal(t, exitOK, code, stdout+stderr)
}
