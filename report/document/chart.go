package document

// ChartKind is a way to draw figures.
type ChartKind int

// The kinds of charts.
const (
	Bars      ChartKind = iota // one bar for each label, the sum of its series
	Stacked                    // one bar for each label, of as many parts as there are series
	Lines                      // one line for each series, along the labels: a burn-down
	Heat                       // a grid: labels across, series down; a risk matrix
	Sparkline                  // one small line, the first series
)

// Chart is figures to be drawn. Its data is a table too, which every format has:
// no figure is in the drawing alone.
type Chart struct {
	Name   string // of its table, as Table.Name
	Kind   ChartKind
	Title  string
	Says   string // what it shows, in a sentence: the drawing in words
	Label  string // what the labels are: "series", "week"
	Labels []string
	Series []Series
	Told   bool // its figures stand in a table beside it: paper need not repeat them
}

// Series is one row of figures, one for each label.
type Series struct {
	Name   string
	Tone   Tone
	Values []float64
	Tones  []Tone   // of each value, in a Heat; nil: Tone
	Words  []string // of each value, in a Heat: what its tone means
}

// Table is the chart's data.
func (c Chart) Table() Table {
	t := Table{Name: c.Name, Caption: c.Title, Columns: []Column{{Name: c.Label, Kind: TextKind, Weight: 2}}, Empty: "No figures."}
	for _, s := range c.Series {
		t.Columns = append(t.Columns, Column{Name: s.Name, Kind: NumberKind})
	}
	var rows [][]Cell
	for i, label := range c.Labels {
		row := []Cell{Text(label)}
		for _, s := range c.Series {
			cell := Cell{}
			if i < len(s.Values) {
				cell = Number(s.Values[i])
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	t.Rows = RowsOf(rows)
	return t
}

func (c Chart) largest() float64 {
	most := 0.0
	for i := range c.Labels {
		sum := 0.0
		for _, s := range c.Series {
			if i >= len(s.Values) {
				continue
			}
			if c.Kind == Lines || c.Kind == Sparkline || c.Kind == Heat {
				most = max(most, s.Values[i])
				continue
			}
			sum += s.Values[i]
		}
		most = max(most, sum)
	}
	return most
}
