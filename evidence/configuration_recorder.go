package evidence

var configurationRecorderKind = KindInfo{Kind: "ConfigurationRecorder", New: func() any { return new(ConfigurationRecorder) }, Doc: "A provider's record of every configuration and its changes in one place, there or not."}

// ConfigurationRecorder is a provider's service that keeps each resource's
// configuration and every change to it, in one region or account. There is one
// for each place where it could be on, so that one that is missing can be seen.
type ConfigurationRecorder struct {
	Exists    *bool `json:"exists,omitzero"`    // aws: configservice:DescribeConfigurationRecorders, those of the customer
	Recording *bool `json:"recording,omitzero"` // aws: configservice:DescribeConfigurationRecorderStatus recording
	// AllTypes: every type of resource that the provider supports is recorded,
	// those in ExcludedTypes excepted. aws: recordingGroup
	AllTypes      *bool    `json:"all_types,omitzero"`
	ExcludedTypes []string `json:"excluded_types,omitzero"` // aws: recordingGroup exclusionByResourceTypes
	// GlobalTypes: what belongs to no region (users, groups, roles, policies) is recorded here.
	GlobalTypes *bool `json:"global_types,omitzero"`
	// LastStatus is the provider's word for the newest delivery of the record;
	// empty: none was made. aws: lastStatus Pending, Success, Failure, NotApplicable
	LastStatus *string `json:"last_status,omitzero"`
}
