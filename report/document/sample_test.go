package document

import (
	"fmt"
	"time"
)

// nasty are names that others could choose.
var nasty = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `=HYPERLINK("http://evil","x")`, `+1+1`, `-2`, `@SUM(A1)`, "\t=1", "\r=1",
	"李小龍", "张伟", "한국어 이름", "محمد بن سلمان", "שלום עולם", "evil\u202egnp.exe", "zero\u200bwidth", "null\x00byte", "a|b`c*d_e[f](http://x)", "Ünïcödé Ἑλλάς Привет",
	"emoji 👩‍💻", "broken\xffutf8", "line\nbreak", "&amp; &lt;", "</style></script>", "javascript:alert(1)", "aVeryLongNameWithoutAnyBreak" + fmt.Sprintf("%0120d", 7),
}

var day = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// whole is a document with every kind of block and rows of nasty names.
func whole(rows int) Document {
	findings := func(yield func([]Cell, error) bool) {
		for i := range rows {
			name := nasty[i%len(nasty)]
			row := []Cell{
				ID(fmt.Sprintf("arn:aws:s3:::bucket-%05d", i)), Text(name), State([]Tone{Bad, Unseen, Good, None}[i%4], []string{"gap seen", "not observed", "no gap seen", "not applicable"}[i%4]),
				State([]Tone{Critical, High, Medium, Low}[i/2%4], []string{"critical", "high", "medium", "low"}[i/2%4]),
				Date(day.AddDate(0, 0, -i%90)), Date(day.Add(time.Duration(i%5000) * time.Minute)), Number(i * 37 % 100000),
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return Document{
		Kind: "sample", Title: "Gap analysis <b>of</b> everything", Subtitle: "Which controls hold, which do not, and what could not be seen.", Organization: "Example & Söhne GmbH",
		AsOf: day, Made: day.Add(34 * time.Hour), PreparedBy: "controlwatch 1.4.0, configuration controlwatch.yaml", Main: "findings",
		Notices: []Notice{
			{Sample, "Sample data.", "A made-up company. Nothing here is about your systems."},
			{Unseen, "Not all was observed.", "3 of 41 pulls were incomplete; what they would have shown counts as holding nowhere."},
			{Info, "Not protected against the operator.", "Who runs this program can leave out what they like until checkpoints are witnessed by others."},
		},
		Summary: []Tile{
			{"Gaps seen", "17", "4 of them critical", Bad},
			{"Not observed", "9", "in 3 accounts", Unseen},
			{"No gap seen", "35", "evidence of 38 pulls", Good},
			{"Out of scope", "0", "", None},
			{"Controls", "84", "71 tested, 13 attested", Plain},
		},
		Sections: []Section{
			{ID: "summary", Heading: "Executive summary", Blocks: []Block{
				Paragraph{{Text: "Of 61 criteria "}, {Text: "17 show a gap", Strong: true}, {Text: ", most of them in "}, {Text: "logical access", To: "access"}, {Text: ". Run "}, {Text: "controlwatch explain CC6.1", Code: true}, {Text: " to see why one says what it says. The rest of this paragraph is here to be long enough to break over several lines of a page, as consultants write them."}},
				Chart{Name: "by-series", Kind: Stacked, Title: "Criteria by series", Says: "CC6 has most gaps: five of eight.", Label: "Series", Labels: []string{"CC1 Control environment", "CC2 Communication", "CC3 Risk assessment", "CC6 Logical and physical access", "CC7 System operations", "A1 Availability"}, Series: []Series{
					{Name: "Gap seen", Tone: Bad, Values: []float64{1, 0, 2, 5, 4, 1}}, {Name: "Evidence incomplete", Tone: Unseen, Values: []float64{2, 1, 1, 2, 0, 0}}, {Name: "No gap seen", Tone: Good, Values: []float64{2, 2, 1, 1, 1, 2}},
				}},
				Callout{Tone: Bad, Title: "Act first on access keys", Text: P("Two keys of production accounts are older than a year and were used from the internet.")},
				List{Ordered: true, Items: []Paragraph{P("Rotate the two keys."), P("Require multi-factor sign-in of everybody."), P("Let somebody other than the author approve changes.")}},
			}},
			{ID: "risk", Heading: "Risk", Blocks: []Block{
				Chart{Name: "risk-matrix", Kind: Heat, Title: "Risk matrix: gaps by likelihood and impact", Says: "Four gaps are critical.", Label: "Impact", Labels: []string{"1", "2", "3", "4", "5"}, Series: heat()},
				Chart{Name: "burn-down", Kind: Lines, Title: "Open gaps over time", Says: "Open gaps fell from 42 to 17 in ten weeks; the plan had 12.", Label: "Week", Labels: []string{"W36", "W37", "W38", "W39", "W40", "W41", "W42", "W43", "W44", "W45"}, Series: []Series{
					{Name: "Open gaps", Tone: Bad, Values: []float64{42, 40, 41, 36, 33, 30, 26, 22, 19, 17}}, {Name: "Planned", Tone: None, Values: []float64{42, 39, 36, 32, 29, 25, 22, 19, 15, 12}},
				}},
				Chart{Name: "spark", Kind: Sparkline, Title: "Failing findings, 30 days", Says: "Falling.", Label: "Day", Labels: []string{"1", "2", "3", "4"}, Series: []Series{{Name: "Failing", Tone: Bad, Values: []float64{9, 7, 8, 3}}}},
				Chart{Name: "by-owner", Kind: Bars, Title: "Gaps by owner", Says: "Platform has most.", Label: "Owner", Labels: []string{"Platform engineering", "People and culture, which has a name much longer than there is room for", "李小龍"}, Series: []Series{{Name: "Gaps", Values: []float64{9, 5, 3}}}},
			}},
			{ID: "access", Heading: "Logical access", Fresh: true, Blocks: []Block{
				KeyValues{{"Scope", P("3 AWS accounts, 1 GitHub organisation")}, {"Method", Paragraph{{Text: "Configuration read with "}, {Text: "ReadOnly", Code: true}, {Text: " permissions"}}}, {nasty[0], P(nasty[13] + " " + nasty[9])}},
				Code("aws iam update-login-profile --user-name 'ada' \\\n  --password-reset-required\n# <b>not html</b>"),
				Figure{SVG: []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60" width="200" height="60"><rect width="80" height="40" x="5" y="10" fill="#1a56b0"/><rect width="80" height="40" x="115" y="10" fill="#17663b"/><path d="M85 30h30" stroke="#000"/></svg>`), Alt: "A web server that sends data to a database.", Caption: "Data flow"},
			}},
			{ID: "access-findings", Heading: "Findings", Level: 2, Wide: true, Blocks: []Block{
				Table{Name: "findings", Caption: "Findings by resource", Columns: []Column{
					{"Resource", IDKind, 3}, {"Name", TextKind, 4}, {"State", StateKind, 0}, {"Severity", StateKind, 0}, {"First seen", DateKind, 0}, {"Last seen", DateKind, 2}, {"Bytes", NumberKind, 0},
				}, Rows: findings, Total: []Cell{Text("All"), {}, {}, {}, {}, {}, Number(1234567)}},
				Table{Name: "nothing", Caption: "Accepted risks", Columns: []Column{{"Decision", IDKind, 0}}, Rows: RowsOf(nil), Empty: "No risk was accepted."},
			}},
			{ID: "owners", Heading: "Owners", Level: 3, Blocks: []Block{
				Table{Name: "owners", Caption: "Owners", Folded: true, Columns: []Column{{"Team", TextKind, 0}, {"Gaps", NumberKind, 0}}, Rows: RowsOf([][]Cell{{Text("Platform").Linked("access"), Number(9)}, {Text("People"), Number(5)}}), Total: []Cell{Text("Sum"), Number(14)}},
			}},
			{ID: "method", Heading: "Method", Blocks: []Block{P("Nothing unobserved counts as holding."), List{Items: []Paragraph{P("one"), P("two")}}}},
		},
	}
}

func heat() []Series {
	var out []Series
	for l := 5; l >= 1; l-- {
		s := Series{Name: fmt.Sprintf("Likelihood %d", l)}
		for i := 1; i <= 5; i++ {
			tone, word := Low, "low"
			switch n := l * i; {
			case n >= 20:
				tone, word = Critical, "critical"
			case n >= 12:
				tone, word = High, "high"
			case n >= 6:
				tone, word = Medium, "medium"
			}
			s.Values, s.Tones, s.Words = append(s.Values, float64(l*i%7%4)), append(s.Tones, tone), append(s.Words, word)
		}
		out = append(out, s)
	}
	return out
}
