package document

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/report"
)

// xlsx writes a workbook: a first sheet that reads as the report does, and a sheet
// for each table, with a filter, a fixed head, numbers and dates that are numbers
// and dates, and states in word, shape and colour. No cell is a formula: text is
// written as text, whatever it begins with.
func xlsx(w io.Writer, d Document, _ Options) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	b := &workbook{File: book}
	if err := b.styles(); err != nil {
		return err
	}
	if err := book.SetSheetName(book.GetSheetName(0), "report"); err != nil {
		return err
	}
	for t := range d.tables {
		if err := b.table(t); err != nil {
			return err
		}
	}
	if err := b.cover(d); err != nil {
		return err
	}
	if err := book.SetDocProps(&excelize.DocProperties{
		Title: report.XLSXCell(d.Title), Subject: report.XLSXCell(d.Subtitle), Creator: report.XLSXCell(d.PreparedBy),
		Created: d.Made.UTC().Format(time.RFC3339), Modified: d.Made.UTC().Format(time.RFC3339),
	}); err != nil {
		return err
	}
	return book.Write(w)
}

type workbook struct {
	*excelize.File
	head, headRight, text, id, number, day, moment, title, heading, strong, soft int
	states                                                                       map[Tone]int
}

// paper are the colours of tones on white: text and ground.
var paper = map[Tone][2]string{
	Plain: {"18202B", "FFFFFF"}, Bad: {"B3261E", "FCE8E6"}, Unseen: {"835300", "FDF1D6"}, Good: {"17663B", "E1F3E8"}, None: {"566273", "EAEDF2"},
	Critical: {"8C1D18", "F9D3CF"}, High: {"B3261E", "FCE8E6"}, Medium: {"835300", "FDF1D6"}, Low: {"3D5A80", "E4ECF7"},
	Info: {"1A56B0", "E6EFFB"}, Sample: {"6A2C91", "F3E8FA"},
}

func (b *workbook) styles() error {
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	var err error
	style := func(s excelize.Style) int {
		if s.Alignment == nil {
			s.Alignment = top
		}
		if s.Font == nil {
			s.Font = &excelize.Font{}
		}
		if s.Font.Family == "" {
			s.Font.Family = "Calibri"
		}
		if s.Font.Size == 0 {
			s.Font.Size = 10.5
		}
		id, e := b.NewStyle(&s)
		if err == nil {
			err = e
		}
		return id
	}
	day, moment := "yyyy-mm-dd", `yyyy-mm-dd hh:mm "UTC"`
	b.text = style(excelize.Style{})
	b.id = style(excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9.5}})
	b.number = style(excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}})
	b.day = style(excelize.Style{CustomNumFmt: &day, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}})
	b.moment = style(excelize.Style{CustomNumFmt: &moment, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left"}})
	head := func(horizontal string, indent int) int {
		return style(excelize.Style{
			Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"24406B"}},
			Alignment: &excelize.Alignment{Vertical: "center", Horizontal: horizontal, Indent: indent, WrapText: true},
		})
	}
	b.head, b.headRight = head("left", 0), head("right", 1)
	b.title = style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 20, Color: "1F3A63"}, Alignment: &excelize.Alignment{Vertical: "center"}})
	b.heading = style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 13, Color: "1F3A63"}, Alignment: &excelize.Alignment{Vertical: "top"}}) // over what is beside it, which is empty
	b.strong = style(excelize.Style{Font: &excelize.Font{Bold: true}})
	b.soft = style(excelize.Style{Font: &excelize.Font{Color: "566273"}})
	b.states = map[Tone]int{}
	for tone, c := range paper {
		b.states[tone] = style(excelize.Style{
			Font: &excelize.Font{Bold: true, Color: c[0]}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{c[1]}},
		})
	}
	return err
}

// printed fits a sheet's columns on the width of a page, should anybody print it.
func (b *workbook) printed(sheet string) error {
	fit, orientation, a4, wide, tall := true, "landscape", 9, 1, 0
	if err := b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, Size: &a4, FitToWidth: &wide, FitToHeight: &tall})
}

// table streams a sheet. A sheet holds at most 1,048,576 rows; more are refused, not cut.
func (b *workbook) table(t Table) error {
	if _, err := b.NewSheet(t.Name); err != nil {
		return err
	}
	if err := b.printed(t.Name); err != nil {
		return err
	}
	if err := b.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + t.Name + "'!$1:$1", Scope: t.Name}); err != nil {
		return err
	}
	stream, err := b.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	widths := t.widths()
	for i, width := range widths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	cells := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		style := b.head
		if c.Kind == NumberKind {
			style = b.headRight
		}
		cells[i] = excelize.Cell{StyleID: style, Value: report.XLSXCell(c.Name)}
	}
	if err := stream.SetRow("A1", cells, high(widths, cells, 22)); err != nil {
		return err
	}
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		if n+2 > excelize.TotalRows {
			return fmt.Errorf("table %s has more rows than the %d a sheet holds: use csv or json", t.Name, excelize.TotalRows-2)
		}
		if err := stream.SetRow("A"+strconv.Itoa(n+1), b.row(cells, row), high(widths, cells, 0)); err != nil {
			return err
		}
	}
	last := n + 1
	switch {
	case n == 0:
		last = 2
		err = stream.SetRow("A2", []any{excelize.Cell{StyleID: b.soft, Value: report.XLSXCell(t.empty())}})
	case t.Total != nil: // below the filter's range, so that sorting leaves it there
		err = stream.SetRow("A"+strconv.Itoa(n+2), b.row(cells, t.Total), high(widths, cells, 0))
	}
	if err != nil {
		return err
	}
	end, err := excelize.CoordinatesToCellName(len(t.Columns), last)
	if err != nil {
		return err
	}
	if err := b.AutoFilter(t.Name, "A1:"+end, nil); err != nil { // before what streams is written out, or it is lost
		return err
	}
	return stream.Flush()
}

func (b *workbook) row(cells []any, row []Cell) []any {
	for i, c := range row {
		cells[i] = b.cell(c)
	}
	return cells
}

func (b *workbook) cell(c Cell) any {
	if !c.filled {
		return nil
	}
	switch c.kind {
	case NumberKind:
		return excelize.Cell{StyleID: b.number, Value: c.number}
	case DateKind:
		style := b.moment
		if c.wholeDay() {
			style = b.day
		}
		if c.time.Year() < 1900 || c.time.Year() > 9999 { // a sheet has no such day
			return excelize.Cell{StyleID: b.text, Value: c.machine()}
		}
		return excelize.Cell{StyleID: style, Value: c.time}
	case StateKind:
		style, ok := b.states[c.tone]
		if !ok {
			style = b.states[Unseen]
		}
		return excelize.Cell{StyleID: style, Value: report.XLSXCell(c.tone.mark() + c.text)}
	case IDKind:
		return excelize.Cell{StyleID: b.id, Value: report.XLSXCell(c.text)}
	case TextKind:
	}
	return excelize.Cell{StyleID: b.text, Value: report.XLSXCell(c.text)}
}

// widths are those of a sheet's columns, in characters.
func (t Table) widths() []float64 {
	out := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		width := map[Kind]float64{TextKind: 26, NumberKind: 12, DateKind: 20, StateKind: 18, IDKind: 30}[c.Kind]
		if c.Weight > 0 {
			width = 12 * c.Weight
		}
		out[i] = min(max(width, float64(len([]rune(c.Name)))+4, 8), 90)
	}
	return out
}

// cover is the first sheet: all that is not a table, in order, and where the tables are.
func (b *workbook) cover(d Document) error {
	if err := b.printed("report"); err != nil {
		return err
	}
	stream, err := b.NewStreamWriter("report")
	if err != nil {
		return err
	}
	widths := []float64{30, 110, 60}
	for i, width := range widths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	n := 0
	put := func(cells ...any) {
		n++
		if err == nil && len(cells) > 0 {
			err = stream.SetRow("A"+strconv.Itoa(n), cells, high(widths, cells, 0))
		}
	}
	cell := func(style int, text string) any { return excelize.Cell{StyleID: style, Value: report.XLSXCell(text)} }
	put(cell(b.title, d.Title))
	put(nil, cell(b.text, d.Subtitle))
	for _, p := range d.made() {
		put(cell(b.strong, p[0]), cell(b.text, p[1]))
	}
	for _, notice := range d.Notices {
		put()
		put(cell(b.states[notice.Tone], notice.Title), cell(b.states[notice.Tone], notice.Text))
	}
	put()
	for _, t := range d.Summary {
		put(cell(b.states[t.Tone], t.Tone.mark()+t.Label), cell(b.strong, t.Value), cell(b.soft, t.Note))
	}
	for _, s := range d.Sections {
		put()
		put(cell(b.heading, s.Heading))
		for _, block := range s.Blocks {
			if t, ok := tableOf(block); ok {
				put(cell(b.soft, "sheet "+t.Name), cell(b.text, t.Caption))
			}
			for _, p := range said(block) {
				put(cell(b.strong, p[0]), cell(b.text, p[1]))
			}
		}
	}
	if err != nil {
		return err
	}
	return stream.Flush()
}

// said is what a block says beside its table, as pairs of a name and a text.
func said(b Block) [][2]string {
	var out [][2]string
	switch b := b.(type) {
	case Paragraph:
		out = append(out, [2]string{"", b.String()})
	case List:
		for i, item := range b.Items {
			bullet := "• "
			if b.Ordered {
				bullet = strconv.Itoa(i+1) + ". "
			}
			out = append(out, [2]string{"", bullet + item.String()})
		}
	case KeyValues:
		for _, p := range b {
			out = append(out, [2]string{p.Key, p.Value.String()})
		}
	case Callout:
		out = append(out, [2]string{b.Tone.mark() + b.Title, b.Text.String()})
	case Code:
		out = append(out, [2]string{"", strings.TrimRight(string(b), "\n")})
	case Chart:
		out = append(out, [2]string{"", b.Says})
	case Figure:
		out = append(out, [2]string{b.Caption, b.Alt + " (the picture is in the HTML form)"})
	case Table:
	}
	return out
}
