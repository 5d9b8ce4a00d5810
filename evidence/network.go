package evidence

var networkKind = KindInfo{Kind: "Network", New: func() any { return new(Network) }, Doc: "A private network in which systems are reached."}

// Network is a private network in which systems are reached: a VPC.
type Network struct {
	Default *bool `json:"default,omitzero"` // the provider made it with the account. aws: ec2:DescribeVpcs isDefault
	// InUse: something is connected to it. aws: ec2:DescribeNetworkInterfaces finds any
	InUse *bool `json:"in_use,omitzero"`
	// FlowLogs are the records of connections of the whole network; those of a
	// part of it are not among them. aws: ec2:DescribeFlowLogs
	FlowLogs []FlowLog `json:"flow_logs,omitzero"`
}

// FlowLog is one record of a network's connections.
type FlowLog struct {
	ID          string `json:"id" seen:"always"`
	Status      string `json:"status" seen:"always"`      // FlowLogStatus: ACTIVE
	Traffic     string `json:"traffic" seen:"always"`     // TrafficType: ALL, ACCEPT, REJECT
	Delivery    string `json:"delivery" seen:"always"`    // DeliverLogsStatus: SUCCESS, FAILED; empty: nothing was delivered yet
	Destination string `json:"destination" seen:"always"` // LogDestination, or the log group's name
}
