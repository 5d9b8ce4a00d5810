package document

// shape is one thing drawn. Charts and marks are laid out once as shapes; HTML
// writes them as SVG and PDF as vectors.
type shape struct {
	kind   shapeKind
	points []float64 // x, y pairs; of a rectangle x, y, width, height; of a circle x, y, radius
	tone   Tone
	ink    ink
	width  float64 // of a stroke
	dash   int     // 0: none
	text   string
	size   float64
	anchor anchor
	bold   bool
	round  float64
}

type shapeKind int

const (
	rectangle shapeKind = iota
	area                // closed and filled
	stroke              // open
	circle              // filled
	ring                // stroked
	words
)

// ink is which of a tone's colours is used.
type ink int

const (
	front ink = iota // the tone's colour
	back             // its ground
	page             // the page's ground
	soft             // text of second rank
	rule             // hairlines
	fore             // text
)

type anchor int

const (
	left anchor = iota
	middle
	right
)

// drawing is shapes in a box.
type drawing struct {
	width, height float64
	shapes        []shape
}

func (d *drawing) add(s ...shape) { d.shapes = append(d.shapes, s...) }

// markOf is the shape of a tone in a box of 16 by 16; nil: it has none.
func markOf(t Tone) []shape {
	line := func(width float64, points ...float64) shape {
		return shape{kind: stroke, points: points, tone: t, width: width}
	}
	switch t {
	case Bad:
		octagon := shape{kind: area, points: []float64{5, 1, 11, 1, 15, 5, 15, 11, 11, 15, 5, 15, 1, 11, 1, 5}, tone: t}
		a, b := line(2, 5.3, 5.3, 10.7, 10.7), line(2, 10.7, 5.3, 5.3, 10.7)
		a.ink, b.ink = page, page
		return []shape{octagon, a, b}
	case Unseen:
		half := shape{kind: area, tone: t, points: []float64{8, 2, 5.7, 2.5, 3.76, 3.76, 2.5, 5.7, 2, 8, 2.5, 10.3, 3.76, 12.24, 5.7, 13.5, 8, 14}}
		return []shape{{kind: ring, points: []float64{8, 8, 6}, tone: t, width: 2}, half}
	case Good:
		return []shape{line(2.6, 2.5, 8.5, 6.2, 12.2, 13.5, 4)}
	case None:
		return []shape{line(2, 4, 8, 12, 8)}
	case Critical, High, Medium, Low: // bars of rising height, as many filled as it is severe
		filled := map[Tone]int{Critical: 4, High: 3, Medium: 2, Low: 1}[t]
		var out []shape
		for i := range 4 {
			h := float64(4 + 3*i)
			bar := shape{kind: rectangle, points: []float64{1 + float64(i)*3.7, 15 - h, 2.7, h}, tone: t}
			if i >= filled {
				bar.points = []float64{1 + float64(i)*3.7, 14, 2.7, 1}
			}
			out = append(out, bar)
		}
		return out
	case Info:
		return []shape{{kind: ring, points: []float64{8, 8, 6.5}, tone: t, width: 1.6}, line(2, 8, 7.4, 8, 11.6), {kind: circle, points: []float64{8, 4.8, 1.1}, tone: t}}
	case Sample:
		return []shape{line(1.8, 6, 1.5, 6, 6, 2, 13.5, 14, 13.5, 10, 6, 10, 1.5), line(1.8, 4.5, 1.5, 11.5, 1.5)}
	case Plain:
	}
	return nil
}

// placed are shapes moved and scaled.
func placed(shapes []shape, x, y, scale float64) []shape {
	out := make([]shape, len(shapes))
	for i, s := range shapes {
		p := make([]float64, len(s.points))
		for j, v := range s.points {
			switch {
			case s.kind == circle && j == 2, s.kind == ring && j == 2, s.kind == rectangle && j >= 2:
				p[j] = v * scale
			case j%2 == 0:
				p[j] = x + v*scale
			default:
				p[j] = y + v*scale
			}
		}
		s.points, s.width = p, s.width*scale
		out[i] = s
	}
	return out
}
