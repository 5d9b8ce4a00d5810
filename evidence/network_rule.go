package evidence

var networkRuleKind = KindInfo{Kind: "NetworkRule", New: func() any { return new(NetworkRule) }, Doc: "A set of rules that lets traffic in and out of what it is attached to: a security group, a firewall rule."}

// NetworkRule is a set of rules that lets traffic in and out of what it is
// attached to. aws: a security group, ec2:DescribeSecurityGroups
type NetworkRule struct {
	Tags    map[string]string `json:"tags,omitzero"`
	Network *string           `json:"network,omitzero"` // id of the network it belongs to. aws: VpcId
	Default *bool             `json:"default,omitzero"` // what is attached to no other gets this one. aws: the group named "default"
	// Inbound are the rules for what comes in, sorted. aws: IpPermissions
	Inbound []TrafficRule `json:"inbound,omitzero"`
	// Outbound are the rules for what goes out, sorted. aws: IpPermissionsEgress
	Outbound []TrafficRule `json:"outbound,omitzero"`
	// InterfaceTypes are the sorts of network interfaces it is attached to,
	// sorted; empty: it is attached to nothing. aws: ec2:DescribeNetworkInterfaces InterfaceType
	InterfaceTypes []string `json:"interface_types,omitzero"`

	// Openings are what each inbound rule opens, in the order of Inbound. Derived.
	Openings []Opening `json:"openings,omitzero" derived:"true"`
}

// TrafficRule lets one sort of traffic through between here and one other side.
type TrafficRule struct {
	Protocol string `json:"protocol" seen:"always"`  // "tcp", "udp", "icmp", "icmpv6", a protocol's number, or "all"
	FromPort int64  `json:"from_port" seen:"always"` // first port; for ICMP its type; -1: any, or it has none
	ToPort   int64  `json:"to_port" seen:"always"`   // last port; for ICMP its code; -1: any, or it has none
	Peer     string `json:"peer" seen:"always"`      // the other side as the rule names it: a network, a prefix list, another group
	// Networks are the networks that Peer stands for, sorted: itself, or the
	// entries of a prefix list. Empty: it stands for none, as another group.
	// aws: ec2:GetManagedPrefixListEntries
	Networks []string `json:"networks,omitzero"`
}

// Opening is what one inbound rule opens to whom.
type Opening struct {
	FromPort int64 `json:"from_port" seen:"always"` // first TCP or UDP port; -1: none
	ToPort   int64 `json:"to_port" seen:"always"`   // last TCP or UDP port; -1: none
	Anyone   *bool `json:"anyone,omitzero"`         // its other side is the internet, or so large a part of it that it makes no difference
}
