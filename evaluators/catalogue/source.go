package catalogue

import "github.com/controlwatch/controlwatch/soc2"

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
