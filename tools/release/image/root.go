// Package image assembles the container image: from nothing, with no container engine and no
// shell on the way, so that whoever has the sources makes the same digest. It refuses to know
// where the image goes.
package image

import (
	_ "embed"
	"os"
)

// user owns the data folder and runs the program. It is a number since a
// kubelet takes no name for proof that it is not root.
const user = 65532

//go:embed etc/passwd
var passwd []byte

//go:embed etc/group
var group []byte

// entry is one file or folder of the root.
type entry struct {
	path    string // from the root, without the first slash; a folder ends in one
	mode    os.FileMode
	owner   int
	content []byte
}

// base is all of the root but the program. The Dockerfile makes the same, which a test holds.
func base() ([]entry, error) {
	certificates, err := Certificates()
	if err != nil {
		return nil, err
	}
	return []entry{
		// The only place that is written to: a volume is mounted there.
		{path: "data/", mode: 0o755, owner: user},
		{path: "etc/", mode: 0o755},
		{path: "etc/group", mode: 0o644, content: group},
		{path: "etc/passwd", mode: 0o644, content: passwd},
		{path: "etc/ssl/", mode: 0o755},
		{path: "etc/ssl/certs/", mode: 0o755},
		{path: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: certificates},
		// Exports and SQLite's sorting. On a read-only root, memory is mounted there.
		{path: "tmp/", mode: 0o777 | os.ModeSticky},
	}, nil
}

func program(binary []byte) []entry {
	return []entry{{path: "controlwatch", mode: 0o755, content: binary}}
}
