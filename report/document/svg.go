package document

import (
	"math"
	"strconv"
	"strings"
)

func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// svg writes a drawing that says in words what it shows.
func (m *markup) svg(d drawing, id, class, title, says string) {
	m.open("svg", "class", class, "viewBox", "0 0 "+number(d.width)+" "+number(d.height), "role", "img", "aria-labelledby", id+"-t "+id+"-d")
	m.element("title", oneLine(title), "id", id+"-t")
	m.element("desc", oneLine(says), "id", id+"-d")
	for _, s := range d.shapes {
		m.shape(s)
	}
	m.close("svg")
}

// inks are the classes of colours that are not a tone's.
var inks = map[ink]string{page: "i-page", soft: "i-soft", rule: "i-rule", fore: "i-fore"}

func (s shape) class() string {
	if c, ok := inks[s.ink]; ok {
		return c
	}
	if s.ink == back {
		return "b-" + s.tone.String()
	}
	return "t-" + s.tone.String()
}

func (m *markup) shape(s shape) {
	p := s.points
	switch s.kind {
	case rectangle:
		m.open("rect", "class", "f "+s.class(), "x", number(p[0]), "y", number(p[1]), "width", number(p[2]), "height", number(p[3]), "rx", nonzero(s.round))
		m.close("rect")
	case circle:
		m.open("circle", "class", "f "+s.class(), "cx", number(p[0]), "cy", number(p[1]), "r", number(p[2]))
		m.close("circle")
	case ring:
		m.open("circle", "class", "s "+s.class(), "cx", number(p[0]), "cy", number(p[1]), "r", number(p[2]), "stroke-width", number(s.width))
		m.close("circle")
	case area:
		m.open("path", "class", "f "+s.class(), "d", path(p)+"z")
		m.close("path")
	case stroke:
		dash := ""
		if s.dash > 0 {
			dash = number(float64(8-2*min(s.dash, 3))) + " 4"
		}
		m.open("path", "class", "s "+s.class(), "d", path(p), "stroke-width", number(s.width), "stroke-dasharray", dash)
		m.close("path")
	case words:
		weight := ""
		if s.bold {
			weight = "650"
		}
		m.element("text", s.text, "class", "f "+s.class(), "x", number(p[0]), "y", number(p[1]), "font-size", number(s.size),
			"font-weight", weight, "text-anchor", []string{"", "middle", "end"}[s.anchor])
	}
}

func nonzero(v float64) string {
	if v == 0 {
		return ""
	}
	return number(v)
}

func path(points []float64) string {
	var b strings.Builder
	for i := 0; i+1 < len(points); i += 2 {
		command := "L"
		if i == 0 {
			command = "M"
		}
		b.WriteString(command + number(points[i]) + " " + number(points[i+1]))
	}
	return b.String()
}
