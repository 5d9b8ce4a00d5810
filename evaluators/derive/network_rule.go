package derive

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

var networkRuleRule = rule{kind: "NetworkRule", apply: func(_ *world, s *subject) {
	n, ok := s.Body.(*evidence.NetworkRule)
	if !ok {
		return
	}
	n.Openings = nil
	if n.Inbound == nil {
		s.miss("openings", sight.Holes(s.Fact, "inbound"))
		return
	}
	n.Openings = []evidence.Opening{}
	for i, r := range n.Inbound {
		o := opened(r)
		o.Anyone = s.set(fmt.Sprintf("openings[%d].anyone", i), anyone(s, i, r))
		n.Openings = append(n.Openings, o)
	}
}}

// opened are the TCP and UDP ports of a rule. Of other protocols only "all"
// holds any. Source: EC2 API reference, IpPermission.
func opened(r evidence.TrafficRule) evidence.Opening {
	switch r.Protocol {
	case "all":
		return evidence.Opening{FromPort: 0, ToPort: 65535}
	case "tcp", "udp":
		if r.FromPort < 0 || r.ToPort < 0 { // -1 stands for any
			return evidence.Opening{FromPort: 0, ToPort: 65535}
		}
		return evidence.Opening{FromPort: r.FromPort, ToPort: r.ToPort}
	}
	return evidence.Opening{FromPort: -1, ToPort: -1}
}

func anyone(s *subject, i int, r evidence.TrafficRule) truth {
	if r.Networks == nil {
		return unseen(sight.Holes(s.Fact, fmt.Sprintf("inbound[%d].networks", i))...)
	}
	all := []truth{}
	for _, n := range r.Networks {
		all = append(all, internet(i, n))
	}
	return or(all...)
}

// internet says whether a network is the internet, or so large a part of it that
// a few such rules let everybody in: 0.0.0.0/0 is as often written as its two
// halves. The limits are those of narrowNetwork; addresses that are not routed
// on the internet do not count, however many they are.
func internet(i int, network string) truth {
	p, err := netip.ParsePrefix(network)
	if err != nil {
		return unseen(evidence.Hole{Field: fmt.Sprintf("inbound[%d].networks", i), Reason: evidence.ProviderError, Detail: "not a network"})
	}
	return definite(!narrowNetwork(network) && !unrouted(p))
}

// notRouted are the networks that no packet from the internet comes from.
// Source: IANA special-purpose address registries for IPv4 and IPv6.
var notRouted = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("224.0.0.0/3"), // multicast and reserved
	netip.MustParsePrefix("fc00::/7"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}

func unrouted(p netip.Prefix) bool {
	return slices.ContainsFunc(notRouted, func(n netip.Prefix) bool { return n.Bits() <= p.Bits() && n.Contains(p.Addr()) })
}
