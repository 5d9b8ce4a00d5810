package githubissues_test

import (
	"fmt"
	"net/http"
	"strings"
	stdtesting "testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/collectors/github/githubtest"
	"github.com/controlwatch/controlwatch/publish/githubissues"
	"github.com/controlwatch/controlwatch/soc2"
)

// Whatever happens to gaps, whatever people do to issues and whatever goes wrong
// with requests: a gap never has two issues, what people wrote stays, no issue is
// closed by us unless evidence shows it, and as soon as requests go well a run
// leaves nothing for the next one.
func TestAnyStory(t *stdtesting.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.opts.ClosedByHand = rapid.SampledFrom([]githubissues.ClosedByHand{githubissues.ReopenOnce, githubissues.LeaveClosed}).Draw(t, "closed by hand")
		ids := []string{"a", "b", "c"}
		notes, byHand := map[int][]string{}, map[int]bool{}
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			id := rapid.SampledFrom(ids).Draw(t, "id")
			w.now = w.now.Add(time.Hour)
			w.wanted.Plan.At = w.now
			issues := w.issuesOf(id)
			switch rapid.SampledFrom([]string{"open", "hold", "vanish", "unseen", "accept", "overdue", "edit", "close", "reopen", "unlabel", "forget", "run", "run", "run"}).Draw(t, "what") {
			case "open":
				w.gone(id)
				w.gap(id)
			case "hold":
				w.holds(id)
			case "vanish":
				w.gone(id)
			case "unseen":
				w.gone(id)
				w.gap(id).Status = soc2.PlanUnobserved
			case "accept":
				if i := w.item(id); i != nil {
					i.Status = soc2.PlanAccepted
				}
			case "overdue":
				if i := w.item(id); i != nil {
					i.Overdue, i.Owner = true, "grace"
				}
			case "edit":
				for _, i := range issues {
					note := fmt.Sprintf("note %d of a person", step)
					i.Body = strings.ReplaceAll(note+"\n"+i.Body+"\n"+note, "\n", "\r\n")
					notes[i.Number] = append(notes[i.Number], note)
				}
			case "close", "reopen":
				for _, i := range issues {
					i.Closed = rapid.Bool().Draw(t, "closed")
					byHand[i.Number] = i.Closed
				}
			case "unlabel":
				for _, i := range issues {
					if known(w, id) {
						i.Labels = nil
					}
				}
			case "forget":
				labelled := true
				for _, i := range w.tracker.Issues {
					labelled = labelled && len(i.Labels) > 0
				}
				if labelled {
					w.log = nil
				}
			case "run":
				faulty(t, w)
				closedBefore := map[int]bool{}
				for _, i := range w.tracker.Issues {
					closedBefore[i.Number] = i.Closed
				}
				_, _ = w.run()
				w.tracker.Fault = nil
				for _, other := range ids {
					for _, i := range w.issuesOf(other) {
						if i.Closed && !closedBefore[i.Number] {
							require.Contains(t, w.wanted.Analysis.Held, "control:"+other, "closed without evidence")
						}
					}
				}
			}
			for _, id := range ids {
				require.LessOrEqual(t, len(w.issuesOf(id)), 1, "issues of %s", id)
			}
			for n, all := range notes {
				for _, note := range all {
					require.Equal(t, 2, strings.Count(w.tracker.Issues[n-1].Body, note), note)
				}
			}
		}
		w.settled()
		w.quiet()
		for _, id := range ids {
			all := w.issuesOf(id)
			if i := w.item(id); i != nil && i.Status == soc2.PlanOpen {
				require.Len(t, all, 1, "an open gap has its issue")
			}
			if _, held := w.wanted.Analysis.Held["control:"+id]; held && len(all) == 1 && !all[0].Closed {
				require.Contains(t, byHand, all[0].Number, "only a person keeps it open")
			}
		}
	})
}

func known(w *world, id string) bool {
	for _, e := range w.log {
		if e.gap == "control:"+id {
			return true
		}
	}
	return false
}

// faulty makes some of the next requests fail.
func faulty(t *rapid.T, w *world) {
	left := rapid.IntRange(0, 6).Draw(t, "faults")
	every := rapid.IntRange(1, 4).Draw(t, "every")
	kind := rapid.SampledFrom([]githubtest.Fault{
		{Lose: true}, {Status: http.StatusBadGateway}, {Status: http.StatusForbidden, Header: map[string]string{"Retry-After": "1"}}, {Status: http.StatusUnprocessableEntity},
	}).Draw(t, "fault")
	n := 0
	w.tracker.Fault = func(*http.Request) githubtest.Fault {
		n++
		if left > 0 && n%every == 0 {
			left--
			return kind
		}
		return githubtest.Fault{}
	}
}
