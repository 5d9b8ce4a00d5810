package alerts

import (
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// AskActorFor is how long after an alert began it is asked who did it: event logs
// are read after the lists, and show some entries late.
const AskActorFor = 24 * time.Hour

// nameActors adds who changed what fails. Only where the system itself changed was
// it somebody: what a catalogue or the calendar did, nobody in the log did.
func (t *turning) nameActors() {
	if t.in.ChangedBy == nil {
		return
	}
	t.named = map[string]bool{}
	for id, one := range t.state.Alerts {
		a := &one.Alert
		if a.Class != alert.Failing || a.Cause != soc2.CauseSystem || one.Seq == 0 || a.ChangedBy != (alert.ChangedBy{}) || t.in.Now.Sub(a.StartsAt) > AskActorFor {
			continue
		}
		if a.ChangedBy = t.in.ChangedBy(a, one.Seq); a.ChangedBy != (alert.ChangedBy{}) {
			t.changed[id], t.named[id] = true, true
		}
	}
}

// namesActor says that an incident's notice would name an actor that it did not.
func (t *turning) namesActor(i *Incident) bool {
	for _, id := range i.Alerts {
		if t.named[id] {
			return true
		}
	}
	return false
}
