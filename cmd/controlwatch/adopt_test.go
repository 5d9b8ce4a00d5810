package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// heldNow is what the company does with a control, as the list says.
func (o *office) heldNow(control string) listedControl {
	o.t.Helper()
	var all []listedControl
	require.NoError(o.t, json.Unmarshal([]byte(o.must("controls", "list", "-o", "json")), &all))
	for _, c := range all {
		if c.ID == control {
			return c
		}
	}
	o.t.Fatalf("%s is not listed", control)
	return listedControl{}
}

// A matrix is imported, linked, adopted and concluded on; a control is declined, and
// every assessment of that route replays.
func TestTheCompanysControlsFromMatrixToReplay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.write("controlwatch.yaml", officePeople)
	config := o.dir + "/controlwatch.yaml"
	o.devices("false", "true", "true")
	o.scan()
	scan := func() string {
		o.now = o.now.Add(time.Hour)
		return o.must("scan", "-c", config)
	}
	require.NotContains(t, scan(), " declined")

	o.write("m.csv", "Control ID,Control Activity,Control Owner,TSC,Notes\nEP-1,\"Company devices are encrypted, 設備は暗号化\",IT,\"CC6.7, CC6.8\",x\nEP-2,The board meets each quarter,CEO,CC1.2,\n")
	out := o.must("controls", "import", o.dir+"/m.csv", "--dry-run")
	require.Contains(t, out, `"Control Activity" is taken for the wording`)
	require.Contains(t, out, `"Notes" is left aside`)
	require.Contains(t, out, "2 added, 0 changed, 0 removed")
	require.Contains(t, out, "nothing was recorded")
	require.Contains(t, o.refused("controls", "company"), "no control of the company was imported")
	require.Contains(t, o.refused("controls", "import", o.dir+"/m.csv"), "--by: missing")
	out = o.must("controls", "import", o.dir+"/m.csv", "--by", "ada", "-o", "json")
	require.Contains(t, out, `"control": "devices-are-managed"`, "it is proposed")
	require.Empty(t, o.heldNow("devices-are-managed").OwnIDs, "a proposal is no link")

	require.Contains(t, o.refused("controls", "link", "EP-9", "devices-are-managed", "--by", "ada"), "has no control")
	require.Contains(t, o.refused("controls", "link", "EP-1", "devices-are-cheap", "--by", "ada"), "there is no control")
	o.must("controls", "link", "ep-1", "devices-are-managed", "--by", "ada")
	o.must("controls", "adopt", "devices-are-managed", "EP-1", "--by", "ada")
	require.Contains(t, o.refused("controls", "conclude", "EP-1", "--conclusion", "fine", "--maturity", "3", "--note", "n", "--by", "ada"), "expected suitable or not-suitable")
	require.Contains(t, o.refused("controls", "conclude", "EP-1", "--conclusion", "suitable", "--maturity", "6", "--note", "n", "--by", "ada"), "expected 0 to 5")
	require.Contains(t, o.refused("controls", "conclude", "EP-1", "--conclusion", "suitable", "--maturity", "3", "--date", "2026-11-09", "--note", "n", "--by", "ada"), "is to come")
	o.must("controls", "conclude", "EP-1", "--conclusion", "suitable", "--maturity", "3", "--date", "2026-10-30", "--note", "walked through", "--by", "grace")
	one := o.heldNow("devices-are-managed")
	require.Equal(t, "adopted", one.Adoption)
	require.Equal(t, []string{"EP-1"}, one.OwnIDs)
	require.Equal(t, 3, *one.Maturity)
	require.Equal(t, "suitable", one.Conclusion)
	require.Equal(t, "2026-10-30", one.Concluded)
	require.Contains(t, scan(), "1 adopted, 0 advisory, 0 declined")

	// A decline is a request, and nothing more.
	require.Contains(t, o.refused("controls", "decline", "devices-are-managed", "--reason", " ", "--by", "ada"), "reason is missing")
	asks := o.must("controls", "decline", "devices-are-managed", "--reason", "no devices", "--by", "ada")
	require.Contains(t, asks, "asks to decline")
	id := recordID.FindString(asks)
	require.Equal(t, "adopted", o.heldNow("devices-are-managed").Adoption)
	require.Contains(t, scan(), "1 adopted, 0 advisory, 0 declined")
	require.Contains(t, o.refused("approve", id, "--by", "Ada Lovelace", "-c", config), "another must approve")
	require.Contains(t, strings.Join(strings.Fields(o.must("controls", "show", "devices-are-managed")), " "), "asked to be declined by ada")
	o.must("approve", id, "--by", "grace", "-c", config)
	code, out, _ := o.run("scan", "-c", config)
	require.NotEqual(t, exitGap, code, "what is declined is no gap")
	require.Contains(t, out, "devices-are-managed is declined")
	require.Contains(t, out, " fail,", "and is shown")
	require.Contains(t, strings.Join(strings.Fields(o.must("controls", "show", "devices-are-managed")), " "), "approved by grace")

	// A decline that was overtaken by an adoption cannot be approved any more.
	late := recordID.FindString(o.must("controls", "decline", "devices-are-managed", "--reason", "again", "--by", "ada"))
	adopt := recordID.FindString(o.must("controls", "adopt", "devices-are-managed", "--by", "joan"))
	require.Contains(t, o.refused("approve", late, "--by", "grace", "-c", config), "was overtaken")
	require.Contains(t, o.refused("approve", adopt, "--by", "grace", "-c", config), "takes one person")
	code, _, _ = o.run("scan", "-c", config)
	require.Equal(t, exitGap, code)

	replayed := o.must("replay", "-c", config, "--from", "2026-11-01")
	require.Contains(t, replayed, "reproduced 6 of 6", replayed)

	o.write("f.csv", "Criterion,Finding,Rating,Found on,Status\nEP-1,Two laptops were not encrypted,High,2025-10-31,closed\nCC6.9,x,bad,31.10.2025,\n")
	wrong := o.refused("controls", "import-findings", o.dir+"/f.csv", "--by", "ada")
	for _, want := range []string{`row 3, column "Criterion"`, `row 3, column "Rating"`, `row 3, column "Found on"`, "3 things are wrong, and nothing was imported"} {
		require.Contains(t, wrong, want)
	}
	o.write("f.csv", "Criterion,Finding,Rating,Found on,Status\nEP-1,Two laptops were not encrypted,High,2025-10-31,closed\n")
	o.must("controls", "import-findings", o.dir+"/f.csv", "--by", "ada")
	shown := strings.Join(strings.Fields(o.must("controls", "show", "devices-are-managed")), " ")
	require.Contains(t, shown, "Found before EP-1: Two laptops were not encrypted (high · 2025-10-31 · closed")

	// The next import keeps the link and says what changed.
	o.write("m.csv", "Control ID,Control Activity\nEP-1,Devices are encrypted and locked\nEP-3,New\n")
	out = strings.Join(strings.Fields(o.must("controls", "import", o.dir+"/m.csv", "--by", "ada")), " ")
	require.Contains(t, out, "1 added, 1 changed, 1 removed")
	require.Contains(t, out, "EP-1: changed: wording, owner, criteria; it is linked to devices-are-managed: look at that again")
	require.Contains(t, strings.Join(strings.Fields(o.must("controls", "company", "EP-1")), " "), "its wording is another since")
	require.Zero(t, must0(o.run("verify")))
}

func must0(code int, _, _ string) int { return code }
