package evidence

// PolicyDocument is an AWS resource or identity policy, kept as structure: what
// it means is derived later. Every "string or list" of the JSON form is a list
// here. Nothing in it is unseen once the document was read.
// Source: IAM JSON policy elements reference.
type PolicyDocument struct {
	Absent     bool              `json:"absent,omitempty" seen:"always"` // read, and there is none
	Statements []PolicyStatement `json:"statements,omitempty" seen:"always"`
}

// PolicyStatement is one statement of a policy.
type PolicyStatement struct {
	Sid          string                         `json:"sid,omitempty" seen:"always"`
	Effect       string                         `json:"effect" seen:"always"`              // Allow or Deny
	Principal    map[string][]string            `json:"principal,omitempty" seen:"always"` // type to values; "*" is {"*": ["*"]}
	NotPrincipal map[string][]string            `json:"not_principal,omitempty" seen:"always"`
	Action       []string                       `json:"action,omitempty" seen:"always"`
	NotAction    []string                       `json:"not_action,omitempty" seen:"always"`
	Resource     []string                       `json:"resource,omitempty" seen:"always"`
	NotResource  []string                       `json:"not_resource,omitempty" seen:"always"`
	Condition    map[string]map[string][]string `json:"condition,omitempty" seen:"always"` // operator to key to values
}
