package soc2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// Recorded is a record of the log as what it means is read from it.
type Recorded struct {
	ID      string
	At      time.Time
	Kind    string
	Subject string
	By      evidence.Actor
	Body    json.RawMessage
}

// Decode reads the body strictly: what this version does not know may bear on what
// was meant. A signature in it, which others check, is left aside.
func (r Recorded) Decode(into any) error {
	wrong := func(err error) error { return fmt.Errorf("%s %s cannot be read: %w", r.Kind, r.ID, err) }
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(r.Body, &fields); err != nil || fields == nil {
		return wrong(errors.New("its body is not a JSON object"))
	}
	body := []byte(r.Body)
	if _, signed := fields["signature"]; signed {
		delete(fields, "signature")
		var err error
		if body, err = json.Marshal(fields); err != nil {
			return wrong(err)
		}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return wrong(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrong(errors.New("there is something after it"))
	}
	return nil
}
