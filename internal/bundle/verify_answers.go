package bundle

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// itemsOf notes the items that an answer names. A request names none.
func (v *verifier) itemsOf(document []byte) error {
	var answer struct {
		Items []Digest `json:"items"`
	}
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("it is no answer: %w", err)
	}
	for _, d := range answer.Items {
		v.items[d] = v.items[d] || false
	}
	return nil
}

// itemFiles: the items of answers are those that the answers name, all of them.
func (v *verifier) itemFiles(ctx context.Context) error {
	for _, f := range v.archive.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !strings.HasPrefix(f.Name, itemsFolder) {
			continue
		}
		if err := v.itemsIn(f.Name); err != nil {
			v.problem(f.Name, err.Error())
		}
	}
	missing := 0
	var one Digest
	for d, found := range v.items {
		if found {
			continue
		}
		if missing++; missing == 1 || d.String() < one.String() {
			one = d
		}
	}
	if missing > 0 {
		v.problem(itemsFolder, fmt.Sprintf("%d items that answers name are missing; one is %s", missing, one))
	}
	return nil
}

func (v *verifier) itemsIn(name string) (err error) {
	r, err := v.archive.open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), bodyLineLongest)
	for n := 1; lines.Scan(); n++ {
		packed, _, err := readPacked(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		d := Digest(sha256.Sum256(packed))
		found, named := v.items[d]
		switch {
		case !named:
			return fmt.Errorf("line %d: no answer names an item of digest %s: it was altered or added", n, d)
		case found:
			return fmt.Errorf("line %d: the item %s is there twice", n, d)
		}
		v.items[d] = true
		v.Items++
	}
	if err := lines.Err(); err != nil {
		return unreadable(err)
	}
	return nil
}
