package config

// Scope is what the audit is about. Its type and observation period are those of
// Period.
type Scope struct {
	Categories   []string       `yaml:"categories" json:"categories,omitempty" jsonschema:"enum=Security,enum=Availability,enum=Confidentiality,enum=Processing Integrity,enum=Privacy,description=Trust Services categories in scope. Security is mandatory and the default."`
	Profile      string         `yaml:"profile" json:"profile,omitempty" jsonschema:"enum=baseline,enum=growing,enum=established,description=How far the company has grown. Controls above it are judged and shown as advisory\\, and no criterion holds by them. Default: all are asked."`
	Audit        string         `yaml:"audit" json:"audit,omitempty" jsonschema:"description=Day the audit begins\\, such as 2027-01-15\\, after the last day of the period."`
	Systems      []System       `yaml:"systems" json:"systems,omitempty" jsonschema:"description=Parts of what is audited\\, with what they run on. What none of them claims is shown as unscoped."`
	Data         []DataClass    `yaml:"data" json:"data,omitempty" jsonschema:"description=Classes of data\\, each with one owner."`
	Commitments  []Commitment   `yaml:"commitments" json:"commitments,omitempty" jsonschema:"description=Promises to customers\\, and laws\\, that controls serve."`
	Teams        []Team         `yaml:"teams" json:"teams,omitempty" jsonschema:"description=Who answers together."`
	Owners       []OwnerRule    `yaml:"owners" json:"owners,omitempty" jsonschema:"description=Who answers for what is not owned otherwise. The first that applies wins."`
	ThirdParties []ThirdParty   `yaml:"third_parties" json:"third_parties,omitempty" jsonschema:"description=Companies that systems send data to."`
	Tags         TagNames       `yaml:"tags" json:"tags,omitzero" jsonschema:"description=Which tags say what. The first that is there wins."`
	Description  ScopeStatement `yaml:"description" json:"description,omitzero" jsonschema:"description=What a person supplies of the description of the system in the report."`
}

// System is a part of what is audited.
type System struct {
	ID          string          `yaml:"id" json:"id" jsonschema:"description=Lower-case words joined by hyphens\\, for ever."`
	Title       string          `yaml:"title" json:"title,omitempty"`
	Description string          `yaml:"description" json:"description,omitempty"`
	Owner       string          `yaml:"owner" json:"owner,omitempty" jsonschema:"description=Id of a team\\, a name of identities or an e-mail address. Without one: a gap."`
	Environment string          `yaml:"environment" json:"environment,omitempty" jsonschema:"enum=production,enum=staging,enum=development"`
	Data        []string        `yaml:"data" json:"data,omitempty" jsonschema:"description=Ids of classes of data that it holds. Without any: what can hold data is unclassified\\, which is a gap."`
	Uses        []string        `yaml:"uses" json:"uses,omitempty" jsonschema:"description=Ids of systems\\, and names of third parties\\, that it sends data to."`
	Select      []AssetSelector `yaml:"select" json:"select" jsonschema:"description=Any of them claims a resource."`
}

// AssetSelector picks resources for a system; all that is given must apply.
type AssetSelector struct {
	Provider string            `yaml:"provider" json:"provider,omitempty"`
	Account  string            `yaml:"account" json:"account,omitempty" jsonschema:"description=Account\\, organisation or tenant."`
	Region   string            `yaml:"region" json:"region,omitempty"`
	Type     string            `yaml:"type" json:"type,omitempty" jsonschema:"description=Type of the resource\\, such as aws.s3.bucket."`
	ID       string            `yaml:"id" json:"id,omitempty" jsonschema:"description=The provider's id. The wildcards * and ? stand for anything but a slash."`
	Name     string            `yaml:"name" json:"name,omitempty" jsonschema:"description=Name\\, with the same wildcards."`
	Path     string            `yaml:"path" json:"path,omitempty" jsonschema:"description=Repository\\, such as acme/payments-*\\, with everything in it; of what is in no repository the beginning of its name\\, by parts between slashes."`
	Tags     map[string]string `yaml:"tags" json:"tags,omitempty" jsonschema:"description=Tags that must all be there\\, with wildcards in their values. Topics of a repository are tags without a value."`
}

// DataClass is a kind of data.
type DataClass struct {
	ID    string   `yaml:"id" json:"id"`
	Level string   `yaml:"level" json:"level" jsonschema:"enum=public,enum=internal,enum=confidential,enum=restricted"`
	Holds []string `yaml:"holds" json:"holds,omitempty" jsonschema:"enum=pii,enum=phi,enum=cardholder,enum=financial,enum=ip,enum=credentials"`
	Owner string   `yaml:"owner" json:"owner" jsonschema:"description=The one who answers for it: id of a team\\, a name of identities or an e-mail address."`
}

// Commitment is a promise to customers, or a law.
type Commitment struct {
	ID       string   `yaml:"id" json:"id"`
	Text     string   `yaml:"text" json:"text"`
	Criteria []string `yaml:"criteria" json:"criteria" jsonschema:"description=Trust Services Criteria that it rests on\\, such as CC6.1."`
	Law      string   `yaml:"law" json:"law,omitempty" jsonschema:"description=Law or contract it comes from."`
}

// Team is who answers together.
type Team struct {
	ID      string   `yaml:"id" json:"id"`
	Title   string   `yaml:"title" json:"title,omitempty"`
	Members []string `yaml:"members" json:"members"`
	Contact string   `yaml:"contact" json:"contact,omitempty" jsonschema:"description=E-mail address or channel."`
}

// OwnerRule says who answers for what is not owned otherwise.
type OwnerRule struct {
	System   string   `yaml:"system" json:"system,omitempty"`
	Controls []string `yaml:"controls" json:"controls,omitempty"`
	Criteria []string `yaml:"criteria" json:"criteria,omitempty"`
	Owner    string   `yaml:"owner" json:"owner"`
}

// ThirdParty is a company that systems send data to.
type ThirdParty struct {
	Name    string   `yaml:"name" json:"name"`
	Purpose string   `yaml:"purpose" json:"purpose,omitempty"`
	Hosts   []string `yaml:"hosts" json:"hosts,omitempty" jsonschema:"description=Names it is reached by\\, such as *.stripe.com."`
}

// TagNames say which tags say what.
type TagNames struct {
	Owner       []string `yaml:"owner" json:"owner,omitempty" jsonschema:"description=Default owner and team."`
	Environment []string `yaml:"environment" json:"environment,omitempty" jsonschema:"description=Default environment\\, env and stage."`
	Data        []string `yaml:"data" json:"data,omitempty" jsonschema:"description=Default data-class\\, data-classification and classification."`
}
