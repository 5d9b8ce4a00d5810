package files_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// workbook is a file as ECMA-376 describes it, written by hand: what reads it did
// not write it. Sheets are the content of sheetData, by name in their order; a name
// that begins with a point is hidden.
func workbook(t *testing.T, names []string, sheets ...string) string {
	t.Helper()
	const main, rels = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const pkg = "http://schemas.openxmlformats.org/package/2006/"
	types := `<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>`
	list, links := "", `<Relationship Id="rS" Type="`+rels+`/styles" Target="styles.xml"/>`
	parts := map[string]string{
		"_rels/.rels": `<Relationships xmlns="` + pkg + `relationships"><Relationship Id="r1" Type="` + rels + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		// Style 1 is the built-in date, 2 a date of somebody's own, 3 a number with a word that has letters of a date.
		"xl/styles.xml": `<styleSheet xmlns="` + main + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="165" formatCode="0.0 &quot;days&quot;"/></numFmts>` +
			`<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
			`<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>`,
	}
	for i, name := range names {
		state := ""
		if strings.HasPrefix(name, ".") {
			state = ` state="hidden"`
		}
		list += fmt.Sprintf(`<sheet name="%s" sheetId="%d"%s r:id="r%d"/>`, name, i+1, state, i+1)
		links += fmt.Sprintf(`<Relationship Id="r%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, rels, i+1)
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		data, after, _ := strings.Cut(sheets[i], "|")
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = `<worksheet xmlns="` + main + `"><sheetData>` + data + `</sheetData>` + after + `</worksheet>`
	}
	parts["xl/workbook.xml"] = `<workbook xmlns="` + main + `" xmlns:r="` + rels + `"><sheets>` + list + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships xmlns="` + pkg + `relationships">` + links + `</Relationships>`
	parts["[Content_Types].xml"] = `<Types xmlns="` + pkg + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` + types + `</Types>`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + content))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

// cells is a row of cells, each with its reference; what begins with < is XML, the
// rest is text.
func cells(line int, values ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, line)
	for i, v := range values {
		ref := fmt.Sprintf(`r="%c%d"`, 'A'+i, line)
		switch {
		case v == "":
		case strings.HasPrefix(v, "<c"):
			b.WriteString(strings.Replace(v, "<c", "<c "+ref, 1))
		default:
			fmt.Fprintf(&b, `<c %s t="inlineStr"><is><t>%s</t></is></c>`, ref, v)
		}
	}
	b.WriteString("</row>")
	return b.String()
}

const (
	workbookRecord = "kind: Device\nsystem: jamf\nquery: all\nextracted_at: 2026-11-15T18:00:00Z\nrows: 1\npreparer: marie\ndata: d.xlsx\n"
	someHeader     = "id|name|owner|encrypted|enrolled_at"
)

func headed(rows ...string) string {
	return cells(1, strings.Split(someHeader, "|")...) + strings.Join(rows, "")
}

// read pulls one workbook as the set of devices.
func readWorkbook(t *testing.T, record, book string) (evidence.Pull, map[string]evidence.Fact) {
	t.Helper()
	sources, err := open(folder(t, map[string]string{"d.set.yaml": record, "d.xlsx": book}), "")
	require.NoError(t, err)
	pulls, facts := pull(t, sources)
	require.Len(t, pulls, 1)
	return pulls[0], facts
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	day := new(time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC))
	for name, c := range map[string]struct {
		row  string
		want *evidence.Device
	}{
		"text as text": {
			cells(2, "C1", "", "ada", "true", "2026-11-15"),
			&evidence.Device{Owner: new("ada"), Encrypted: new(true), EnrolledAt: day},
		},
		"a truth value, and a day by a built-in format": {
			cells(2, "C1", "", "", `<c t="b"><v>0</v></c>`, `<c s="1"><v>46341</v></c>`),
			&evidence.Device{Encrypted: new(false), EnrolledAt: day},
		},
		"a day by a format of somebody's own": {
			cells(2, "C1", "", "", "", `<c s="2"><v>46341</v></c>`), &evidence.Device{EnrolledAt: day},
		},
		"a day in ISO 8601": {
			cells(2, "C1", "", "", "", `<c t="d"><v>2026-11-15</v></c>`), &evidence.Device{EnrolledAt: day},
		},
		"a number is as it is stored": {
			cells(2, "C1", "", `<c s="3"><v>1200</v></c>`, "", ""), &evidence.Device{Owner: new("1200")},
		},
		"a text that a program marks as a result, without a formula": {
			cells(2, `<c t="str"><v>C1</v></c>`, "", `<c t="str"><v>ada</v></c>`), &evidence.Device{Owner: new("ada")},
		},
		"rows that were emptied": {
			cells(2, "C1", "", "ada") + cells(3, "", "  ") + `<row r="4"/>`, &evidence.Device{Owner: new("ada")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, facts := readWorkbook(t, workbookRecord, workbook(t, []string{"People", ".lists"}, headed(c.row), ""))
			require.Empty(t, p.Holes)
			require.Len(t, facts, 1)
			require.Equal(t, c.want, facts["jamf/C1"].Body)
		})
	}
}

// What cannot be read as it stands keeps its row out, and says where it is.
func TestWorkbookRowsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ row, says string }{
		"a formula":                {cells(2, "C1", "", `<c t="str"><f>A1&amp;"x"</f><v>ada</v></c>`), "d.xlsx:2: sheet People, C2 (owner): is a formula"},
		"a formula never computed": {cells(2, "C1", "", "ada", `<c><f>TRUE()</f></c>`), "sheet People, D2 (encrypted): is a formula"},
		"a shared formula": {
			cells(2, "C1", "", `<c t="str"><f t="shared" ref="C2:C3" si="0">A1</f><v>ada</v></c>`) + cells(3, "C2", "", `<c t="str"><f t="shared" si="0"/><v>ada</v></c>`),
			"sheet People, C3 (owner): is a formula",
		},
		"an error":              {cells(2, "C1", "", `<c t="e"><v>#N/A</v></c>`), "C2 (owner): holds the error #N/A"},
		"a time without a zone": {cells(2, "C1", "", "", "", `<c s="2"><v>46341.75</v></c>`), "E2 (enrolled_at): is a time without a zone"},
		"a time of day":         {cells(2, "C1", "", "", "", `<c s="2"><v>0.75</v></c>`), "is a time of day"},
		"a rounded number":      {cells(2, `<c><v>1.23456789012346E+15</v></c>`), "A2 (id): is a number of more than fifteen digits"},
		"a column too many":     {cells(2, "C1", "", "", "", "", "more"), "sheet People, F2: the column has no title"},
		"no date":               {cells(2, "C1", "", "", "", "soon"), `sheet People, E2 (enrolled_at): enrolled_at: "soon" is no date`},
		"no id":                 {cells(2, "", "spare"), "d.xlsx:2: has no id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := readWorkbook(t, workbookRecord, workbook(t, []string{"People"}, headed(c.row)))
			require.NotEmpty(t, p.Holes)
			var all []string
			for _, h := range p.Holes {
				all = append(all, h.Detail)
			}
			require.Contains(t, strings.Join(all, "\n"), c.says)
		})
	}
}

func TestWorkbooksRefused(t *testing.T) {
	t.Parallel()
	row := cells(2, "C1")
	for name, c := range map[string]struct{ record, book, says string }{
		"no workbook":     {workbookRecord, "id,name\n", "is no workbook that can be read"},
		"several sheets":  {workbookRecord, workbook(t, []string{"People", "More"}, headed(row), headed()), "has the sheets People, More; say under sheet"},
		"no such sheet":   {workbookRecord + "sheet: Peeple\n", workbook(t, []string{"People"}, headed(row)), `has no sheet "Peeple"; it has People`},
		"an empty sheet":  {workbookRecord, workbook(t, []string{"People"}, ""), "sheet People: is empty"},
		"merged cells":    {workbookRecord, workbook(t, []string{"People"}, headed(row)+`|<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>`), "sheet People: the cells A2:A3 are merged"},
		"a blank title":   {workbookRecord, workbook(t, []string{"People"}, cells(1, "id", "", "owner")+row), "sheet People, B1: the column has no title"},
		"an unknown one":  {workbookRecord, workbook(t, []string{"People"}, cells(1, "id", "colour")+row), `sheet People: "colour" is not a field of Device`},
		"the same twice":  {workbookRecord, workbook(t, []string{"People"}, cells(1, "id", "owner", "owner")+row), `sheet People: column "owner" is there twice`},
		"a formula title": {workbookRecord, workbook(t, []string{"People"}, cells(1, `<c t="str"><f>"id"</f><v>id</v></c>`)+row), "A1: is a formula"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources, err := open(folder(t, map[string]string{"d.set.yaml": c.record, "d.xlsx": c.book}), "")
			require.NoError(t, err)
			pulls, facts := pull(t, sources)
			require.Empty(t, facts)
			require.Len(t, pulls[0].Holes, 1)
			require.Contains(t, pulls[0].Holes[0].Detail, c.says)
		})
	}
	t.Run("the sheet that is named, though hidden", func(t *testing.T) {
		t.Parallel()
		p, facts := readWorkbook(t, workbookRecord+"sheet: .data\n", workbook(t, []string{"People", ".data"}, headed(), headed(row)))
		require.Empty(t, p.Holes)
		require.Len(t, facts, 1)
	})
}
