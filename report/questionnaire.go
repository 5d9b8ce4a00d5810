package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/controlwatch/controlwatch/soc2"
)

// Question is one attested control in the questionnaire, in its section.
type Question struct {
	Section  string // "4 Access control"
	Standing soc2.AttestationStanding
}

// questionColumns are shown, answerColumns are filled in. A sheet that is read back
// may hold them in any order, and others besides.
var (
	questionColumns = []string{"section", "control", "system", "title", "question", "evidence_expected", "state", "last_result", "last_performed", "valid_until"}
	answerColumns   = []string{"result", "performed", "covers", "population", "tested", "deviations", "note", "files", "reviewed_by"}
)

func questionRows(all []Question, zone *time.Location) (rows [][]string) {
	for _, q := range all {
		s := q.Standing
		row := []string{
			q.Section, s.Control.ID, s.System, s.Control.Title, s.Control.AttestationAsked.Question, strings.Join(s.Control.AttestationAsked.Evidence, "; "),
			string(s.State), s.Result, dayIn(zone, s.Performed), dayIn(zone, s.Until),
		}
		rows = append(rows, append(row, make([]string, len(answerColumns))...))
	}
	return rows
}

// QuestionnaireCSV writes the questions as rows with empty columns for the answers.
func QuestionnaireCSV(w io.Writer, all []Question, zone *time.Location) error {
	b := bufio.NewWriter(w)
	for _, row := range append([][]string{append(slices.Clone(questionColumns), answerColumns...)}, questionRows(all, zone)...) {
		b.Write(csvRow(row)) //nolint:errcheck // Flush says so
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the questionnaire: %w", err)
	}
	return nil
}

// QuestionnaireXLSX writes the same as a workbook; its second sheet says how to
// fill it in. Every cell is text.
func QuestionnaireXLSX(w io.Writer, all []Question, zone *time.Location) error {
	return writeXLSX(w, []sheet{
		{"Questionnaire", append(slices.Clone(questionColumns), answerColumns...), questionRows(all, zone)},
		{"How to", []string{"column", "what to write"}, [][]string{
			{"result", strings.Join(soc2.AttestationResults, ", ") + "; leave the row's answers empty to skip it"},
			{"performed", "day it was performed, such as 2026-09-30"},
			{"covers", "first and last day it speaks of, such as 2026-07-01/2026-09-30"},
			{"population, tested, deviations", "whole numbers, or nothing"},
			{"note", "what should be known besides"},
			{"files", "files that show it, separated by semicolons, relative to this file"},
			{"reviewed_by", "a name, which proves nothing; `controlwatch approve` does"},
		}},
	})
}

// Answer is a row of a questionnaire that somebody filled in.
type Answer struct {
	Row     int // of the file, from 1
	Written soc2.WrittenAttestation
	Files   []string // as written
}

// QuestionnaireAnswers reads a questionnaire back, as XLSX or CSV. Rows without any
// answer are passed over. Its error joins what is wrong with rows and columns.
func QuestionnaireAnswers(r io.Reader, xlsx bool) ([]Answer, error) {
	read := readCSV
	if xlsx {
		read = readXLSX
	}
	rows, err := read(r)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("is empty; `controlwatch questionnaire --export FILE` writes one to fill in")
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if _, twice := column[name]; twice && name != "" {
			return nil, fmt.Errorf("row 1: column %s is there twice", name)
		}
		column[name] = i
	}
	var errs []error
	for _, name := range append([]string{"control", "system"}, answerColumns...) {
		if _, there := column[name]; !there {
			errs = append(errs, fmt.Errorf("row 1: column %s is missing", name))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var answers []Answer
	for i, row := range rows[1:] {
		cell := func(name string) string {
			if at := column[name]; at < len(row) {
				return strings.TrimSpace(armed(row[at]))
			}
			return ""
		}
		if !slices.ContainsFunc(answerColumns, func(name string) bool { return cell(name) != "" }) {
			continue
		}
		a := Answer{Row: i + 2, Written: soc2.WrittenAttestation{
			Control: cell("control"), System: cell("system"), Result: strings.ToLower(cell("result")), Performed: sheetDay(cell("performed"), xlsx), Covers: cell("covers"),
			Population: cell("population"), Tested: cell("tested"), Deviation: cell("deviations"), Note: cell("note"), ReviewedBy: cell("reviewed_by"),
		}}
		for f := range strings.SplitSeq(cell("files"), ";") {
			if f = strings.TrimSpace(f); f != "" {
				a.Files = append(a.Files, f)
			}
		}
		answers = append(answers, a)
	}
	return answers, nil
}

// armed takes off the apostrophe that csvCell puts before what would be a formula.
func armed(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", firstRune(rest)) {
		return rest
	}
	return s
}

// sheetDay reads a day that a spreadsheet program has made a number of.
func sheetDay(s string, xlsx bool) string {
	n, err := strconv.ParseFloat(s, 64)
	if !xlsx || err != nil || n < 1 || n > 100000 {
		return s
	}
	at, err := excelize.ExcelDateToTime(n, false)
	if err != nil {
		return s
	}
	return at.Format(time.DateOnly)
}

// maxSheet bounds what is read of a sheet: it is filled in by hand.
const maxSheet = 16 << 20

func readCSV(r io.Reader) ([][]string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSheet+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxSheet {
		return nil, fmt.Errorf("is larger than %d MiB", maxSheet>>20)
	}
	c := csv.NewReader(strings.NewReader(string(b)))
	c.FieldsPerRecord = -1
	head, _, _ := strings.Cut(string(b), "\n")
	if strings.Count(head, ";") > strings.Count(head, ",") { // as spreadsheets of many countries save it
		c.Comma = ';'
	}
	return c.ReadAll()
}

func readXLSX(r io.Reader) ([][]string, error) {
	book, err := excelize.OpenReader(io.LimitReader(r, maxSheet), excelize.Options{UnzipSizeLimit: 256 << 20, RawCellValue: true})
	if err != nil {
		return nil, fmt.Errorf("is no workbook that can be read: %w", err)
	}
	defer book.Close() //nolint:errcheck // read only
	name := book.GetSheetName(0)
	rows, err := book.GetRows(name)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		for j := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			if formula, err := book.GetCellFormula(name, at); err == nil && formula != "" {
				return nil, fmt.Errorf("row %d, cell %s: is a formula; write what it gives", i+1, at)
			}
		}
	}
	return rows, nil
}
