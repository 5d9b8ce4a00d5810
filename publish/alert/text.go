package alert

import (
	"fmt"
	"strings"
)

// Text is a notice as plain text: what every receiver says, in its own form.
func Text(n Notice) string {
	var b strings.Builder
	fmt.Fprintln(&b, n.Heading())
	for _, p := range n.Paragraphs() {
		fmt.Fprintf(&b, "\n%s\n", p)
	}
	fmt.Fprintln(&b)
	lines(&b, "", n.Lines())
	for _, l := range n.Links() {
		fmt.Fprintf(&b, "%s\n", l)
	}
	listed := n.Listed()
	for i, a := range listed {
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, a.Heading())
		lines(&b, "   ", n.LinesOf(a))
		for _, l := range a.Links() {
			fmt.Fprintf(&b, "   %s\n", l)
		}
	}
	if rest := n.Rest(len(listed)); rest != "" {
		fmt.Fprintf(&b, "\n%s\n", rest)
	}
	fmt.Fprintf(&b, "\n%s\n", n.Footer())
	return b.String()
}

// Listed are the alerts a message lists: never more than MaxAlerts, whatever the
// notice holds.
func (n Notice) Listed() []Alert { return n.Alerts[:min(len(n.Alerts), MaxAlerts)] }

func lines(b *strings.Builder, indent string, all []Line) {
	for _, l := range all {
		fmt.Fprintf(b, "%s%s: %s\n", indent, l.Name, l.Text)
	}
}
