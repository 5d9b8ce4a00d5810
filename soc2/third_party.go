package soc2

// ThirdParty is a company that systems send data to.
type ThirdParty struct {
	Name    string   `json:"name"`
	Purpose string   `json:"purpose,omitempty"`
	Hosts   []string `json:"hosts,omitempty"` // names it is reached by, with the wildcards of path.Match: "*.stripe.com"
}

// TagNames say which tags name an owner, an environment and a class of data. The
// first that is there wins. Tags place what is seen; they never take anything out.
type TagNames struct {
	Owner       []string `json:"owner,omitempty"`
	Environment []string `json:"environment,omitempty"`
	Data        []string `json:"data,omitempty"`
}

// DefaultTagNames are used where none are stated.
var DefaultTagNames = TagNames{
	Owner:       []string{"owner", "team"},
	Environment: []string{"environment", "env", "stage"},
	Data:        []string{"data-class", "data-classification", "classification"},
}

// orDefault fills in what is not stated.
func (n TagNames) orDefault() TagNames {
	if len(n.Owner) == 0 {
		n.Owner = DefaultTagNames.Owner
	}
	if len(n.Environment) == 0 {
		n.Environment = DefaultTagNames.Environment
	}
	if len(n.Data) == 0 {
		n.Data = DefaultTagNames.Data
	}
	return n
}
