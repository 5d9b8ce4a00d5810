package export

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/internal/bundle"
)

// lookForStored notes the files that are attached to records (attestations,
// walkthroughs), with the names that the records give them, and which of them the
// bundle is to hold.
func (x *exporter) lookForStored(ctx context.Context) error {
	x.storedFiles = map[bundle.Digest]bool{}
	for a, err := range x.from.AttachedFiles(ctx) {
		if err != nil {
			return err
		}
		digest := bundle.Digest(a.Digest)
		f := attestedFile{attestation: a.Entry, stored: true, File: evidence.File{SHA256: digest.String(), Size: a.Size}}
		// Nobody promises that a record is well formed. One that does not name its file
		// is of no control: a bundle of some criteria goes without.
		var said struct {
			Control string          `json:"control"`
			Files   []evidence.File `json:"files"`
		}
		if json.Unmarshal(a.Record, &said) == nil {
			f.control = said.Control
			for _, named := range said.Files {
				if named.SHA256 == f.SHA256 {
					f.Path = named.Path
				}
			}
		}
		if a.Pruned != nil {
			f.pruned = a.Pruned.String()
		} else if x.ofCriteria(f.control) && !x.redacted("files") {
			x.storedFiles[digest] = true
		}
		if f.Path == "" {
			f.Path = fmt.Sprintf("file %d", a.Number)
		}
		x.attestedFiles = append(x.attestedFiles, f)
	}
	return nil
}

// ofCriteria says whether a control is one of those that the bundle is about.
func (x *exporter) ofCriteria(control string) bool {
	return !x.limited() || x.byControl[control] != nil
}
