package document

import "time"

// Document is a report before it is a file.
type Document struct {
	Kind         string    // "matrix"; part of file names
	Title        string    // "Control matrix"
	Subtitle     string    // one sentence: what question it answers
	Organization string    // whose systems; empty: not said
	AsOf         time.Time // the moment spoken of
	Made         time.Time // when it was rendered
	PreparedBy   string    // program with version, and by whose configuration
	Notices      []Notice  // what a reader must know first; shown before anything else
	Summary      []Tile    // figures that are read first
	Sections     []Section
	Main         string // name of the table that is the report's data; empty: the first table
}

// Notice is something that changes how all the rest is to be read: that the data
// is a sample, what was not observed, what was not checked.
type Notice struct {
	Tone  Tone
	Title string
	Text  string
}

// Tile is one figure of the summary.
type Tile struct {
	Label string
	Value string
	Note  string // small print below; may be empty
	Tone  Tone
}

// Section is a part under a heading.
type Section struct {
	ID      string // anchor, unique in the document: lower-case letters, digits, hyphens
	Heading string
	Level   int  // 1 to 3; 0 is 1. A level is never skipped
	Fresh   bool // begins on a page of its own when printed
	Wide    bool // is printed across the long side of the paper
	Blocks  []Block
}

func (s Section) level() int { return max(s.Level, 1) }

// made is who, when and of whom, as pairs of name and value.
func (d Document) made() [][2]string {
	var out [][2]string
	add := func(name, value string) {
		if value != "" {
			out = append(out, [2]string{name, value})
		}
	}
	add("Organisation", d.Organization)
	add("As of", Date(d.AsOf).String())
	add("Made", Date(d.Made).String())
	add("Prepared by", d.PreparedBy)
	return out
}
