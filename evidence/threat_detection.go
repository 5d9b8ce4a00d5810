package evidence

var threatDetectionKind = KindInfo{Kind: "ThreatDetection", New: func() any { return new(ThreatDetection) }, Doc: "A provider's detection of attacks or weak settings in one place, there or not."}

// ThreatDetection is a provider's service that watches for attacks or weak
// settings, in one region or account. There is one for each place where the
// service could be on, so that one that is off can be seen.
type ThreatDetection struct {
	// Enabled: it exists and is working. aws: guardduty:GetDetector Status of the
	// detector that guardduty:ListDetectors names; securityhub:DescribeHub answers
	Enabled *bool `json:"enabled,omitzero"`
	// Features are the sources it looks at. aws: guardduty:GetDetector Features
	Features []DetectionFeature `json:"features,omitzero"`
	// Standards are the rule sets it measures settings against.
	// aws: securityhub:GetEnabledStandards
	Standards []DetectionStandard `json:"standards,omitzero"`
}

// DetectionFeature is one source that threat detection looks at.
type DetectionFeature struct {
	Name    string `json:"name" seen:"always"` // the provider's word, such as "S3_DATA_EVENTS"
	Enabled bool   `json:"enabled" seen:"always"`
}

// DetectionStandard is one rule set that settings are measured against.
type DetectionStandard struct {
	ID     string `json:"id" seen:"always"`     // StandardsArn
	Status string `json:"status" seen:"always"` // StandardsStatus: READY, PENDING, INCOMPLETE, FAILED, DELETING
}
