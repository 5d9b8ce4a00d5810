package files

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// row is one fact of a set, or what is wrong with it.
type row struct {
	line     int // of CSV, XLSX and JSON lines; the place in a JSON list
	id, name string
	body     any
	err      error
}

// read gives every row of a set to each, in their order, until it returns an
// error. The error is what keeps the set from being read at all.
func (s set) read(in io.Reader, each func(row) error) error {
	switch s.Format {
	case "csv":
		return s.readCSV(in, each)
	case "xlsx":
		return s.readXLSX(in, each)
	case "jsonl":
		return s.readJSON(in, each)
	}
	return s.readList(in, each)
}

func (s set) readCSV(in io.Reader, each func(row) error) error {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("is empty; expected a header and rows below it")
	}
	if err != nil {
		return err
	}
	id, name, columns, err := s.plan(header)
	if err != nil {
		return err
	}
	info, _ := evidence.KindOf(s.Kind)
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := r.FieldPos(0)
			err = each(row{line: line, err: fmt.Errorf("has %d columns and the header %d", len(cells), len(header))})
			if err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		line, _ := r.FieldPos(0)
		got := row{line: line, id: strings.TrimSpace(cells[id]), body: info.New()}
		if name >= 0 {
			got.name = strings.TrimSpace(cells[name])
		}
		got.err = fill(reflect.ValueOf(got.body), columns, cells)
		if err := each(got); err != nil {
			return err
		}
	}
}

func fill(body reflect.Value, columns []column, cells []string) error {
	for _, c := range columns {
		cell := cells[c.index]
		if meant, ok := c.means[strings.ToLower(strings.TrimSpace(cell))]; ok {
			cell = meant
		}
		if err := put(body, c.at, cell); err != nil {
			return fmt.Errorf("%s: %w", c.field, err)
		}
	}
	return nil
}

// readJSON reads one object after the other.
func (s set) readJSON(in io.Reader, each func(row) error) error {
	d := json.NewDecoder(in)
	for line := 1; ; line++ {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("object %d: %w", line, err)
		}
		if err := each(s.object(line, raw)); err != nil {
			return err
		}
	}
}

// readList reads the objects of one list.
func (s set) readList(in io.Reader, each func(row) error) error {
	d := json.NewDecoder(in)
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("expected a JSON list of objects")
	}
	for line := 1; d.More(); line++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("object %d: %w", line, err)
		}
		if err := each(s.object(line, raw)); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("the list does not end")
	}
	if d.More() {
		return errors.New("something follows the list")
	}
	return nil
}

// object reads a row in the kind's own form with id and name beside the fields.
func (s set) object(line int, raw json.RawMessage) row {
	got := row{line: line}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		got.err = errors.New("is no object")
		return got
	}
	for key, into := range map[string]*string{"id": &got.id, "name": &got.name} {
		if text, ok := fields[key]; ok {
			if err := json.Unmarshal(text, into); err != nil {
				got.err = fmt.Errorf("%s: expected a text", key)
				return got
			}
			delete(fields, key)
		}
	}
	info, _ := evidence.KindOf(s.Kind)
	if err := refuseDerived(info.Type(), fields); err != nil {
		got.err = err
		return got
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		got.err = err
		return got
	}
	got.body = info.New()
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(got.body); err != nil {
		got.err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return got
}

// refuseDerived keeps out what is ours to conclude.
func refuseDerived(t reflect.Type, fields map[string]json.RawMessage) error {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Tag.Get("derived") != "true" {
			continue
		}
		for given := range fields {
			if strings.EqualFold(given, name) { // as the decoder reads it
				return fmt.Errorf("%s is derived from other fields and cannot be given", name)
			}
		}
	}
	return nil
}
