// Package catalogue holds what can be judged: the 61 criteria and one YAML file
// per control, embedded. Reading is strict: whatever would silently not be
// judged, or be judged differently than its author meant, is an error with file,
// line and column.
package catalogue
