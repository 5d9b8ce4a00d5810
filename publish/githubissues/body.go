package githubissues

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// GitHub's limits, in characters.
const (
	mostBody  = 65536
	mostTitle = 240 // of 256
	leastRoom = 1000
)

// titleOf is the title of a gap's issue.
func titleOf(g *gap) string { return heading("SOC 2 gap: " + g.item.Title) }

// describe writes what an issue says of a gap. Nothing in it changes unless the
// gap does: no time of writing, no days left. It names nobody but the owner.
func describe(g *gap) string {
	i := g.item
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("**Kept up to date by controlwatch.** What stands outside this part is yours and stays. This issue closes itself when evidence shows that the gap is closed, and only then.\n")
	line("- **Gap** %s", code(i.Gap))
	line("- **Status** %s", strings.TrimSuffix(string(i.Status)+". "+prose(g.statusWords()), ". "))
	line("- **Severity** %s: risk %s, inherent %s (likelihood × impact)", i.Severity, i.Residual, i.Inherent)
	line("- **Kind** %s", i.Kind)
	if len(i.Criteria) > 0 {
		line("- **Criteria** %s", prose(strings.Join(i.Criteria, ", ")))
	}
	if len(i.Company) > 0 {
		line("- **Your controls** %s", prose(strings.Join(i.Company, ", ")))
	}
	line("- **Since** %s", day(i.Opened))
	due := day(i.Due)
	if i.Overdue {
		due += ", **overdue**"
	}
	line("- **Due** %s", due)
	line("- **Owner** %s", cmp.Or(prose(i.Owner), "nobody"))
	if len(i.Systems) > 0 {
		line("- **Systems** %s", prose(strings.Join(i.Systems, ", ")))
	}
	if len(i.After) > 0 {
		line("- **After** %s", prose(strings.Join(i.After, ", ")))
	}
	if g.about != nil {
		line("\n**Now** %s\n\n**Wanted** %s", prose(g.current()), prose(g.about.Desired))
		affected(&b, g.about)
	}
	if len(i.Tasks) > 0 {
		line("\n### What to do\n")
	}
	for n, t := range i.Tasks {
		line("%d. %s (%s)", n+1, prose(taskText(t)), t.Effort)
		commands := g.commandsOf(t)
		if len(commands) == 0 && t.How != "" {
			line("\n   %s\n", prose(t.How))
		}
		if len(commands) > 0 {
			line("\n   %s\n", strings.ReplaceAll(block(commands), "\n", "\n   "))
		}
	}
	line("\n**Done when** %s", prose(i.Success))
	return strings.TrimRight(b.String(), "\n")
}

// statusWords are why it has its status; of an open one that stands under Now.
func (g *gap) statusWords() string {
	if g.item.Status == soc2.PlanOpen {
		return ""
	}
	return g.item.Why
}

func affected(b *strings.Builder, about *soc2.Gap) {
	if about.Total == 0 {
		return
	}
	fmt.Fprintf(b, "\n### What is affected (%d)\n\n", about.Total)
	examples := slices.Clone(about.Examples)
	slices.SortFunc(examples, func(a, b soc2.GapExample) int {
		return cmp.Or(strings.Compare(a.Resource.Type, b.Resource.Type), strings.Compare(a.Resource.ID, b.Resource.ID), strings.Compare(a.Check, b.Check))
	})
	shown := 0
	for _, e := range examples {
		if named(e.Resource) {
			fmt.Fprintf(b, "- %s (%s): %s, %s\n", code(e.Resource.Label()), prose(place(e.Resource)), prose(e.Check), e.Outcome)
			shown++
		}
	}
	if left := about.Total - shown; left > 0 {
		fmt.Fprintf(b, "- %d more, not listed here: see %s\n", left, code("controlwatch explain "+about.Control))
	}
}

const closedWords = "**Closed by controlwatch.**"

// closing is what is left of our part when evidence shows that a gap is closed.
func closing(g *gap, by string) string {
	return fmt.Sprintf(closedWords+" %s\n\n- **Gap** %s\n- **Judged by** %s\n\nWhat stands outside this part is yours and stays. If the gap opens again, this issue does.",
		prose(g.held), code(g.id), code(by))
}

const truncated = "\n\n*The rest does not fit into an issue: see `controlwatch plan -o markdown`.*"

// fitted cuts our part to the room there is, and says so.
func fitted(m mark, text string, room int) (string, bool) {
	room -= len([]rune(m.String())) + len(markEnds) + 2
	if room < leastRoom {
		return "", false
	}
	if runes := []rune(text); len(runes) > room {
		kept := string(runes[:room-len(truncated)-16])
		if n := strings.LastIndexByte(kept, '\n'); n > 0 {
			kept = kept[:n]
		}
		if strings.Count(kept, "\n   ```")%2 == 1 {
			kept += "\n   ```"
		}
		text = kept + truncated
	}
	return m.String() + "\n" + text + "\n" + markEnds, true
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
