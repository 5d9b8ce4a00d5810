package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"time"
)

// Fact is one resource as one pull saw it.
//
// Body is a pointer to the struct of the resource's kind. In every kind, a nil
// pointer, slice or map means "not observed", never "no"; an empty, non-nil
// slice or map means "seen, and there are none". Fields that cannot be unseen
// once the struct exists carry the tag `seen:"always"`.
type Fact struct {
	Resource Resource `json:"resource"`
	Body     any      `json:"body"`
	Holes    []Hole   `json:"holes,omitempty"` // fields that could not be read, each with its reason

	Seen   time.Time `json:"-"` // when a pull last confirmed it; filled in by the store
	Digest string    `json:"-"` // of the stored form; filled in by the store
}

// Hole returns the recorded hole that covers a field: one on the field itself,
// on a struct it lies in, or on a field inside it.
func (f Fact) Hole(path string) (Hole, bool) {
	for _, h := range f.Holes {
		if h.Field == path || within(path, h.Field) || within(h.Field, path) {
			return h, true
		}
	}
	return Hole{}, false
}

func within(path, parent string) bool {
	return len(path) > len(parent) && path[:len(parent)] == parent && (path[len(parent)] == '.' || path[len(parent)] == '[')
}

// Miss records that a field could not be read, and why.
func (f *Fact) Miss(field string, err error) {
	h := HoleFrom(err)
	h.Field = field
	f.Holes = append(f.Holes, h)
}

// Encode gives the canonical stored form: JSON of resource, body and holes, the
// holes sorted. Equal facts encode to equal bytes.
func (f Fact) Encode() ([]byte, error) {
	holes := append([]Hole(nil), f.Holes...)
	for i := range holes {
		holes[i].Since = time.Time{}
	}
	sort.Slice(holes, func(i, j int) bool {
		if holes[i].Field != holes[j].Field {
			return holes[i].Field < holes[j].Field
		}
		return holes[i].Operation < holes[j].Operation
	})
	b, err := json.Marshal(Fact{Resource: f.Resource, Body: f.Body, Holes: holes})
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", f.Resource.Type, f.Resource.ID, err)
	}
	return b, nil
}

// DecodeFact reads a stored fact. A field the stored form does not have stays
// nil: not observed. A kind this version does not know is an error.
func DecodeFact(b []byte) (Fact, error) {
	var raw struct {
		Resource Resource        `json:"resource"`
		Body     json.RawMessage `json:"body"`
		Holes    []Hole          `json:"holes"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return Fact{}, fmt.Errorf("decode fact: %w", err)
	}
	kind, ok := KindOf(raw.Resource.Kind)
	if !ok {
		return Fact{}, fmt.Errorf("decode fact %s: kind %q is unknown to this version", raw.Resource.ID, raw.Resource.Kind)
	}
	body := kind.New()
	if err := json.Unmarshal(raw.Body, body); err != nil {
		return Fact{}, fmt.Errorf("decode %s %s: %w", raw.Resource.Kind, raw.Resource.ID, err)
	}
	return Fact{Resource: raw.Resource, Body: body, Holes: raw.Holes}, nil
}

// Digest is the SHA-256 of bytes in hexadecimal, the name under which bodies are stored.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Moment is something that happened at a time, or never. A nil *Moment was not observed.
type Moment struct {
	Never bool      `json:"never,omitempty" seen:"always"`
	At    time.Time `json:"at,omitzero" seen:"always"` // zero when Never
}

// VolatileDay is for dates that move at every look (last used, last signed in):
// it keeps the UTC day only, rounded down, so that an unchanged resource stays
// unchanged and something looks at most a day older than it is, never newer.
func VolatileDay(t time.Time) *Moment {
	if t.IsZero() {
		return &Moment{Never: true}
	}
	return &Moment{At: t.UTC().Truncate(24 * time.Hour)}
}
