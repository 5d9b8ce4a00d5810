package document

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// table streams rows. Folded, they show when asked for; on paper they always do.
func (h *hypertext) table(t Table, folded bool) error {
	caption := t.Caption
	if caption == "" {
		caption = t.Name
	}
	if folded {
		h.raw("<details><summary>")
		h.text(caption)
		h.raw("</summary>\n")
	}
	h.open("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", caption)
	n := 0
	for row, err := range t.Rows {
		n++
		if err := t.row(n, row, err); err != nil {
			return err
		}
		if n == 1 {
			h.tableHead(t, caption, folded)
		}
		for _, c := range row {
			if c.to != "" && !h.ids[c.to] {
				return fmt.Errorf("table %s: row %d links to %q, which is no section", t.Name, n, c.to)
			}
		}
		h.row(t, row)
		if h.err != nil {
			return h.err
		}
	}
	if n == 0 {
		h.element("p", t.empty(), "class", "empty")
	} else {
		h.raw("</tbody>")
		if t.Total != nil {
			h.raw("<tfoot>")
			h.row(t, t.Total)
			h.raw("</tfoot>")
		}
		h.raw("</table>")
	}
	h.raw("</div>\n")
	if folded {
		h.raw("</details>\n")
	}
	return h.err
}

func (h *hypertext) tableHead(t Table, caption string, folded bool) {
	class := ""
	if len(t.Columns) > 4 {
		class = "broad"
	}
	h.open("table", "id", "table-"+t.Name, "class", class)
	hidden := ""
	if folded {
		hidden = "hidden"
	}
	h.element("caption", caption, "class", hidden)
	h.raw("<thead><tr>")
	for _, c := range t.Columns {
		h.element("th", c.Name, "scope", "col", "class", classOf(c))
	}
	h.raw("</tr></thead>\n<tbody>")
}

// classOf is the class of a column's cells, with a width where one is asked for.
func classOf(c Column) string {
	class := map[Kind]string{NumberKind: "n", DateKind: "d", StateKind: "st", IDKind: "id"}[c.Kind]
	if w := int(c.Weight + 0.5); w > 0 {
		class += " w" + strconv.Itoa(min(w, 6))
	}
	return class
}

func (h *hypertext) row(t Table, row []Cell) {
	h.raw("<tr>")
	for i, c := range row {
		tag := "td"
		if i == 0 && c.filled {
			tag = "th"
			h.raw(`<th scope="row"`)
		} else {
			h.raw("<td")
		}
		switch t.Columns[i].Kind {
		case NumberKind:
			h.raw(` class="n"`)
		case DateKind:
			h.raw(` class="d"`)
		case IDKind:
			h.raw(` class="id"`)
		case TextKind, StateKind:
		}
		h.raw(">")
		if c.to != "" {
			h.open("a", "href", "#"+c.to)
		}
		h.cell(c)
		if c.to != "" {
			h.raw("</a>")
		}
		h.raw("</" + tag + ">")
	}
	h.raw("</tr>\n")
}

func (h *hypertext) cell(c Cell) {
	switch {
	case !c.filled:
	case c.kind == StateKind:
		h.raw(`<span class="pill c-` + c.tone.String() + `">`)
		h.mark(c.tone)
		h.text(c.text)
		h.raw("</span>")
	case c.kind == NumberKind:
		h.raw(grouped(c.String()))
	case c.kind == DateKind:
		day, clock, _ := strings.Cut(c.String(), " ")
		h.raw(`<time datetime="` + c.time.Format(time.RFC3339) + `"><span>` + day + "</span>")
		if clock != "" {
			h.raw(" <span>" + clock + "</span>")
		}
		h.raw("</time>")
	case c.kind == IDKind:
		h.raw("<code><bdi>")
		h.breakable(c.text, 16, "/:._@-")
		h.raw("</bdi></code>")
	default:
		h.raw("<bdi>") // a name of others may not turn the direction of what is around it
		h.breakable(c.text, 48, "")
		h.raw("</bdi>")
	}
}

// breakable is text that may break after some punctuation, and within a word only
// where that is longer than so much: an account's number stays in one piece, a digest
// fits its column, and no name makes a table wider than anybody's screen.
func (h *hypertext) breakable(s string, whole int, after string) {
	if after == "" && len(s) <= whole {
		h.text(s)
		return
	}
	var word []rune
	flush := func() {
		for len(word) > whole {
			h.text(string(word[:whole/2]))
			h.raw("<wbr>")
			word = word[whole/2:]
		}
		h.text(string(word))
		word = word[:0]
	}
	for _, r := range visible(s) {
		word = append(word, r)
		switch {
		case strings.ContainsRune(after, r):
			flush()
			h.raw("<wbr>")
		case unicode.IsSpace(r):
			flush()
		}
	}
	flush()
}

// grouped puts narrow spaces between thousands of a whole number.
func grouped(s string) string {
	for _, r := range s {
		if r < '0' || r > '9' {
			return s
		}
	}
	if len(s) < 5 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString("\u202f")
		}
		b.WriteRune(r)
	}
	return b.String()
}
