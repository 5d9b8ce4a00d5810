package document

import (
	"io"
	"strings"
)

// markup writes tags. Names and attributes of the program's own are written as
// they are; text and values always escaped, so that no caller can forget to.
type markup struct {
	w   io.Writer
	err error
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

func (m *markup) raw(s string) {
	if m.err == nil {
		_, m.err = io.WriteString(m.w, s)
	}
}

// text writes text made visible and escaped.
func (m *markup) text(s string) { m.raw(escapes.Replace(visible(s))) }

// open writes a tag with pairs of attribute and value; a pair without a value is left out.
func (m *markup) open(tag string, attributes ...string) {
	m.raw("<" + tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			m.raw(" " + attributes[i] + `="` + escapes.Replace(oneLine(attributes[i+1])) + `"`)
		}
	}
	m.raw(">")
}

func (m *markup) close(tag string) { m.raw("</" + tag + ">") }

// element writes a tag with text.
func (m *markup) element(tag, text string, attributes ...string) {
	m.open(tag, attributes...)
	m.text(text)
	m.close(tag)
}
