package soc2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// PlanTask is one thing to do about a gap.
type PlanTask struct {
	Text      string   `json:"text"`
	Check     string   `json:"check,omitempty"`
	Provider  string   `json:"provider,omitempty"`
	Resources int      `json:"resources"`          // it is about
	How       string   `json:"how,omitempty"`      // advice of the check for this provider
	Commands  []string `json:"commands,omitempty"` // of the advice, with what is known of the resources; words in capitals are left to fill in
	Effort    Effort   `json:"effort"`
}

// mostCommands bounds the commands of a task: they show how, for the first resources.
const mostCommands = 6

// tasksOf are what to do about a gap: for each check and provider first what fails,
// then what was not seen.
func tasksOf(g Gap, cat Catalogue) []PlanTask {
	tasks := []PlanTask{}
	for _, c := range g.Checks {
		if open := c.Failing - c.Accepted; open > 0 {
			t := PlanTask{
				Text:  fmt.Sprintf("Mend %s: %s", things(open), strings.TrimSpace(c.Desired)),
				Check: c.Check, Provider: c.Provider, Resources: open, How: c.Remediation, Commands: commands(c.Remediation, c.Examples), Effort: taskEffort(c.Effort, open),
			}
			tasks = append(tasks, t)
		}
		if c.Accepted > 0 {
			tasks = append(tasks, PlanTask{
				Text: fmt.Sprintf("Mend %s before the acceptance ends, or decide again", things(c.Accepted)), Check: c.Check, Provider: c.Provider, Resources: c.Accepted,
				How: c.Remediation, Effort: taskEffort(c.Effort, c.Accepted),
			})
		}
	}
	tasks = append(tasks, sightTasks(g)...)
	switch g.Kind {
	case NoControl:
		tasks = append(tasks, PlanTask{Text: "Adopt a control that bears on " + strings.Join(criterionIDs(g.Criteria), ", "), How: candidates(g, cat), Effort: taskEffort("high", 1)})
	case WeakDesign:
		tasks = append(tasks, PlanTask{Text: "Change how the control is designed, and record a new conclusion on it", Effort: taskEffort("medium", 1)})
	case Undocumented, NotOperating:
		if strings.HasPrefix(g.ID, walkthroughGap) {
			tasks = append(tasks, PlanTask{Text: "Bring practice and what is written together, and walk through it again", How: "`controlwatch walkthrough " + g.Control + "`", Effort: taskEffort("medium", 1)})
		}
	case NoEvidence, NotImplemented:
	}
	if len(tasks) == 0 {
		text := "Produce evidence that it holds: " + g.Desired
		if strings.HasPrefix(g.ID, companyGap) {
			text = "Link the company's control to a control that tests it, or attest it"
		}
		tasks = append(tasks, PlanTask{Text: text, Effort: taskEffort("medium", 1)})
	}
	return tasks
}

func things(n int) string {
	if n == 1 {
		return "1 resource"
	}
	return fmt.Sprintf("%d resources", n)
}

// sightTasks are what to do about what was not seen: one for each provider, as
// whoever mends its permissions does so for all checks at once, and one to attest.
func sightTasks(g Gap) []PlanTask {
	var tasks []PlanTask
	for _, c := range g.Checks {
		if c.Unobserved == 0 {
			continue
		}
		how := "Give the source the permission that is missing, or configure the source; `controlwatch scan` names each under Not seen."
		check := ""
		if c.Check == AttestationCheck {
			how, check = c.Remediation, c.Check
		}
		i := slices.IndexFunc(tasks, func(t PlanTask) bool { return t.Provider == c.Provider && t.Check == check })
		if i < 0 {
			i = len(tasks)
			tasks = append(tasks, PlanTask{Text: "Let controlwatch see it:", Check: check, Provider: c.Provider, How: how, Effort: taskEffort("low", 1)})
			if check != "" {
				tasks[i].Text = "Attest it:"
			}
		}
		t := &tasks[i]
		t.Resources += c.Unobserved
		for _, reason := range c.Reasons {
			if !strings.Contains(t.Text, " "+reason+";") {
				t.Text += " " + reason + ";"
			}
		}
	}
	for i := range tasks {
		if strings.HasSuffix(tasks[i].Text, ":") {
			tasks[i].Text += " why is not known;"
		}
		tasks[i].Text = strings.TrimSuffix(tasks[i].Text, ";")
	}
	return tasks
}

// candidates are the catalogue's controls that would bear on a criterion.
func candidates(g Gap, cat Catalogue) string {
	var ids []string
	for _, c := range cat.Controls {
		if sharesCriterion(g.Criteria, c.Criteria, false) {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return "The catalogue has none: write it as a control of the company's own."
	}
	return "The catalogue proposes " + strings.Join(ids, ", ") + "."
}

// commands are the command lines of an advice, for the first resources. What is
// the same for all of them comes once.
func commands(advice string, resources []evidence.Resource) []string {
	var all []string
	templates := commandLines(advice)
	if len(resources) == 0 {
		resources = []evidence.Resource{{}}
	}
	for _, r := range resources {
		for _, t := range templates {
			c := fillCommand(t, r)
			if len(all) < mostCommands && !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}
