package soc2

// Framework is a set of requirements besides the Trust Services Criteria that
// controls are mapped to.
type Framework struct {
	ID           string            `yaml:"-"`            // its key in a control's frameworks
	Name         string            `yaml:"name"`         // in full
	Short        string            `yaml:"short"`        // the head of a column
	Lists        string            `yaml:"lists"`        // what of it is listed
	Requirements map[string]string `yaml:"requirements"` // id to what it is about
}
