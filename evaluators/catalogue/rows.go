package catalogue

import (
	"encoding/csv"
	"fmt"
	"io/fs"

	"github.com/controlwatch/controlwatch/soc2"
)

// source is a control and the file it came from.
type source struct {
	*document
	control soc2.Control
}

// criteria are the criteria and the file they came from.
type criteria struct {
	*document
	list []soc2.Criterion
}

func (c criteria) has(id string) bool {
	for _, d := range c.list {
		if d.ID == id {
			return true
		}
	}
	return false
}

// rows reads the ids of a table: the first column, below a header.
func rows(fsys fs.FS, name string) (map[string]bool, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) < 2 || records[0][0] != "id" {
		return nil, fmt.Errorf("%s: expected a header whose first column is id, and rows below it", name)
	}
	ids := map[string]bool{}
	for i, r := range records[1:] {
		if ids[r[0]] {
			return nil, fmt.Errorf("%s: row %d: %q occurs twice", name, i+2, r[0])
		}
		ids[r[0]] = true
	}
	return ids, nil
}
