package evidence

var accessAnalyzerKind = KindInfo{Kind: "AccessAnalyzer", New: func() any { return new(AccessAnalyzer) }, Doc: "A provider's search for what outsiders can reach in one place, there or not."}

// AccessAnalyzer is a provider's service that finds resources open to outsiders,
// in one region or account. There is one for each place where it could be on, so
// that one that is missing can be seen.
type AccessAnalyzer struct {
	// Analyzers are those that exist. aws: accessanalyzer:ListAnalyzers
	Analyzers []Analyzer `json:"analyzers,omitzero"`
}

// Analyzer is one analysis that runs, or does not.
type Analyzer struct {
	Name   string `json:"name" seen:"always"`
	Type   string `json:"type" seen:"always"`   // ACCOUNT, ORGANIZATION, ACCOUNT_UNUSED_ACCESS …
	Status string `json:"status" seen:"always"` // ACTIVE, CREATING, DISABLED, FAILED
}
