package outbound

import "net/netip"

// permitted says whether an address may be connected to. Where IPv6 carries an
// IPv4 address (mapped, NAT64, 6to4), both must be.
func permitted(a netip.Addr, private bool) error {
	if a.Zone() != "" {
		return ErrNever // only what is link-local has one
	}
	a = a.Unmap()
	if a == netip.IPv6Loopback() { // lies in a network that is refused for the rest of it
		if private {
			return nil
		}
		return ErrInside
	}
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast(), within(a, never):
		return ErrNever
	case (a.IsLoopback() || a.IsPrivate() || within(a, inside)) && !private:
		return ErrInside
	}
	if carried, ok := carriedIPv4(a); ok {
		return permitted(carried, private)
	}
	return nil
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// never are networks that no receiver is in, by the IANA registries of special
// addresses, and the metadata services of clouds that are not link-local.
var never = networks(
	"0.0.0.0/8", "240.0.0.0/4", // this network; reserved and broadcast
	"192.0.0.0/24",       // protocol assignments; Oracle's metadata service
	"100.100.100.200/32", // Alibaba's
	"168.63.129.16/32",   // Azure's own services
	"fd00:ec2::/32",      // AWS's
	"fd20:ce::/32",       // Google's
	"::/96",              // IPv4-compatible, retired
	"100::/64",           // discard-only
	"2001::/32",          // Teredo
)

// inside are networks of one's own besides those that net/netip knows as private.
var inside = networks(
	"100.64.0.0/10",                                     // shared by carriers
	"198.18.0.0/15",                                     // benchmarks
	"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
	"2001:db8::/32", "3fff::/20", // documentation
	"64:ff9b:1::/48", // NAT64 of one's own
	"fec0::/10",      // site-local, retired
	"5f00::/16",      // segment routing
)

func networks(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, n := range all {
		out = append(out, netip.MustParsePrefix(n))
	}
	return out
}

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixToIV = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

func carriedIPv4(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() {
		return netip.Addr{}, false
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToIV.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}
