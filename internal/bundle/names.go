package bundle

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// LeafFile is the file of a leaf, CheckpointFile that of the checkpoint of a size.
func LeafFile(leaf int64) string { return fmt.Sprintf("%s%0*d.jsonl", leavesFolder, numberWidth, leaf) }

// CheckpointFile is the file of the checkpoint over a number of leaves.
func CheckpointFile(size int64) string {
	return fmt.Sprintf("%s%0*d.txt", pointsFolder, numberWidth, size)
}

// BodiesFile is the n-th file of bodies of a class, from 1.
func BodiesFile(class string, n int) string {
	return fmt.Sprintf("%s%s/%04d.jsonl", bodiesFolder, class, n)
}

// BodyFile is the file of one body that does not fit on a line.
func BodyFile(class string, d Digest) string { return bodiesFolder + class + "/" + d.String() + ".bin" }

// StatesFile is the n-th file of remembered states, from 1.
func StatesFile(n int) string { return fmt.Sprintf("%s%04d.jsonl", statesFolder, n) }

// AnswersFile is the n-th file of requests and answers, from 1.
func AnswersFile(n int) string { return fmt.Sprintf("%s%04d.jsonl", answersFolder, n) }

// ItemsFile is the n-th file of items of answers, from 1.
func ItemsFile(n int) string { return fmt.Sprintf("%s%04d.jsonl", itemsFolder, n) }

// AttachedFile is a file that an attestation names by its digest.
func AttachedFile(d Digest) string { return "files/" + d.String() }

// PopulationFile is a population in its canonical form.
func PopulationFile(d Digest) string { return "samples/populations/" + d.String() + ".txt" }

// TokenFile is what an anchor gave for the checkpoint over a number of leaves, by the
// id of the record that keeps it.
func TokenFile(size int64, record string, stamp bool) string {
	return fmt.Sprintf("%s%0*d-%s%s", anchorsFolder, numberWidth, size, record, map[bool]string{true: stampSuffix, false: ".sig"}[stamp])
}

// stampSuffix is of tokens of timestamping authorities (RFC 3161).
const stampSuffix = ".tst"

// numbered reads the number out of a file's name.
func numbered(name, folder, suffix string) (int64, bool) {
	text, ok := strings.CutPrefix(name, folder)
	if !ok {
		return 0, false
	}
	if text, ok = strings.CutSuffix(text, suffix); !ok || len(text) != numberWidth {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 62)
	return int64(n), err == nil // of 62 bits
}

// longestName is what every file system takes, folders of an unpacker's included.
const longestName = 200

// validName says why a file of a bundle cannot have a name. A bundle is unpacked
// on machines we know nothing of: only what means the same on all of them is
// allowed, and nothing that leads out of the folder.
func validName(name string) error {
	switch {
	case name == "":
		return errors.New("it has no name")
	case len(name) > longestName:
		return errors.New("its name is too long")
	case strings.HasPrefix(name, "/"):
		return errors.New("its name is an absolute path")
	case strings.Contains(name, `\`):
		return errors.New(`its name holds a \, which is a folder on some systems`)
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return errors.New("its name leads out of the folder")
		case part == "" || part == ".":
			return errors.New("its name is no plain path")
		case strings.HasSuffix(part, "."):
			return errors.New("a part of its name ends with a dot")
		}
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("/._-", r):
		default:
			return fmt.Errorf("its name holds %q", r)
		}
	}
	return nil
}
