package oscal

// Parts of a plan of action and milestones alone.
type (
	poamDocument struct {
		POAM poam `json:"plan-of-action-and-milestones"`
	}
	poam struct {
		UUID         string        `json:"uuid"`
		Metadata     Metadata      `json:"metadata"`
		SystemID     systemID      `json:"system-id"`
		Local        local         `json:"local-definitions"`
		Observations []Observation `json:"observations,omitempty"`
		Risks        []risk        `json:"risks,omitempty"`
		Findings     []Finding     `json:"findings,omitempty"`
		Items        []poamItem    `json:"poam-items"`
		BackMatter   BackMatter    `json:"back-matter"`
	}
	systemID struct {
		Type string `json:"identifier-type"`
		ID   string `json:"id"`
	}
	local struct {
		Components []Component     `json:"components"`
		Items      []InventoryItem `json:"inventory-items,omitempty"`
	}
	poamItem struct {
		UUID         string               `json:"uuid"`
		Title        string               `json:"title"`
		Description  string               `json:"description"`
		Props        []Prop               `json:"props,omitempty"`
		Origins      []Origin             `json:"origins,omitempty"`
		Findings     []RelatedFinding     `json:"related-findings,omitempty"`
		Observations []RelatedObservation `json:"related-observations,omitempty"`
		Risks        []RelatedRisk        `json:"related-risks,omitempty"`
		Remarks      string               `json:"remarks,omitempty"`
	}
	risk struct {
		UUID              string               `json:"uuid"`
		Title             string               `json:"title"`
		Description       string               `json:"description"`
		Statement         string               `json:"statement"`
		Props             []Prop               `json:"props,omitempty"`
		Links             []Link               `json:"links,omitempty"`
		Status            string               `json:"status"`
		Origins           []Origin             `json:"origins,omitempty"`
		Characterizations []characterization   `json:"characterizations,omitempty"`
		Mitigating        []mitigatingFactor   `json:"mitigating-factors,omitempty"`
		Deadline          string               `json:"deadline,omitempty"`
		Remediations      []response           `json:"remediations,omitempty"`
		Log               *riskLog             `json:"risk-log,omitempty"`
		Observations      []RelatedObservation `json:"related-observations,omitempty"`
	}
	characterization struct {
		Props  []Prop  `json:"props,omitempty"`
		Origin Origin  `json:"origin"`
		Facets []facet `json:"facets"`
	}
	facet struct {
		Name   string `json:"name"`
		System string `json:"system"`
		Value  string `json:"value"`
		Props  []Prop `json:"props,omitempty"`
	}
	mitigatingFactor struct {
		UUID        string `json:"uuid"`
		Description string `json:"description"`
		Props       []Prop `json:"props,omitempty"`
	}
	response struct {
		UUID        string   `json:"uuid"`
		Lifecycle   string   `json:"lifecycle"`
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Props       []Prop   `json:"props,omitempty"`
		Origins     []Origin `json:"origins,omitempty"`
		Tasks       []task   `json:"tasks,omitempty"`
		Remarks     string   `json:"remarks,omitempty"`
	}
	task struct {
		UUID         string       `json:"uuid"`
		Type         string       `json:"type"`
		Title        string       `json:"title"`
		Description  string       `json:"description,omitempty"`
		Props        []Prop       `json:"props,omitempty"`
		Timing       *timing      `json:"timing,omitempty"`
		Dependencies []dependency `json:"dependencies,omitempty"`
		Roles        []Parties    `json:"responsible-roles,omitempty"`
	}
	timing struct {
		On onDate `json:"on-date"`
	}
	onDate struct {
		Date string `json:"date"`
	}
	dependency struct {
		Task string `json:"task-uuid"`
	}
	riskLog struct {
		Entries []logEntry `json:"entries"`
	}
	logEntry struct {
		UUID        string     `json:"uuid"`
		Title       string     `json:"title"`
		Description string     `json:"description,omitempty"`
		Start       string     `json:"start"`
		Props       []Prop     `json:"props,omitempty"`
		LoggedBy    []loggedBy `json:"logged-by,omitempty"`
		Status      string     `json:"status-change,omitempty"`
	}
	loggedBy struct {
		Party string `json:"party-uuid"`
	}
)
