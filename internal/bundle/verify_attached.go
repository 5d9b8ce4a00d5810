package bundle

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
)

// attachments are folders of files that are named by their SHA-256, and the classes
// of the bodies that name them: what nothing vouches for has no place there.
var attachments = []struct {
	folder, suffix string
	by             []string
}{
	{"files/", "", []string{"facts"}},
	{"samples/populations/", ".txt", []string{"entries", "samples"}}, // in the window, and recorded at another time
}

// attachment gives the digest in an attached file's name, and by bodies of which
// classes it is named; none: it is no attached file.
func attachment(name string) (d Digest, by []string, ok bool) {
	for _, a := range attachments {
		text, in := strings.CutPrefix(name, a.folder)
		if !in {
			continue
		}
		text, fits := strings.CutSuffix(text, a.suffix)
		ok = fits && d.UnmarshalText([]byte(text)) == nil
		return d, a.by, ok
	}
	return d, nil, false
}

// wantAttached notes which digests to look for in bodies.
func (v *verifier) wantAttached(context.Context) error {
	for _, f := range v.archive.order {
		if d, _, ok := attachment(f.Name); ok {
			v.named[d] = map[string]bool{}
		}
	}
	return nil
}

// mentions notes which attached files a body names: as a string of JSON that is a
// digest and nothing else.
func (v *verifier) mentions(file string, body []byte) {
	if len(v.named) == 0 {
		return
	}
	class := path.Base(path.Dir(file))
	const width = 2 * len(Digest{})
	for {
		at := bytes.IndexByte(body, '"')
		if at < 0 || len(body) < at+width+2 {
			return
		}
		body = body[at+1:]
		if body[width] != '"' {
			continue
		}
		var d Digest
		if _, err := hex.Decode(d[:], body[:width]); err != nil {
			continue
		}
		if classes := v.named[d]; classes != nil {
			classes[class] = true
		}
	}
}

// attached: each file that is named by its digest has it, and a body names it.
func (v *verifier) attached(context.Context) error {
	listed := map[string]Digest{}
	for _, f := range v.manifest.Files {
		listed[f.Path] = f.SHA256
	}
	for _, f := range v.archive.order {
		d, by, ok := attachment(f.Name)
		switch {
		case by == nil:
		case !ok:
			v.problem(f.Name, "its name is no SHA-256, and files of that folder are named by theirs")
		case listed[f.Name] != d: // what it holds is compared with the manifest by files
			v.problem(f.Name, "its SHA-256 is not the one in its name: it is not the file that was named")
		case !slices.ContainsFunc(by, func(class string) bool { return v.named[d][class] }):
			v.problem(f.Name, fmt.Sprintf("no body of %s in the bundle names it: it was added", strings.Join(by, " or ")))
		default:
			v.Attached++
		}
	}
	return nil
}
