package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// MostFlowNodes bounds the nodes of a picture: more cannot be read.
const MostFlowNodes = 40

// The measures of the picture.
const (
	flowBox    = 210.0 // width of a node
	flowHigh   = 46.0  // its height
	flowStep   = 66.0  // from one to the next below
	flowColumn = 370.0 // from one column to the next
	flowTop    = 34.0
	flowLine   = 18.0 // from one line of text below to the next
)

// flowColumns are the kinds of nodes from left to right: who comes in, what the
// company runs, and whom it hands data to.
var flowColumns = []struct {
	title string
	kinds []soc2.FlowNodeKind
}{
	{"From outside", []soc2.FlowNodeKind{soc2.FlowInternet, soc2.FlowIdentity}},
	{"Systems", []soc2.FlowNodeKind{soc2.FlowSystem, soc2.FlowUnscoped}},
	{"Third parties", []soc2.FlowNodeKind{soc2.FlowParty, soc2.FlowApps}},
}

type flowPlace struct {
	column int
	x, y   float64
}

// DataFlowSVG draws a data flow from left to right, its flows numbered as they come.
// False: there is nothing to draw, or more than can be read.
func DataFlowSVG(f soc2.DataFlow) ([]byte, bool) { return flowSVG(f, nil) }

// DataFlowPicture writes a data flow as a picture that stands alone: what each number
// is stands below.
func DataFlowPicture(w io.Writer, f soc2.DataFlow, sample bool) error {
	titles := map[string]string{}
	for _, n := range f.Nodes {
		titles[n.ID] = n.Title
	}
	var below []string
	if sample {
		below = append(below, "SAMPLE DATA: a made-up company")
	}
	for i, e := range f.Edges {
		words := []string{fmt.Sprintf("%d. %s to %s: %s", i+1, titles[e.From], titles[e.To], e.What), encryptionWords(e.Encrypted)}
		if e.Stated {
			words = append(words, "as stated")
		}
		words = append(words, e.Data...) // last: a long line is cut
		below = append(below, strings.Join(words, "; "))
	}
	picture, drawn := flowSVG(f, below)
	switch {
	case drawn:
		_, err := w.Write(append(picture, '\n'))
		return err
	case len(f.Nodes) == 0:
		return errors.New("there is no flow to draw: none is stated in the scope (uses), and evidence shows none")
	}
	return fmt.Errorf("%d places cannot be drawn to be read, %d can: use mermaid or json", len(f.Nodes), MostFlowNodes)
}

// flowSVG draws a data flow, with lines of text below.
func flowSVG(f soc2.DataFlow, below []string) ([]byte, bool) {
	if len(f.Nodes) == 0 || len(f.Nodes) > MostFlowNodes {
		return nil, false
	}
	columns := make([][]soc2.FlowNode, len(flowColumns))
	for _, n := range f.Nodes {
		i := slices.IndexFunc(flowColumns, func(c struct {
			title string
			kinds []soc2.FlowNodeKind
		},
		) bool {
			return slices.Contains(c.kinds, n.Kind)
		})
		if i < 0 {
			i = len(flowColumns) - 1 // a kind nobody placed is drawn all the same
		}
		columns[i] = append(columns[i], n)
	}
	most := 0
	for _, c := range columns {
		most = max(most, len(c))
	}
	width := flowColumn*float64(len(columns)-1) + flowBox + 100
	high := flowTop + float64(most)*flowStep + 40 // of the drawing itself
	height := high + flowLine*float64(len(below))
	places := map[string]flowPlace{}
	for i, c := range columns {
		for j, n := range c {
			y := flowTop + (float64(most-len(c))/2+float64(j))*flowStep
			places[n.ID] = flowPlace{i, 10 + float64(i)*flowColumn, y}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, 'Segoe UI', 'Noto Sans', sans-serif" font-size="12">`, width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#ffffff"/>`, width, height)
	for _, m := range []struct{ id, fill string }{{"yes", "#17663b"}, {"no", "#b3261e"}, {"unseen", "#7c4f00"}} {
		fmt.Fprintf(&b, `<marker id="%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="%s"/></marker>`, m.id, m.fill)
	}
	for i, c := range flowColumns {
		if len(columns[i]) > 0 {
			fmt.Fprintf(&b, `<text x="%.0f" y="18" fill="#55616f" font-weight="600">%s</text>`, 10+float64(i)*flowColumn, c.title)
		}
	}
	var marks strings.Builder
	met := map[string]int{} // flows that end at a node
	for i, e := range f.Edges {
		from, known := places[e.From]
		to, there := places[e.To]
		if known && there {
			flowEdge(&b, &marks, flowNumber{i, met[e.To]}, e, from, to)
			met[e.To]++
		}
	}
	for _, c := range columns {
		for _, n := range c {
			flowNode(&b, n, places[n.ID])
		}
	}
	b.WriteString(marks.String())
	flowLegend(&b, high-16)
	for i, line := range below {
		fmt.Fprintf(&b, `<text x="10" y="%.0f" fill="#18202b">%s</text>`, high+flowLine*float64(i)+10, svgText(line, 130))
	}
	b.WriteString(`</svg>`)
	return []byte(b.String()), true
}

func flowNode(b *strings.Builder, n soc2.FlowNode, p flowPlace) {
	fill, line, dash := "#e8f0fe", "#1a4fa0", ""
	switch n.Kind {
	case soc2.FlowSystem:
	case soc2.FlowUnscoped:
		fill, line, dash = "#fff4e5", "#a05a00", ` stroke-dasharray="5 3"`
	case soc2.FlowInternet:
		fill, line = "#fdecea", "#a01a1a"
	case soc2.FlowIdentity:
		fill, line = "#eaf7ea", "#1a701a"
	case soc2.FlowParty, soc2.FlowApps:
		fill, line = "#f3f3f3", "#555555"
	}
	fmt.Fprintf(b, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="8" fill="%s" stroke="%s"%s/>`, p.x, p.y, flowBox, flowHigh, fill, line, dash)
	y := p.y + 27
	if n.Unstated {
		y = p.y + 20
		fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle" font-size="10.5" fill="#a05a00">not in the scope</text>`, p.x+flowBox/2, p.y+36)
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle" font-weight="600" fill="#18202b">%s</text>`, p.x+flowBox/2, y, svgText(n.Title, 24))
}

// flowNumber is which flow of all one is, and which of those that end at a node.
type flowNumber struct{ of, there int }

// flowEdge draws one flow as a curve, with its number near its end, where flows are
// farthest apart.
func flowEdge(b, marks *strings.Builder, number flowNumber, e soc2.FlowEdge, from, to flowPlace) {
	style, id := `stroke="#7c4f00" stroke-width="1.6" stroke-dasharray="2 4"`, "unseen"
	ink := "#7c4f00"
	if e.Encrypted != nil && *e.Encrypted {
		style, id, ink = `stroke="#17663b" stroke-width="2.6"`, "yes", "#17663b"
	} else if e.Encrypted != nil {
		style, id, ink = `stroke="#b3261e" stroke-width="1.6" stroke-dasharray="9 4"`, "no", "#b3261e"
	}
	// Flows that meet at a node meet at different heights.
	i := number.of
	y0, y3 := from.y+flowHigh/2+float64(i%5-2)*7, to.y+flowHigh/2+float64(number.there%5-2)*8
	x0, x3, bend := from.x+flowBox, to.x, 80.0
	x1, x2 := x0+bend, x3-bend
	switch {
	case from.column == to.column:
		x3 = to.x + flowBox
		x1, x2 = x0+bend+float64(i%4)*12, x3+bend+float64(i%4)*12
	case from.column > to.column:
		x0, x3 = from.x, to.x+flowBox
		x1, x2 = x0-bend, x3+bend
	}
	fmt.Fprintf(b, `<path d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f" fill="none" %s marker-end="url(#%s)"/>`, x0, y0, x1, y0, x2, y3, x3, y3, style, id)
	t := 1.0
	at := func(a, b, c, d float64) float64 {
		u := 1 - t
		return u*u*u*a + 3*u*u*t*b + 3*u*t*t*c + t*t*t*d
	}
	x, y := x3, y3
	for far := 26 + 21*float64(number.there%5); t > 0.3 && math.Abs(x-x3) < far; t -= 0.01 {
		x, y = at(x0, x1, x2, x3), at(y0, y0, y3, y3)
	}
	fmt.Fprintf(marks, `<circle cx="%.1f" cy="%.1f" r="9.5" fill="#ffffff" stroke="%s"/><text x="%.1f" y="%.1f" text-anchor="middle" font-size="10.5" font-weight="600" fill="%s">%s</text>`, x, y, ink, x, y+3.8, ink, strconv.Itoa(i+1))
}

func flowLegend(b *strings.Builder, y float64) {
	x := 10.0
	for _, l := range []struct{ style, text string }{
		{`stroke="#17663b" stroke-width="2.6"`, "encrypted in transit"},
		{`stroke="#b3261e" stroke-width="1.6" stroke-dasharray="9 4"`, "NOT encrypted"},
		{`stroke="#7c4f00" stroke-width="1.6" stroke-dasharray="2 4"`, "not seen whether it is"},
	} {
		fmt.Fprintf(b, `<path d="M%.0f %.0fh34" fill="none" %s/><text x="%.0f" y="%.0f" fill="#55616f">%s</text>`, x, y, l.style, x+42, y+4, l.text)
		x += 220
	}
}

// svgText is a text somebody else chose, short, on one line and as text.
func svgText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	var b strings.Builder
	xml.EscapeText(&b, []byte(Safe(s))) //nolint:errcheck // a builder takes everything
	return b.String()
}
