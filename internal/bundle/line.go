package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/internal/canon"
)

// rowDigests are, by what a line of the log is about, its keys that name bodies
// (docs/evidence-log.md).
var rowDigests = map[string][]string{
	"commit":            nil,
	"plan":              {"record"},
	"pull":              {"record"},
	"pull_population":   nil,
	"fact_change":       {"fact"},
	"record":            {"record"},
	"assessment":        {"feeds", "result"},
	"finding_state":     {"checks", "states_sha256"},
	"drift":             nil,
	"entry":             {"body"},
	"answer_set":        nil,
	"answer":            {"request", "answer"},
	"assessment_inputs": {"basis"},
	"tombstone":         nil, // what it names is gone
	"resource_name":     {"called"},
	"attached":          {"body"},
}

// KnownRow says whether this program knows which keys of a line name bodies.
func KnownRow(row string) bool {
	_, ok := rowDigests[row]
	return ok
}

// Line is what a bundle has to know of one line of the log.
type Line struct {
	Row    string
	Seq    int64
	At     int64  // of a commit: microseconds since 1970
	Kind   string // of an entry
	Epoch  int64  // of a commit
	Bodies []Digest
}

// anchorEntry is the kind of the entries whose bodies are receipts of anchors.
const anchorEntry = "anchor"

// EachLine reads the lines of a leaf. A line in another form than the log's own
// is an error.
func EachLine(leaf []byte, use func(Line) error) error {
	if len(leaf) == 0 || leaf[len(leaf)-1] != '\n' {
		return errors.New("its last line has no end")
	}
	for n := 1; len(leaf) > 0; n++ {
		end := bytes.IndexByte(leaf, '\n')
		line, err := readLine(leaf[:end+1])
		if err == nil {
			err = use(line)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		leaf = leaf[end+1:]
	}
	return nil
}

func readLine(b []byte) (Line, error) {
	var l Line
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return l, fmt.Errorf("it is no JSON: %w", err)
	}
	for key, value := range fields {
		if number, ok := value.(json.Number); ok {
			n, err := number.Int64()
			if err != nil {
				return l, fmt.Errorf("%s is no whole number", key)
			}
			fields[key] = n
		}
	}
	again, err := canon.Line(nil, fields)
	if err != nil {
		return l, err
	}
	if !bytes.Equal(again, b) {
		return l, errors.New("it is not in the canonical form")
	}
	var ok bool
	if l.Row, ok = fields["row"].(string); !ok {
		return l, errors.New("it has no row")
	}
	if l.Seq, ok = fields["seq"].(int64); !ok {
		return l, errors.New("it has no seq")
	}
	if l.Row == "commit" {
		if l.At, ok = fields["at"].(int64); !ok {
			return l, errors.New("it has no time")
		}
		l.Epoch, _ = fields["epoch"].(int64) // 0: before any
	}
	if l.Row == "entry" {
		if l.Kind, ok = fields["kind"].(string); !ok {
			return l, errors.New("it has no kind")
		}
	}
	for _, key := range rowDigests[l.Row] {
		value, there := fields[key]
		if there && value == nil {
			continue // of what has gone, or was not given
		}
		text, ok := value.(string)
		var digest Digest
		if !ok || digest.UnmarshalText([]byte(text)) != nil {
			return l, fmt.Errorf("its %s is no digest", key)
		}
		l.Bodies = append(l.Bodies, digest)
	}
	return l, nil
}
