package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

var hostile = []string{
	`a"] --> b["x`, "end", "</br><script>alert(1)</script>", "`**md**`", "%% comment\n", "x;y#35;", "]) click n1 \"javascript:x\"", "a\u202eb", "日本 עברית", "a|b", "{{x}}", "\x00",
}

// A name never ends its string, starts a line or an element.
func TestDataFlowMermaidIsSafe(t *testing.T) {
	t.Parallel()
	var f soc2.DataFlow
	for _, name := range hostile {
		f.Nodes = append(f.Nodes, soc2.FlowNode{ID: name, Kind: soc2.FlowParty, Title: name, Unstated: true})
		f.Edges = append(f.Edges, soc2.FlowEdge{From: name, To: hostile[0], What: name, Data: []string{name}})
	}
	var b bytes.Buffer
	require.NoError(t, report.DataFlowMermaid(&b, f, true))
	node := regexp.MustCompile(`^  n\d+\(\["[^"<>` + "`" + `|%]*<br/>not in the scope"\]\):::thirdparty$`)
	edge := regexp.MustCompile(`^  n\d+ -\.->\|"[^"<>` + "`" + `|%]*<br/>[^"<>` + "`" + `|%]*<br/>encryption not seen"\| n1$`)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Equal(t, "flowchart LR", lines[0])
	require.Contains(t, lines[1], "SAMPLE DATA")
	n := len(hostile)
	for i, line := range lines[2 : 2+n] {
		require.Regexp(t, node, line, hostile[i])
	}
	for i, line := range lines[2+n : 2+2*n] {
		require.Regexp(t, edge, line, hostile[i])
	}
	require.Contains(t, b.String(), "日本 עברית", "letters of any script stay")
	require.Contains(t, b.String(), "#60;script#62;")
}

func TestDataFlowMermaidSaysWhatIsEncrypted(t *testing.T) {
	t.Parallel()
	f := soc2.DataFlow{
		Nodes: []soc2.FlowNode{{ID: "internet", Kind: soc2.FlowInternet, Title: "The internet"}, {ID: "s", Kind: soc2.FlowSystem, Title: "Shop"}},
		Edges: []soc2.FlowEdge{
			{From: "internet", To: "s", What: "requests", Encrypted: new(true)},
			{From: "internet", To: "s", What: "requests", Encrypted: new(false)},
			{From: "s", To: "internet", What: "data", Stated: true},
		},
	}
	var b bytes.Buffer
	require.NoError(t, report.DataFlowMermaid(&b, f, false))
	for _, want := range []string{
		"  n1((\"The internet\")):::internet\n", "  n2[\"Shop\"]:::system\n",
		"  n1 ==>|\"requests<br/>encrypted\"| n2\n", "  n1 -->|\"requests<br/>NOT encrypted\"| n2\n", "  n2 -.->|\"data<br/>encryption not seen<br/>as stated\"| n1\n",
	} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "SAMPLE")
}
