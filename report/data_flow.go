package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/controlwatch/controlwatch/soc2"
)

// DataFlowSchemaV1 is the schema of a data flow in JSON.
const DataFlowSchemaV1 = "controlwatch.data-flow/v1"

// dataFlowReport is controlwatch.data-flow/v1.
type dataFlowReport struct {
	Schema     string `json:"schema"`
	SampleData bool   `json:"sample_data"`
	soc2.DataFlow
}

// DataFlowJSON writes a data flow with its gaps in sight.
func DataFlowJSON(w io.Writer, f soc2.DataFlow, sample bool) error {
	return writeJSON(w, dataFlowReport{DataFlowSchemaV1, sample, f})
}

// DataFlowMermaid writes a data flow as a Mermaid flowchart. A thick line is
// encrypted in transit, a plain one is not, a dotted one was not seen; words on the
// line say the same. What the scope does not name says so.
func DataFlowMermaid(w io.Writer, f soc2.DataFlow, sample bool) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	if sample {
		b.WriteString("  sample[\"SAMPLE DATA: a made-up company\"]:::label\n")
	}
	names := map[string]string{}
	for i, n := range f.Nodes {
		names[n.ID] = fmt.Sprintf("n%d", i+1)
		title := mermaidText(n.Title)
		if n.Unstated {
			title += "<br/>not in the scope"
		}
		open, end := "[", "]"
		switch n.Kind {
		case soc2.FlowSystem:
		case soc2.FlowUnscoped:
			open, end = "[/", "/]"
		case soc2.FlowParty, soc2.FlowApps:
			open, end = "([", "])"
		case soc2.FlowInternet:
			open, end = "((", "))"
		case soc2.FlowIdentity:
			open, end = "{{", "}}"
		}
		fmt.Fprintf(&b, "  %s%s\"%s\"%s:::%s\n", names[n.ID], open, title, end, strings.ReplaceAll(string(n.Kind), "-", ""))
	}
	for _, e := range f.Edges {
		words := []string{mermaidText(e.What)}
		if len(e.Data) > 0 {
			words = append(words, mermaidText(strings.Join(e.Data, ", ")))
		}
		words = append(words, encryptionWords(e.Encrypted))
		if e.Stated {
			words = append(words, "as stated")
		}
		line := "-.->"
		if e.Encrypted != nil {
			line = map[bool]string{true: "==>", false: "-->"}[*e.Encrypted]
		}
		fmt.Fprintf(&b, "  %s %s|\"%s\"| %s\n", names[e.From], line, strings.Join(words, "<br/>"), names[e.To])
	}
	b.WriteString(`  classDef system fill:#e8f0fe,stroke:#1a4fa0,color:#000
  classDef unscoped fill:#fff4e5,stroke:#a05a00,color:#000
  classDef thirdparty fill:#f3f3f3,stroke:#555,color:#000
  classDef applications fill:#f3f3f3,stroke:#555,color:#000
  classDef internet fill:#fdecea,stroke:#a01a1a,color:#000
  classDef identityprovider fill:#eaf7ea,stroke:#1a701a,color:#000
  classDef label fill:#ffe6ff,stroke:#803080,color:#000
`)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the data flow: %w", err)
	}
	return nil
}

// encryptionWords says whether what crosses is encrypted in transit.
func encryptionWords(encrypted *bool) string {
	switch {
	case encrypted == nil:
		return "encryption not seen"
	case *encrypted:
		return "encrypted"
	}
	return "NOT encrypted"
}

// longestNode bounds a title in a picture, in characters.
const longestNode = 60

// mermaidText is a text somebody else chose, in a form that ends no string and
// starts nothing in Mermaid: all but letters, numbers and a few marks become entity
// codes, which Mermaid writes #65;.
// Source: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
func mermaidText(s string) string {
	runes := []rune(s)
	if len(runes) > longestNode {
		runes = append(runes[:longestNode-1], '…')
	}
	var b strings.Builder
	for _, r := range runes {
		switch {
		case unseenRune(r):
			fmt.Fprintf(&b, "#92;u%04x", r)
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), strings.ContainsRune(" .,-_…", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
