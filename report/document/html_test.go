package document

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	tree "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func written(tb testing.TB, format string, d Document, o Options) []byte {
	tb.Helper()
	f, ok := FormatOf(format)
	require.True(tb, ok)
	var b bytes.Buffer
	require.NoError(tb, f.Write(&b, d, o))
	return b.Bytes()
}

func parsed(tb testing.TB, d Document) *tree.Node {
	tb.Helper()
	root, err := tree.Parse(bytes.NewReader(written(tb, "html", d, Options{})))
	require.NoError(tb, err)
	return root
}

func attribute(n *tree.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func inside(n *tree.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == tree.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// permitted are all elements that a report has: none that runs, loads or sends.
var permitted = "html head meta title style body svg symbol rect circle path text desc use a header div p h1 h2 h3 h4 dl dt dd nav ol ul li main section b strong code pre figure figcaption img table caption thead tbody tfoot tr th td span bdi wbr time details summary footer"

func TestHTMLHasOnlyElementsOfItsOwn(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	for name := range strings.FieldsSeq(permitted) {
		allowed[name] = true
	}
	var text strings.Builder
	for n := range parsed(t, whole(60)).Descendants() {
		if n.Type == tree.TextNode {
			text.WriteString(n.Data)
		}
		if n.Type == tree.ElementNode {
			require.True(t, allowed[n.Data], "an element <%s>", n.Data)
			for _, a := range n.Attr {
				require.False(t, strings.HasPrefix(a.Key, "on") || a.Key == "style", "<%s %s>", n.Data, a.Key)
				if a.Key == "href" {
					require.True(t, strings.HasPrefix(a.Val, "#"), "a link to %s", a.Val)
				}
				if a.Key == "src" {
					require.True(t, strings.HasPrefix(a.Val, "data:image/svg+xml;base64,"))
				}
			}
		}
	}
	for _, name := range nasty {
		require.Contains(t, text.String(), visible(name), "a name is not whole in it")
	}
	require.Contains(t, text.String(), "Gap analysis <b>of</b> everything")
}

func TestHTMLCanBeRead(t *testing.T) {
	t.Parallel()
	root := parsed(t, whole(60))
	ids, links, level, tables, mains := map[string]bool{}, []string{}, 0, 0, 0
	for n := range root.Descendants() {
		if n.Type != tree.ElementNode {
			continue
		}
		if id := attribute(n, "id"); id != "" {
			require.False(t, ids[id], "two elements have the id %s", id)
			ids[id] = true
		}
		links = append(links, strings.Fields(attribute(n, "aria-labelledby"))...)
		if href := attribute(n, "href"); href != "" {
			links = append(links, href[1:])
		}
		switch n.DataAtom { //nolint:exhaustive // the elements with rules of their own
		case atom.H1, atom.H2, atom.H3, atom.H4:
			next := int(n.Data[1] - '0')
			require.LessOrEqual(t, next, level+1, "the level of %q skips one", inside(n))
			level = next
		case atom.Main:
			mains++
		case atom.Th:
			require.Contains(t, []string{"col", "row"}, attribute(n, "scope"))
			require.NotEmpty(t, inside(n))
		case atom.Table:
			tables++
			require.Equal(t, atom.Caption, n.FirstChild.DataAtom)
			require.NotEmpty(t, inside(n.FirstChild))
		case atom.Img:
			require.NotEmpty(t, attribute(n, "alt"))
		}
		if n.Data == "svg" && attribute(n, "role") == "img" {
			require.Equal(t, "title", n.FirstChild.Data)
			require.Equal(t, "desc", n.FirstChild.NextSibling.Data)
		}
		if c := attribute(n, "class"); strings.HasPrefix(c, "pill") {
			require.NotEmpty(t, inside(n), "a state without a word")
			require.NotNil(t, n.FirstChild.FirstChild, "a state without a shape")
		}
	}
	for _, to := range links {
		require.True(t, ids[to], "a link leads to %s, which is not there", to)
	}
	require.Equal(t, 1, mains)
	require.Equal(t, 7, tables) // those with rows: of five charts, and two of their own; the empty one says so
	require.Contains(t, inside(root), "No risk was accepted.")
	require.Contains(t, string(written(t, "html", whole(1), Options{})), `lang="en"`)
}

// FuzzHTML: whatever a name is, it stays text in every format that is text.
func FuzzHTML(f *testing.F) {
	for _, name := range nasty {
		f.Add(name)
	}
	elements := func(tb testing.TB, name string) (all []string) {
		tb.Helper()
		d := Document{Kind: "x", Title: name + "x", Organization: name, PreparedBy: name, Notices: []Notice{{Title: name, Text: name}}, Summary: []Tile{{Label: name, Value: name, Note: name}}, Sections: []Section{{
			ID: "a", Heading: name + "x", Blocks: []Block{
				Paragraph{{Text: name, Code: true}, {Text: name, Strong: true}},
				KeyValues{{name, P(name)}},
				Code(name),
				Callout{Title: name, Text: P(name)},
				Chart{Name: "c", Title: name, Says: name, Label: name + "x", Labels: []string{name}, Series: []Series{{Name: name + "x", Values: []float64{1}}}},
				Figure{SVG: []byte(name), Alt: name + "x", Caption: name},
				Table{Name: "t", Caption: name, Columns: []Column{{Name: name + "x"}, {Name: "i", Kind: IDKind}}, Rows: RowsOf([][]Cell{{Text(name + "x"), ID(name + "x")}})},
			},
		}}}
		for n := range parsed(tb, d).Descendants() {
			if n.Type == tree.ElementNode && n.DataAtom != atom.Wbr { // where an identifier may break
				all = append(all, n.Data)
				for _, a := range n.Attr {
					all = append(all, a.Key)
				}
			}
			require.NotEqual(tb, tree.CommentNode, n.Type)
		}
		for _, format := range []string{"md", "csv", "table"} {
			written(tb, format, d, Options{Width: 80})
		}
		return all
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsAny(name, "\n\r") { // more lines are more text, and nothing else; labels of an empty name have no attribute
			name = strings.Map(func(r rune) rune {
				if r == '\n' || r == '\r' {
					return ' '
				}
				return r
			}, name)
		}
		if strings.TrimSpace(oneLine(name)) == "" {
			return
		}
		require.Equal(t, elements(t, "plain"), elements(t, name))
	})
}

// Long words break, or one of them makes a table wider than any screen; what fits
// stays in one piece.
func TestLongWordsMayBreak(t *testing.T) {
	t.Parallel()
	d := Document{Title: "x", Sections: []Section{{ID: "a", Heading: "x", Blocks: []Block{Table{Name: "t", Columns: []Column{{Name: "Id", Kind: IDKind}, {Name: "Text"}}, Rows: RowsOf([][]Cell{
		{ID("arn:aws:iam::111122223333:role/" + strings.Repeat("0123456789abcdef", 4)), Text("A name of " + strings.Repeat("n", 504))},
	})}}}}}
	longest := map[atom.Atom]int{}
	for n := range parsed(t, d).Descendants() {
		if cell := n.Parent; n.Type == tree.TextNode && cell.DataAtom == atom.Bdi {
			for word := range strings.FieldsSeq(n.Data) {
				of := atom.Bdi
				if cell.Parent.DataAtom == atom.Code {
					of = atom.Code
				}
				longest[of] = max(longest[of], len(word))
			}
		}
	}
	require.Equal(t, map[atom.Atom]int{atom.Code: 16, atom.Bdi: 48}, longest)
	require.Contains(t, string(written(t, "html", d, Options{})), "<wbr>111122223333:<wbr>")
}
