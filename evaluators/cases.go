package evaluators

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/internal/strictyaml"
	"github.com/controlwatch/controlwatch/soc2"
)

// CaseResult is what came of one case.
type CaseResult struct {
	File    string
	Line    int
	Control string
	Check   string
	Name    string
	Expect  soc2.Outcome
	Wrong   []string // empty: the case holds, and seeing less never changed its verdict
}

// CasesTested is what came of all cases of a folder.
type CasesTested struct {
	Cases []CaseResult
	// Missing says which checks lack a case that passes, fails or is unobserved.
	Missing []string
}

// Failed counts cases that do not hold and cases that are missing.
func (r CasesTested) Failed() int {
	n := len(r.Missing)
	for _, c := range r.Cases {
		if len(c.Wrong) > 0 {
			n++
		}
	}
	return n
}

// TestCases reads the controls of a folder, in the form of the catalogue or as
// control files alone, and runs the cases beside them. Each case is also run
// with less and less to see; see sightless. The error says what cannot be read.
func TestCases(ctx context.Context, fsys fs.FS) (CasesTested, error) {
	cat, err := catalogue.Read(fsys)
	if err != nil {
		return CasesTested{}, err
	}
	if _, err := New(cat, nil); err != nil {
		return CasesTested{}, err
	}
	files, err := caseFiles(fsys)
	if err != nil {
		return CasesTested{}, err
	}
	var tested CasesTested
	var problems []error
	for _, name := range files {
		results, err := testFile(ctx, fsys, name, cat)
		problems = append(problems, err)
		tested.Cases = append(tested.Cases, results...)
	}
	if err := errors.Join(problems...); err != nil {
		return CasesTested{}, err
	}
	tested.Missing = missing(cat, tested.Cases)
	return tested, nil
}

func caseFiles(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(name, catalogue.CasesSuffix) {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find cases: %w", err)
	}
	return files, nil
}

func testFile(ctx context.Context, fsys fs.FS, name string, cat soc2.Catalogue) ([]CaseResult, error) {
	id := strings.TrimSuffix(path.Base(name), catalogue.CasesSuffix)
	i := slices.IndexFunc(cat.Controls, func(c soc2.Control) bool { return c.ID == id })
	if i < 0 {
		return nil, &strictyaml.Problem{File: name, Message: fmt.Sprintf("there is no control %q: cases are called as their control", id)}
	}
	cases, err := readCases(fsys, name, cat.Controls[i])
	if err != nil {
		return nil, err
	}
	var results []CaseResult
	for _, c := range cases {
		r := CaseResult{File: name, Line: c.line, Control: id, Check: c.Check, Name: c.Name, Expect: c.Expect}
		if r.Wrong, err = c.run(ctx, cat.Controls[i]); err != nil {
			return nil, fmt.Errorf("%s:%d: case %q: %w", name, c.line, c.Name, err)
		}
		results = append(results, r)
	}
	return results, nil
}

// run gives what is wrong with a case.
func (c testCase) run(ctx context.Context, control soc2.Control) ([]string, error) {
	engine, err := New(soc2.Catalogue{Controls: []soc2.Control{control}}, map[string]map[string]any{control.ID: c.Parameters})
	if err != nil {
		return nil, err
	}
	v, err := c.judged(ctx, engine, c.world())
	if err != nil {
		return nil, err
	}
	if v.outcome != c.Expect {
		return []string{fmt.Sprintf("is %s: expected %s%s", v.outcome, c.Expect, because(v.reason))}, nil
	}
	if !strings.Contains(v.reason, c.Reason) {
		return []string{fmt.Sprintf("gives the reason %q: expected %q in it", v.reason, c.Reason)}, nil
	}
	return c.sightless(ctx, engine, v.outcome)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// missing: a check whose fail was never seen may be unable to fail.
func missing(cat soc2.Catalogue, results []CaseResult) []string {
	have := map[string]bool{}
	for _, r := range results {
		have[r.Control+"/"+r.Check+" "+r.Expect.String()] = true
	}
	var lacking []string
	for _, c := range cat.Controls {
		for _, k := range c.Checks {
			for _, o := range []soc2.Outcome{soc2.Pass, soc2.Fail, soc2.Unobserved} {
				if !have[c.ID+"/"+k.ID+" "+o.String()] {
					lacking = append(lacking, fmt.Sprintf("check %s of control %s has no case that expects %s", k.ID, c.ID, o))
				}
			}
		}
	}
	return lacking
}
