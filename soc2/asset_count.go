package soc2

// AssetCounts counts what is known of a company's things. A kind of fact that is no
// thing of its own is not in it.
type AssetCounts struct {
	Assets       int            `json:"assets"`
	Systems      map[string]int `json:"systems"` // assets of each that has any; one may be in several
	Unscoped     int            `json:"unscoped"`
	Unowned      int            `json:"unowned"`
	Unclassified int            `json:"unclassified"` // that can hold data
}

// Add counts one asset.
func (c *AssetCounts) Add(a *Asset) {
	kind, ok := AssetKindOf(a.Resource.Kind)
	if !ok {
		return
	}
	if c.Systems == nil {
		c.Systems = map[string]int{}
	}
	c.Assets++
	for _, system := range a.Systems {
		c.Systems[system]++
	}
	for _, missing := range a.missing(kind) {
		switch missing {
		case MissingSystem:
			c.Unscoped++
		case MissingOwner:
			c.Unowned++
		case MissingClassification:
			c.Unclassified++
		}
	}
}

// Missing is what should be known of an asset and is not.
type Missing string

// What can be missing.
const (
	MissingSystem         Missing = "system"
	MissingOwner          Missing = "owner"
	MissingClassification Missing = "classification"
)

// Missing says what should be known of it and is not; nothing of what is no asset.
func (a Asset) Missing() []Missing {
	kind, ok := AssetKindOf(a.Resource.Kind)
	if !ok {
		return nil
	}
	return a.missing(kind)
}

func (a *Asset) missing(kind AssetKind) []Missing {
	var all []Missing
	if a.Unscoped() {
		all = append(all, MissingSystem)
	}
	if a.Owner == "" {
		all = append(all, MissingOwner)
	}
	if kind.Holds && len(a.Data) == 0 {
		all = append(all, MissingClassification)
	}
	return all
}
