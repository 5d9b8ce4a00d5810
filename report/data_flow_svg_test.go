package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// TestPictureOfADataFlowIsWellFormed: whatever places are called, another parser reads
// a picture with each place and flow, and nothing that acts.
func TestPictureOfADataFlowIsWellFormed(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	names := []string{`<script>alert(1)</script>`, `" onload="x`, "evil\u202egnp", "李小龍", "שלום", "null\x00byte", "broken\xff", "]]>", "&amp;", ""}
	f := soc2.DataFlow{Nodes: []soc2.FlowNode{{ID: "internet", Kind: soc2.FlowInternet, Title: "The internet"}, {ID: "new", Kind: "of a kind nobody placed", Title: "new"}}}
	for i, name := range names {
		id := fmt.Sprint(i)
		f.Nodes = append(f.Nodes, soc2.FlowNode{ID: id, Kind: []soc2.FlowNodeKind{soc2.FlowSystem, soc2.FlowParty}[i%2], Title: name, Unstated: i%3 == 0})
		f.Edges = append(f.Edges, soc2.FlowEdge{From: "internet", To: id, Encrypted: []*bool{nil, &yes, &no}[i%3]}, soc2.FlowEdge{From: id, To: "new"}, soc2.FlowEdge{From: "new", To: "0"})
	}
	svg, ok := DataFlowSVG(f)
	require.True(t, ok)
	require.NotContains(t, string(svg), "\u202e")
	elements := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		elements[start.Name.Local]++
		for _, a := range start.Attr {
			require.NotContains(t, a.Name.Local, "onload")
		}
	}
	require.Equal(t, map[string]int{
		"svg": 1, "marker": 3, "rect": 1 + len(f.Nodes), "circle": len(f.Edges), "path": 3 + len(f.Edges) + 3,
		"text": 3 + len(f.Nodes) + 4 + len(f.Edges) + 3,
	}, elements)

	var alone bytes.Buffer
	require.NoError(t, DataFlowPicture(&alone, f, true))
	require.NoError(t, xml.Unmarshal(alone.Bytes(), new(struct{})))
	for _, says := range []string{"SAMPLE DATA", "1. The internet to &lt;script&gt;alert", encryptionWords(nil), encryptionWords(&yes), encryptionWords(&no)} {
		require.Contains(t, alone.String(), says)
	}
	require.ErrorContains(t, DataFlowPicture(io.Discard, soc2.DataFlow{}, false), "no flow to draw")

	_, ok = DataFlowSVG(soc2.DataFlow{})
	require.False(t, ok, "nothing is no picture")
	f.Nodes = make([]soc2.FlowNode, MostFlowNodes+1)
	_, ok = DataFlowSVG(f)
	require.False(t, ok, "more than can be read")
}
