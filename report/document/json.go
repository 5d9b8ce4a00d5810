package document

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// JSON writes a kind's own value: programs get what the report is about, not its
// paragraphs. The value names its form in a field "schema".
func JSON(w io.Writer, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	var form struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(b, &form); err != nil || !strings.HasPrefix(form.Schema, "controlwatch.") {
		return fmt.Errorf("write JSON: %T does not name its schema", value)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
