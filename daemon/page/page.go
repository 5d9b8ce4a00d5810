package page

import (
	"bytes"
	_ "embed" // the template and the style
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// Style is the page's style sheet, to be served beside it as style.css.
//
//go:embed style.css
var Style []byte

// Icon is what a browser shows beside the title, to be served as icon.svg.
//
//go:embed icon.svg
var Icon []byte

//go:embed page.html.tmpl
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"ago":     ago,
	"brief":   brief,
	"change":  changeWord,
	"clock":   clock,
	"current": report.Current,
	"label":   func(f labelled) string { return report.Safe(f.Label()) },
	"later":   later,
	"percent": percent,
	"pieces":  pieces,
	"reason":  reasonWord,
	"safe":    report.Safe,
	"spaced":  func(s fmt.Stringer) string { return strings.ReplaceAll(s.String(), "_", " ") },
	"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"state":   func(o soc2.Outcome) string { return o.String() },
	"text":    report.Text,
	"word":    word,
}).Parse(source))

type labelled interface{ Label() string }

// Write renders the page whole, or not at all.
func Write(w io.Writer, in Input) error {
	var b bytes.Buffer
	if err := page.Execute(&b, viewOf(in)); err != nil {
		return fmt.Errorf("render the status page: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("send the status page: %w", err)
	}
	return nil
}

// ago is how long before now a moment was, or how long after, in one unit.
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d < 0 {
		return "in " + unit(-d)
	}
	return unit(d) + " ago"
}

// later is how long after a moment something was.
func later(t, then time.Time) string {
	if d := then.Sub(t); d >= time.Second {
		return unit(d) + " later"
	}
	return "at once"
}

func unit(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// percent is a share rounded down, so that all but one is never 100.
func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}
