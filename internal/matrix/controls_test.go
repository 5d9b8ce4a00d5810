package matrix_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/internal/matrix"
	"github.com/controlwatch/controlwatch/soc2"
)

func shipped(t testing.TB) soc2.Catalogue {
	t.Helper()
	cat, err := catalogue.Load()
	require.NoError(t, err)
	return cat
}

func table(t testing.TB, text string) files.Table {
	t.Helper()
	got, err := files.ReadTable(strings.NewReader(text), "csv", "")
	require.NoError(t, err)
	return got
}

// workbook makes one sheet, and lets a test do to it what people do.
func workbook(t testing.TB, rows [][]any, change func(*excelize.File)) (files.Table, error) {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		require.NoError(t, book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	if change != nil {
		change(book)
	}
	var b bytes.Buffer
	require.NoError(t, book.Write(&b))
	return files.ReadTable(&b, "xlsx", "")
}

func texts(problems []matrix.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Error())
	}
	return out
}

func TestAMatrixIsReadByItsUsualHeadings(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	read, problems := matrix.ReadControls("m.csv", table(t, "\ufeffControl ID;Control Activity;Control Owner;Frequency;Manual / Automated;Preventive/Detective;TSC Reference;Notes\r\n"+
		" AC-01 ;\"People sign in; with two factors\";IT;Quarterly;Automatic;Preventative;\"cc6.1, CC 6.2\nand A1.2.\";\r\n;;;;;;;\r\nAC-02;会社の端末は暗号化される;;;;;;x\r\n"), nil, cat)
	require.Empty(t, texts(problems))
	require.Equal(t, []soc2.CompanyControl{
		{
			ID: "AC-01", Wording: "People sign in; with two factors", Owner: "IT", Frequency: "Quarterly", Operation: "automated", Nature: "preventive",
			Criteria: []string{"CC6.1", "CC6.2", "A1.2"}, Controls: []string{}, Source: "m.csv, row 2",
		},
		{ID: "AC-02", Wording: "会社の端末は暗号化される", Criteria: []string{}, Controls: []string{}, Source: "m.csv, row 5"},
	}, read.Controls)
	require.Equal(t, matrix.Taken{Column: "TSC Reference", Field: "criteria"}, read.Columns[6])
	require.Equal(t, matrix.Taken{Column: "Notes"}, read.Columns[7])
}

func TestWhatIsWrongWithAMatrixIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	_, problems := matrix.ReadControls("m.csv", table(t, "Ref,Description,TSC,Manual/Automated,Preventive/Detective\n"+
		"AC-01,a,CC6.9,yes,both\nac-01,,CC6.1-CC6.3,,\n,b,,,\npeople-use-multi-factor-sign-in,c,,,\nAC-05,too,few\n"), nil, cat)
	all := strings.Join(texts(problems), "\n")
	for _, want := range []string{
		`m.csv, row 2, column "TSC": there is no criterion "CC6.9"; expected one of CC6.1, CC6.2`,
		`row 2, column "Manual/Automated": "yes" is neither; expected manual or automated`,
		`row 2, column "Preventive/Detective": "both"`,
		`row 3, column "Ref": "ac-01" is in row 2 already`,
		`row 3, column "Description": it is empty`,
		`row 3, column "TSC": there is no criterion "CC6.1-CC6.3"; expected one of CC6.1`,
		`row 4, column "Ref": it is empty`,
		`row 5, column "Ref": "people-use-multi-factor-sign-in" is the id of a control of the catalogue`,
		`row 6: has 3 columns and the header 5`,
	} {
		require.Contains(t, all, want)
	}
	require.Len(t, problems, 9)
	require.ErrorContains(t, matrix.All(problems), "9 things are wrong, and nothing was imported")
	require.NoError(t, matrix.All(nil))

	for text, want := range map[string]string{
		"Ref,Control ID,Description\na,b,c\n": `the columns "Ref" and "Control ID" could all hold the id`,
		"Ref,Notes\na,b\n":                    "no column holds the wording",
		"Ref,Description\n":                   "it holds no control",
	} {
		_, problems := matrix.ReadControls("m.csv", table(t, text), nil, cat)
		require.Contains(t, strings.Join(texts(problems), "\n"), want, text)
	}
	for text, want := range map[string]string{"a,A\n1,2\n": `"A" is there twice`, "a,,b\n": "it has no title", "": "is empty", "a,\xff\n": "not in UTF-8", "a,\"b\n": "quote"} {
		_, err := files.ReadTable(strings.NewReader(text), "csv", "")
		require.ErrorContains(t, err, want, text)
	}
}

func TestColumnsAreTakenAsToldFirst(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	in := table(t, "Ref,Control ID,Description,Narrative\nR1,AC-01,short,long\n")
	read, problems := matrix.ReadControls("m.csv", in, map[string]string{"control id": "id", "Narrative": "wording"}, cat)
	require.Empty(t, texts(problems))
	require.Equal(t, "AC-01", read.Controls[0].ID)
	require.Equal(t, "long", read.Controls[0].Wording)
	require.Equal(t, []matrix.Taken{{Column: "Ref"}, {Column: "Control ID", Field: "id"}, {Column: "Description"}, {Column: "Narrative", Field: "wording"}}, read.Columns)
	read, problems = matrix.ReadControls("m.csv", in, map[string]string{"Ref": ""}, cat)
	require.Empty(t, texts(problems))
	require.Equal(t, "short", read.Controls[0].Wording)
	_, problems = matrix.ReadControls("m.csv", in, map[string]string{"Nr": "id", "Narrative": "text"}, cat)
	require.Contains(t, strings.Join(texts(problems), "\n"), `there is no column "Nr"`)
	require.Contains(t, strings.Join(texts(problems), "\n"), `"text" is no field; expected id, wording`)
}

func TestWorkbooksAsPeopleKeepThem(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	rows := [][]any{{"Control ID", "Description", "TSC"}, {"AC-01", "People sign in with two factors", "CC6.1"}, {}, {"AC-02", "サーバーは暗号化", "CC6.1\nCC6.7"}, {3, "A number as its id", ""}}
	got, err := workbook(t, rows, nil)
	require.NoError(t, err)
	read, problems := matrix.ReadControls("m.xlsx", got, nil, cat)
	require.Empty(t, texts(problems))
	require.Len(t, read.Controls, 3)
	require.Equal(t, "m.xlsx, sheet Sheet1, row 4", read.Controls[1].Source)
	require.Equal(t, []string{"CC6.1", "CC6.7"}, read.Controls[1].Criteria)
	require.Equal(t, "3", read.Controls[2].ID)

	_, err = workbook(t, rows, func(b *excelize.File) {
		require.NoError(t, b.MergeCell("Sheet1", "A2", "A3"))
		require.NoError(t, b.MergeCell("Sheet1", "C4", "C5"))
	})
	require.ErrorContains(t, err, "the cells A2:A3, C4:C5 are merged")
	got, err = workbook(t, rows, func(b *excelize.File) {
		require.NoError(t, b.SetCellFormula("Sheet1", "B2", `CONCATENATE("a","b")`))
		require.NoError(t, b.SetCellFormula("Sheet1", "C4", `C2`))
	})
	require.NoError(t, err)
	_, problems = matrix.ReadControls("m.xlsx", got, nil, cat)
	require.Len(t, problems, 2)
	require.ErrorContains(t, matrix.All(problems), "B2 (Description): is a formula")
	require.ErrorContains(t, matrix.All(problems), "C4 (TSC): is a formula")
	_, err = workbook(t, rows, func(b *excelize.File) {
		_, err := b.NewSheet("Other")
		require.NoError(t, err)
	})
	require.ErrorContains(t, err, "has the sheets Sheet1, Other")
	_, err = files.ReadTable(strings.NewReader("PK no zip"), "xlsx", "")
	require.ErrorContains(t, err, "no workbook")
	_, err = files.ReadTable(strings.NewReader("x"), "ods", "")
	require.ErrorContains(t, err, "expected csv or xlsx")
}

func TestFiveThousandControls(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	rows := [][]any{{"Control ID", "Description", "Owner", "TSC"}}
	for i := range 5000 {
		rows = append(rows, []any{fmt.Sprintf("C-%04d", i), fmt.Sprintf("Storage number %d is encrypted and people sign in with two factors", i), "IT", "CC6.1"})
	}
	got, err := workbook(t, rows, nil)
	require.NoError(t, err)
	read, problems := matrix.ReadControls("m.xlsx", got, nil, cat)
	require.Empty(t, problems)
	require.Len(t, read.Controls, 5000)
	proposer := soc2.NewProposer(cat)
	for _, c := range read.Controls {
		require.NotEmpty(t, proposer.Propose(c))
	}
	again, problems := matrix.ReadControls("m.xlsx", got, map[string]string{"TSC": "id", "Control ID": ""}, cat)
	require.Len(t, problems, 4999, "each after the first is there twice")
	require.Len(t, again.Controls, 5000)
	require.ErrorContains(t, matrix.All(problems), "and 4899 more")
}

// Every heading that the help names is taken, by whatever case and marks it is written.
func TestEveryHeadingIsTakenHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	cat := shipped(t)
	fields := matrix.ControlFields()
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "field")
		title := rapid.SampledFrom(fields[name]).Draw(t, "heading")
		title = rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, func(s string) string { return strings.ReplaceAll(s, " ", "_") }, func(s string) string { return " " + s + ":" }}).Draw(t, "as")(title)
		in := files.Table{Header: []string{title}}
		told := map[string]string{}
		for _, needed := range []string{"id", "wording"} {
			if needed != name {
				in.Header = append(in.Header, "my "+needed)
				told["my "+needed] = needed
			}
		}
		read, _ := matrix.ReadControls("m", in, told, cat)
		require.Equal(t, name, read.Columns[0].Field, title)
	})
}

func TestAProposalSaysWhy(t *testing.T) {
	t.Parallel()
	proposer := soc2.NewProposer(shipped(t))
	all := proposer.Propose(soc2.CompanyControl{Wording: "All employees use multi-factor authentication to sign in", Criteria: []string{"CC6.1"}})
	require.Equal(t, "people-use-multi-factor-sign-in", all[0].Control)
	require.Contains(t, all[0].Criteria, "CC6.1")
	require.Contains(t, all[0].Words, "factor")
	require.Greater(t, all[0].Score, all[len(all)-1].Score)
	require.Empty(t, proposer.Propose(soc2.CompanyControl{Wording: "会社の端末は暗号化される", Criteria: []string{"CC6.1"}}), "criteria alone propose nothing")
	require.Empty(t, proposer.Propose(soc2.CompanyControl{Wording: "the and of"}))
	require.Equal(t, all, proposer.Propose(soc2.CompanyControl{Wording: "All employees use multi-factor authentication to sign in", Criteria: []string{"CC6.1"}}), "the same each time")
}
