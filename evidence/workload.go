package evidence

import "time"

var workloadKind = KindInfo{Kind: "Workload", New: func() any { return new(Workload) }, Doc: "Something that runs code: a virtual machine, a function."}

// Workload is something that runs code: a virtual machine, a function.
type Workload struct {
	CreatedAt *time.Time        `json:"created_at,omitzero"` // aws: ec2 LaunchTime, which a start after a stop renews
	Tags      map[string]string `json:"tags,omitzero"`
	Running   *bool             `json:"running,omitzero"`  // aws: ec2 State is running
	Identity  *string           `json:"identity,omitzero"` // as whom it acts; empty: as nobody. aws: instance profile, Role of a function
	Network   *string           `json:"network,omitzero"`  // private network it is in; empty: none. aws: VpcId
	// PublicAddress on the internet; empty: none. aws: ec2 PublicIpAddress
	PublicAddress  *string  `json:"public_address,omitzero"`
	SecurityGroups []string `json:"security_groups,omitzero"` // ids, sorted

	Metadata   *InstanceMetadata `json:"metadata,omitzero"`
	Management *Management       `json:"management,omitzero"`
	Patching   *Patching         `json:"patching,omitzero"`
	Lambda     *LambdaFunction   `json:"lambda,omitzero"`

	// Public: anyone on the internet may call it. Derived for functions.
	Public *bool `json:"public,omitzero" derived:"true"`
}

// InstanceMetadata is the service that gives what runs on a machine its
// settings and credentials. aws: ec2:DescribeInstances MetadataOptions
type InstanceMetadata struct {
	Enabled  *bool  `json:"enabled,omitzero"`   // HttpEndpoint
	Tokens   *bool  `json:"tokens,omitzero"`    // every request needs a session token: HttpTokens is required
	HopLimit *int64 `json:"hop_limit,omitzero"` // HttpPutResponseHopLimit
}

// Management is by a system that inventories machines and can patch them.
// aws: ssm:DescribeInstanceInformation
type Management struct {
	Managed  *bool   `json:"managed,omitzero"`   // the system knows it
	Online   *bool   `json:"online,omitzero"`    // it answers now. aws: PingStatus is Online
	LastSeen *Moment `json:"last_seen,omitzero"` // volatile, by day. aws: LastPingDateTime
}

// Patching is what the last search for missing patches found.
// aws: ssm:DescribeInstancePatchStates
type Patching struct {
	ScannedAt *Moment `json:"scanned_at,omitzero"` // volatile, by day. aws: OperationEndTime
	// Patches that the machine's own baseline demands and that are not in effect,
	// rated critical there, or security updates. Unseen where nobody ever searched.
	MissingCritical *int64 `json:"missing_critical,omitzero"` // aws: CriticalNonCompliantCount
	MissingSecurity *int64 `json:"missing_security,omitzero"` // aws: SecurityNonCompliantCount
}

// LambdaFunction is what only Lambda has.
type LambdaFunction struct {
	Runtime *string         `json:"runtime,omitzero"` // lambda:ListFunctions; empty: in its image
	Policy  *PolicyDocument `json:"policy,omitzero"`  // lambda:GetPolicy, of the function itself
	URLs    []FunctionURL   `json:"urls,omitzero"`    // lambda:ListFunctionUrlConfigs, of the function and its aliases
}

// FunctionURL is an address on the internet at which a function answers.
type FunctionURL struct {
	Function string `json:"function" seen:"always"`  // ARN of the function or alias
	AuthType string `json:"auth_type" seen:"always"` // AWS_IAM or NONE
}
