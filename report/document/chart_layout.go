package document

import (
	"math"
	"strconv"
)

// The widths of a chart and its text, in units: a chart is drawn as wide as the
// column it stands in.
const (
	chartWidth = 640
	chartText  = 12
)

// layout draws the chart.
func (c Chart) layout() drawing {
	d := drawing{width: chartWidth}
	switch c.Kind {
	case Lines:
		c.lines(&d)
	case Heat:
		c.heat(&d)
	case Sparkline:
		c.spark(&d)
	case Bars, Stacked:
		c.bars(&d)
	}
	return d
}

// toneOf is a series' tone, or one of the plain ones in turn.
func (c Chart) toneOf(i int) Tone {
	if t := c.Series[i].Tone; t != Plain {
		return t
	}
	return []Tone{Info, Low, None, Sample, Medium}[i%5]
}

func (c Chart) legend(d *drawing, y float64) float64 {
	if len(c.Series) < 2 {
		return y
	}
	x := 0.0
	for i, s := range c.Series {
		wide := 34 + textWidth(s.Name)
		if x > 0 && x+wide > chartWidth {
			x, y = 0, y+20
		}
		t := c.toneOf(i)
		d.add(placed(key(t), x, y+1, 0.8)...)
		d.add(shape{kind: words, points: []float64{x + 19, y + 11.5}, text: s.Name, size: chartText, ink: soft})
		x += wide
	}
	return y + 28
}

// key is the mark of a tone in a legend: its shape, or a square.
func key(t Tone) []shape {
	if m := markOf(t); m != nil {
		return m
	}
	return []shape{{kind: rectangle, points: []float64{2, 2, 12, 12}, tone: t}}
}

// textWidth is about how wide a text is; fonts differ from reader to reader.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r > 0x2e80:
			w += 12
		case r == 'i' || r == 'l' || r == ' ' || r == '.' || r == ',':
			w += 3.8
		default:
			w += 7.3
		}
	}
	return w
}

// short cuts a label to a width; the table below the chart has all of it.
func short(s string, width float64) string {
	if textWidth(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && textWidth(string(runes))+12 > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

func (c Chart) bars(d *drawing) {
	y := c.legend(d, 0)
	wide := 0.0
	for _, l := range c.Labels {
		wide = max(wide, textWidth(oneLine(l)))
	}
	wide = min(wide+14, 250)
	room := chartWidth - wide - 52
	most := c.largest()
	for i, label := range c.Labels {
		d.add(shape{kind: words, points: []float64{0, y + 15}, text: short(oneLine(label), wide-12), size: chartText, ink: fore})
		d.add(shape{kind: rectangle, points: []float64{wide, y + 2, room, 18}, ink: back, tone: None, round: 2})
		x, sum := wide, 0.0
		for j, s := range c.Series {
			if i >= len(s.Values) || s.Values[i] <= 0 || most == 0 {
				continue
			}
			v := s.Values[i]
			sum += v
			long := room * v / most
			t := c.toneOf(j)
			d.add(shape{kind: rectangle, points: []float64{x, y + 2, max(long-1, 0.8), 18}, tone: t, round: 2})
			if len(c.Series) > 1 && long > textWidth(figure(v))+8 {
				d.add(shape{kind: words, points: []float64{x + long/2, y + 15}, text: figure(v), size: 11, anchor: middle, ink: page, bold: true})
			}
			x += long
		}
		d.add(shape{kind: words, points: []float64{x + 7, y + 15}, text: figure(sum), size: chartText, bold: true, ink: fore})
		y += 26
	}
	d.height = y
}

func figure(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// scale is a round figure at or above the largest, and its steps.
func scale(most float64) (top, step float64) {
	if most <= 0 {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{0.1, 0.2, 0.25, 0.5, 1, 2} {
		if n := math.Ceil(most / (step * part)); n <= 5 {
			return n * step * part, step * part
		}
	}
	return step * 10, step * 2
}

func (c Chart) lines(d *drawing) {
	y0 := c.legend(d, 0)
	const height, x0, x1 = 190.0, 46.0, 566.0
	top, step := scale(c.largest())
	at := func(v float64) float64 { return y0 + 8 + height - height*v/top }
	for v := 0.0; v <= top+step/2; v += step {
		d.add(shape{kind: stroke, points: []float64{x0, at(v), x1, at(v)}, ink: rule, width: 1})
		d.add(shape{kind: words, points: []float64{x0 - 8, at(v) + 4}, text: figure(v), size: 11, anchor: right, ink: soft})
	}
	n := len(c.Labels)
	x := func(i int) float64 { return x0 + (x1-x0)*float64(i)/float64(max(n-1, 1)) }
	every := max((n+6)/7, 1)
	for i, l := range c.Labels {
		if (n-1-i)%every == 0 { // the newest always
			d.add(shape{kind: words, points: []float64{x(i), y0 + height + 28}, text: oneLine(l), size: 11, anchor: middle, ink: soft})
		}
	}
	for j, s := range c.Series {
		var points []float64
		for i := range min(n, len(s.Values)) {
			points = append(points, x(i), at(s.Values[i]))
		}
		if len(points) == 0 {
			continue
		}
		t := c.toneOf(j)
		last := len(points) - 2
		d.add(shape{kind: stroke, points: points, tone: t, width: 2.4, dash: j})
		d.add(placed(key(t), points[last]+6, points[last+1]-6, 0.75)...)
		d.add(shape{kind: words, points: []float64{points[last] + 21, points[last+1] + 4}, text: figure(s.Values[last/2]), size: chartText, bold: true, ink: fore})
	}
	d.height = y0 + height + 36
}

func (c Chart) heat(d *drawing) {
	const x0, wide, high = 120.0, 100.0, 48.0
	y := 4.0
	for _, s := range c.Series {
		d.add(shape{kind: words, points: []float64{x0 - 12, y + high/2 + 4}, text: short(oneLine(s.Name), x0-14), size: chartText, anchor: right, ink: fore})
		for i, v := range s.Values {
			if i >= len(c.Labels) {
				break
			}
			t := s.Tone
			if i < len(s.Tones) {
				t = s.Tones[i]
			}
			x := x0 + float64(i)*wide
			d.add(shape{kind: rectangle, points: []float64{x, y, wide - 3, high - 3}, tone: t, ink: back, round: 4})
			number := shape{kind: words, points: []float64{x + wide/2, y + 22}, text: figure(v), size: 17, anchor: middle, bold: v > 0, tone: t}
			if v == 0 {
				number.text, number.ink = "·", soft
			}
			d.add(number)
			if i < len(s.Words) {
				d.add(shape{kind: words, points: []float64{x + wide/2, y + 38}, text: s.Words[i], size: 10, anchor: middle, tone: t})
			}
		}
		y += high
	}
	for i, l := range c.Labels {
		d.add(shape{kind: words, points: []float64{x0 + float64(i)*wide + wide/2, y + 14}, text: short(oneLine(l), wide), size: chartText, anchor: middle, ink: fore})
	}
	d.height = y + 24
}

func (c Chart) spark(d *drawing) {
	d.height = 44
	if len(c.Series) == 0 || len(c.Series[0].Values) == 0 {
		return
	}
	s, most := c.Series[0], c.largest()
	var points []float64
	for i, v := range s.Values {
		points = append(points, 4+300*float64(i)/float64(max(len(s.Values)-1, 1)), 38-32*v/max(most, 1))
	}
	t := c.toneOf(0)
	end := len(points)
	d.add(shape{kind: stroke, points: points, tone: t, width: 2},
		shape{kind: circle, points: []float64{points[end-2], points[end-1], 3.5}, tone: t},
		shape{kind: words, points: []float64{points[end-2] + 12, points[end-1] + 4}, text: figure(s.Values[len(s.Values)-1]), size: 13, bold: true, ink: fore})
}
