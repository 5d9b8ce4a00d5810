package githubissues

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Wanted is what issues are made from: a plan and the analysis it follows.
type Wanted struct {
	Plan     soc2.Plan
	Analysis soc2.GapAnalysis
}

// gap is one gap with what is told of it.
type gap struct {
	id    string
	item  *soc2.PlanItem // nil: the plan does not have it
	about *soc2.Gap      // nil: it is not there any more
	held  string         // why evidence shows that it is closed; empty: it does not
	doubt string         // why it can neither be said to be there nor to be closed
}

func (w Wanted) gaps() map[string]*gap {
	all := map[string]*gap{}
	for n := range w.Plan.Items {
		item := &w.Plan.Items[n]
		all[item.Gap] = &gap{id: item.Gap, item: item}
	}
	for n := range w.Analysis.Gaps {
		if g := all[w.Analysis.Gaps[n].ID]; g != nil {
			g.about = &w.Analysis.Gaps[n]
		}
	}
	return all
}

// of is a gap by its id, also one that is in no plan.
func (w Wanted) of(id string, all map[string]*gap) *gap {
	g := all[id]
	if g == nil {
		g = &gap{id: id}
	}
	if g.item != nil && g.item.Status == soc2.PlanClosed {
		g.held = g.item.Why
	}
	if g.item == nil {
		if why, ok := w.Analysis.Held[id]; ok {
			g.held = "Evidence shows it: " + why + "."
		} else if why, ok := w.Analysis.Doubt[id]; ok {
			g.doubt = "It cannot be told: " + why + "."
		} else {
			g.doubt = "Nothing shows that it is closed, and its gap has gone: catalogue, scope or what is looked at changed."
		}
	}
	return g
}

// open says that work is left that can be told.
func (g *gap) open() bool {
	return g.item != nil && g.item.Live() && !g.item.OutOfScope && (g.item.Status != soc2.PlanUnobserved || g.item.Closed == nil)
}

func (g *gap) accepted() bool { return g.item != nil && g.item.Status == soc2.PlanAccepted }

// nobody are kinds of things whose names are not those of people. Other things
// are counted in an issue and not named.
var nobody = []evidence.Kind{
	"Account", "AuditTrail", "BackupService", "BranchHistory", "BranchRule", "Certificate", "ConfigurationRecorder", "Datastore", "DatastoreDefaults",
	"EncryptionKey", "Environment", "LoadBalancer", "LogStore", "Network", "NetworkRule", "PasswordPolicy", "PipelineSettings", "ProtectedResource",
	"Queue", "RegionDefaults", "Repository", "Secret", "ThreatDetection", "VulnerabilityScanner", "Workflow", "Workload",
	evidence.KindScope,
}

func named(r evidence.Resource) bool { return slices.Contains(nobody, r.Kind) }

// commandsOf are a task's commands, unless one of them may name a person.
func (g *gap) commandsOf(t soc2.PlanTask) []string {
	if g.about == nil {
		return nil
	}
	for _, c := range g.about.Checks {
		if c.Check != t.Check || c.Provider != t.Provider {
			continue
		}
		for _, r := range c.Examples {
			if !named(r) {
				return nil
			}
		}
	}
	return t.Commands
}

// current is what is the case. What a person wrote about a walkthrough is not
// copied: it tells who did what.
func (g *gap) current() string {
	if strings.HasPrefix(g.id, "walkthrough:") {
		return "What was shown in the walkthrough is not what is written; its record says what."
	}
	if g.about != nil && g.about.Current != "" {
		return g.about.Current
	}
	return g.item.Why
}

// taskText is a task without the reasons why something was not seen: they quote
// providers, who name accounts.
func taskText(t soc2.PlanTask) string {
	for _, words := range []string{"Let controlwatch see it", "Attest it"} {
		if strings.HasPrefix(t.Text, words+":") {
			return words
		}
	}
	return t.Text
}

func place(r evidence.Resource) string {
	text := r.Provider + "/" + r.Account
	if r.Region != "" {
		text += "/" + r.Region
	}
	return fmt.Sprintf("%s %s", r.Type, text)
}
