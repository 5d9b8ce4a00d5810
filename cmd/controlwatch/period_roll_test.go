package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A period of one day is carried forward: with what it leaves open, and told of what
// was adopted, though that was declined on its last hour.
func TestAPeriodIsRolledForward(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	section := "period:\n  from: 2026-11-01\n  to: 2026-11-02\n  fix_within:\n    high: 7d\n"
	o.write("controlwatch.yaml", officePeople+section)
	config := filepath.Join(o.dir, "controlwatch.yaml")
	o.devices("false", "true", "true")
	o.scan()
	roll := func(more ...string) []string {
		return append([]string{"period", "roll-forward", "-c", config, "--by", "ada"}, more...)
	}
	require.Contains(t, o.refused(roll("--from", "2026-11-02", "--to", "2026-12-31")...), "the next one cannot begin on 2026-11-02")
	require.Contains(t, strings.Join(strings.Fields(o.must(roll("--from", "2026-11-03", "--to", "2026-12-31")...)), " "), "It is not over")

	o.write("m.csv", "Control ID,Description\nEP-1,Laptops are encrypted\nEP-2,The board meets\n")
	o.must("controls", "import", o.dir+"/m.csv", "--by", "ada")
	o.must("controls", "link", "EP-1", "devices-are-managed", "--by", "ada")
	o.must("controls", "adopt", "devices-are-managed", "EP-2", "--by", "ada")
	o.now = time.Date(2026, 11, 2, 20, 0, 0, 0, time.UTC)
	o.scan()
	asks := o.must("controls", "decline", "devices-are-managed", "--reason", "late", "--by", "ada")
	o.must("approve", recordID.FindString(asks), "--by", "grace")
	o.scan()
	accept := o.must("accept", "--control", "datastores-are-not-public", "--reason", "scratch", "--until", "2026-12-05", "--by", "ada")
	o.must("approve", recordID.FindString(accept), "--by", "grace")

	o.now = time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)
	code, out, stderr := o.run("period", "-c", config)
	require.Equal(t, exitGap, code, stderr)
	told := strings.Join(strings.Fields(out), " ")
	for _, says := range []string{
		"EP-1, shown by devices-are-managed: Laptops are encrypted", "devices-are-managed was adopted within the period, and is declined now",
		"EP-2 is linked to nothing, so nothing shows that it holds", "Not adopted", "access-is-reviewed: proposed", "109 controls of the catalogue: 109 proposed, 0 advisory, 0 declined",
	} {
		require.Contains(t, told, says)
	}

	next := filepath.Join(o.dir, "next.yaml")
	out = strings.Join(strings.Fields(o.must(roll("--from", "2026-11-05", "--to", "2026-12-31", "-o", next)...)), " ")
	for _, says := range []string{
		"is carried into 2026-11-05 to 2026-12-31", "2026-11-03 to 2026-11-04 is in neither period", "1 adopted, 0 advisory, 1 declined",
		"1 deviations are open and carried", "devices-are-managed/device-is-encrypted device-1, since 2026-11-01 (declined)",
		"1 decisions end inside the next period", "acceptance, datastores-are-not-public, on 2026-12-06",
	} {
		require.Contains(t, out, says)
	}
	require.NotContains(t, out, "It is not over")
	text, err := os.ReadFile(next)
	require.NoError(t, err)
	require.Equal(t, "period:\n  from: 2026-11-05\n  to: 2026-12-31\n  fix_within:\n    high: 7d\n", string(text))
	require.Contains(t, o.refused(roll("--from", "2026-11-05", "--to", "2026-12-31", "-o", next)...), "is there already")
	o.write("controlwatch.yaml", officePeople+string(text))
	o.now = o.now.AddDate(0, 0, 2)
	_, out, stderr = o.run("period", "-c", config)
	require.NotEmpty(t, out, stderr)
	require.Zero(t, must0(o.run("verify")))
}
