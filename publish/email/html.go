package email

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

//go:embed message.html.tmpl
var source string

var page = template.Must(template.New("message").Parse(source))

type view struct {
	alert.Notice
	Colour string
	Rest   string
}

// html is a notice as a page without scripts, pictures or anything fetched.
func html(n alert.Notice) (string, error) {
	var b strings.Builder
	if err := page.Execute(&b, view{Notice: n, Colour: colour(n), Rest: n.Rest(len(n.Listed()))}); err != nil {
		return "", fmt.Errorf("page: %w", err)
	}
	return b.String(), nil
}

// colour stands beside the words, never instead of them.
func colour(n alert.Notice) string {
	switch {
	case n.Kind == alert.Test, n.Kind == alert.Digest:
		return "#4b5563"
	case n.Status == alert.Resolved && n.Class != alert.OutOfSight:
		return "#15803d"
	case n.Status == alert.Resolved, n.Severity == soc2.Low:
		return "#1d4ed8"
	case n.Severity == soc2.Medium:
		return "#a16207"
	}
	return "#b91c1c"
}
