package daemon_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/daemon/page"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// What an alert links to is there: its control on the status page, and where it has
// several, the part that shows them.
func TestAlertsLinkToWhereTheyAreSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := &recorder{name: "ops"}
		w := newDrifting(t, ops)
		all := []string{"public", "encrypted", "logged", "versioned", "backed-up"}
		for _, control := range all {
			w.set(control, "a", soc2.Pass)
		}
		for _, outcomes := range [][]soc2.Outcome{{soc2.Pass}, {soc2.Fail}, {soc2.Fail, soc2.Fail, soc2.Fail, soc2.Fail, soc2.Fail}, {soc2.Unobserved, soc2.Unobserved}} {
			for i, outcome := range outcomes {
				w.set(all[i], "a", outcome)
			}
			w.run(10*time.Minute, func(o *daemon.Options) { o.Work.Alerts.Link = "https://cw.example.com/soc2/" })
		}
		var links []string
		var shown bytes.Buffer
		w.open()
		a, err := w.assess(t.Context())
		require.NoError(t, err)
		require.NoError(t, w.store.Close())
		require.NoError(t, page.Write(&shown, page.Input{Assessment: &a, Now: time.Now()}))
		look := func(link string) {
			part, ok := strings.CutPrefix(link, "https://cw.example.com/soc2/#")
			require.True(t, ok, link)
			require.Contains(t, shown.String(), fmt.Sprintf(`id=%q`, part))
			links = append(links, part)
		}
		for _, n := range ops.notices()[1:] {
			look(n.Link)
			for _, a := range n.Alerts {
				look(a.Link)
				if a.Class == alert.OutOfSight {
					require.Contains(t, a.Remediation, "Look again", "how to see it, not how to mend what may be well")
				}
			}
		}
		require.Subset(t, links, []string{"control-public", "control-backed-up", "drift", "unseen"})
	})
}
