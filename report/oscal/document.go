package oscal

// Version is that of OSCAL; Namespace is of our properties, facets and identifiers.
const (
	Version   = "1.1.3"
	Namespace = "https://controlwatch.dev/ns/oscal"
)

// Parts that both kinds of document are made of, as far as we fill them.
type (
	// Metadata is what a document says of itself.
	Metadata struct {
		Title        string    `json:"title"`
		LastModified string    `json:"last-modified"`
		Version      string    `json:"version"`
		OSCALVersion string    `json:"oscal-version"`
		Props        []Prop    `json:"props,omitempty"`
		Roles        []Role    `json:"roles,omitempty"`
		Parties      []Party   `json:"parties,omitempty"`
		Responsible  []Parties `json:"responsible-parties,omitempty"`
		Remarks      string    `json:"remarks,omitempty"`
	}
	// Role is what a party can be responsible for.
	Role struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	// Party is a person or an organisation.
	Party struct {
		UUID    string `json:"uuid"`
		Type    string `json:"type"` // person or organization
		Name    string `json:"name,omitempty"`
		Props   []Prop `json:"props,omitempty"`
		Remarks string `json:"remarks,omitempty"`
	}
	// Parties have a role.
	Parties struct {
		Role  string   `json:"role-id"`
		UUIDs []string `json:"party-uuids,omitempty"`
	}
	// Prop is a property.
	Prop struct {
		Name    string `json:"name"`
		NS      string `json:"ns,omitempty"` // empty: OSCAL's own
		Value   string `json:"value"`
		Remarks string `json:"remarks,omitempty"`
	}
	// Link refers to something; "#" and a UUID is something in the document.
	Link struct {
		Href string `json:"href"`
		Rel  string `json:"rel,omitempty"`
		Text string `json:"text,omitempty"`
	}
	// Import is the document that another rests on.
	Import struct {
		Href string `json:"href"`
	}
	// BackMatter is what a document refers to.
	BackMatter struct {
		Resources []Resource `json:"resources"`
	}
	// Resource is one of those.
	Resource struct {
		UUID        string       `json:"uuid"`
		Title       string       `json:"title"`
		Description string       `json:"description"`
		Props       []Prop       `json:"props,omitempty"`
		IDs         []DocumentID `json:"document-ids,omitempty"`
	}
	// DocumentID is what a resource is called where it lies.
	DocumentID struct {
		Scheme string `json:"scheme,omitempty"`
		ID     string `json:"identifier"`
	}
	// Component is a part of what is looked at, or what looks.
	Component struct {
		UUID        string          `json:"uuid"`
		Type        string          `json:"type"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Props       []Prop          `json:"props,omitempty"`
		Status      ComponentStatus `json:"status"`
		Roles       []Parties       `json:"responsible-roles,omitempty"`
	}
	// ComponentStatus is whether a component runs.
	ComponentStatus struct {
		State   string `json:"state"`
		Remarks string `json:"remarks,omitempty"`
	}
	// InventoryItem is a resource of a provider.
	InventoryItem struct {
		UUID        string `json:"uuid"`
		Description string `json:"description"`
		Props       []Prop `json:"props,omitempty"`
	}
	// Subject is what an observation is about.
	Subject struct {
		UUID  string `json:"subject-uuid"`
		Type  string `json:"type"`
		Title string `json:"title,omitempty"`
	}
	// Origin is who or what says something.
	Origin struct {
		Actors []Actor `json:"actors"`
	}
	// Actor is a tool, by its component, or a party.
	Actor struct {
		Type string `json:"type"`
		UUID string `json:"actor-uuid"`
	}
	// Observation is what was looked at, and what it gave.
	Observation struct {
		UUID        string     `json:"uuid"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		Props       []Prop     `json:"props,omitempty"`
		Links       []Link     `json:"links,omitempty"`
		Methods     []string   `json:"methods"`
		Types       []string   `json:"types,omitempty"`
		Origins     []Origin   `json:"origins,omitempty"`
		Subjects    []Subject  `json:"subjects,omitempty"`
		Evidence    []Evidence `json:"relevant-evidence,omitempty"`
		Collected   string     `json:"collected"`
		Remarks     string     `json:"remarks,omitempty"`
	}
	// Evidence is where an observation can be looked up.
	Evidence struct {
		Href        string `json:"href,omitempty"`
		Description string `json:"description"`
	}
	// Finding is what observations come to, for one objective.
	Finding struct {
		UUID         string               `json:"uuid"`
		Title        string               `json:"title"`
		Description  string               `json:"description"`
		Props        []Prop               `json:"props,omitempty"`
		Origins      []Origin             `json:"origins,omitempty"`
		Target       Target               `json:"target"`
		Observations []RelatedObservation `json:"related-observations,omitempty"`
		Risks        []RelatedRisk        `json:"related-risks,omitempty"`
		Remarks      string               `json:"remarks,omitempty"`
	}
	// Target is the objective, and whether it is reached.
	Target struct {
		Type   string `json:"type"`
		ID     string `json:"target-id"`
		Title  string `json:"title,omitempty"`
		Status Status `json:"status"`
	}
	// Status is satisfied or not-satisfied, and why.
	Status struct {
		State   string `json:"state"`
		Reason  string `json:"reason"`
		Remarks string `json:"remarks,omitempty"`
	}
	// RelatedObservation refers to one.
	RelatedObservation struct {
		UUID string `json:"observation-uuid"`
	}
	// RelatedRisk refers to one.
	RelatedRisk struct {
		UUID string `json:"risk-uuid"`
	}
	// RelatedFinding refers to one.
	RelatedFinding struct {
		UUID string `json:"finding-uuid"`
	}
)
