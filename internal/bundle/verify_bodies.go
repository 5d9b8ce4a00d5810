package bundle

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// introducedKey is a key that the log names, and the leaf that does.
type introducedKey struct {
	key  note.Verifier
	text string
	leaf int64
}

// bodyFiles: every body is one that a line of the log names by its digest.
func (v *verifier) bodyFiles(ctx context.Context) error {
	for _, f := range v.archive.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.HasPrefix(f.Name, bodiesFolder) {
			continue
		}
		if err := v.bodiesOf(f.Name); err != nil {
			v.problem(f.Name, err.Error())
		}
	}
	slices.SortFunc(v.keys, func(a, b introducedKey) int { return int(a.leaf - b.leaf) })
	return nil
}

func (v *verifier) bodiesOf(name string) (err error) {
	r, err := v.archive.open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if path.Ext(name) != ".jsonl" {
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return unreadable(err)
		}
		return v.body(Digest(h.Sum(nil)), nil)
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), bodyLineLongest)
	for n := 1; lines.Scan(); n++ {
		b := lines.Bytes()
		if strings.HasPrefix(name, statesFolder) {
			if b, err = packedStates(b); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		if strings.HasPrefix(name, answersFolder) {
			var said []byte
			if b, said, err = readPacked(b); err == nil {
				err = v.itemsOf(said)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		v.mentions(name, b)
		if err := v.body(sha256.Sum256(b), b); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return unreadable(err)
	}
	return nil
}

func packedStates(line []byte) ([]byte, error) {
	var row struct {
		States string `json:"states"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	b, err := base64.StdEncoding.DecodeString(row.States)
	if err != nil {
		return nil, errors.New("its states are no base64")
	}
	return b, nil
}

func (v *verifier) body(digest Digest, b []byte) error {
	state := v.bodies[digest]
	if state == nil {
		return fmt.Errorf("no line of the log names a body of digest %s: it was altered or added", digest)
	}
	if state.introducesAKey && !state.found {
		var named struct {
			Public string `json:"public"`
		}
		if err := json.Unmarshal(b, &named); err != nil {
			return fmt.Errorf("the key it names cannot be read: %w", err)
		}
		key, err := note.NewVerifier(named.Public)
		if err != nil {
			return fmt.Errorf("the key it names cannot be read: %w", err)
		}
		v.keys = append(v.keys, introducedKey{key, named.Public, state.introducesAt})
	}
	if state.receipt && !state.found {
		r, err := readReceipt(b)
		if err != nil {
			return err
		}
		v.received = append(v.received, r)
	}
	if !state.found {
		v.Bodies++
	}
	state.found = true
	return nil
}

// leftOut: what lines name and the bundle has no body of is exactly what it says.
func (v *verifier) leftOut(context.Context) error {
	r, err := v.archive.open(LeftOutFile)
	if err != nil {
		return nil // told by files
	}
	defer r.Close() //nolint:errcheck // read only
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), " ")
		var digest Digest
		if digest.UnmarshalText([]byte(text)) != nil {
			v.problem(LeftOutFile, fmt.Sprintf("line %d: it begins with no digest", n))
			continue
		}
		state := v.bodies[digest]
		switch {
		case state == nil:
			v.problem(LeftOutFile, fmt.Sprintf("line %d: no line of the log names %s", n, digest))
		case state.found:
			v.problem(LeftOutFile, fmt.Sprintf("line %d: the body of %s is in the bundle", n, digest))
		default:
			state.listed = true
		}
	}
	if err := lines.Err(); err != nil {
		v.problem(LeftOutFile, unreadable(err).Error())
	}
	missing := 0
	var one Digest
	for digest, state := range v.bodies {
		switch {
		case state.found:
		case state.listed:
			v.LeftOut++
		default:
			if missing++; missing == 1 || digest.String() < one.String() {
				one = digest
			}
		}
	}
	if missing > 0 {
		v.problem(LeftOutFile, fmt.Sprintf("%d bodies that lines of the log name are neither in the bundle nor listed as left out; one is %s, of %s", missing, one, v.bodies[one].row))
	}
	return nil
}
