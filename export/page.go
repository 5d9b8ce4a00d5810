package export

import (
	_ "embed" // the pages
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report"
)

//go:embed pages.tmpl
var pagesText string

// pages are HTML without scripts and without anything from elsewhere: they are
// read where nothing else is.
var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"at": func(t time.Time) string {
		return strings.TrimSuffix(stamp(t), "Z") + map[bool]string{true: "", false: " UTC"}[t.IsZero()]
	},
	"safe": report.Text, // names that others chose, without what cannot be seen
	"many": func(list []string) string { return strings.Join(list, ", ") },
}).Parse(pagesText))

func (x *exporter) page(name, kind string, data any) error {
	to, err := x.out.Create(name)
	if err == nil {
		err = pages.ExecuteTemplate(to, kind, data)
	}
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	return nil
}
