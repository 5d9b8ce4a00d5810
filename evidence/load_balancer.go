package evidence

import "time"

var loadBalancerKind = KindInfo{Kind: "LoadBalancer", New: func() any { return new(LoadBalancer) }, Doc: "Something that takes connections and hands them on to what serves them."}

// LoadBalancer takes connections and hands them on to what serves them.
// aws: elasticloadbalancingv2:DescribeLoadBalancers
type LoadBalancer struct {
	CreatedAt      *time.Time `json:"created_at,omitzero"`
	Sort           *string    `json:"sort,omitzero"`            // application, network or gateway. aws: Type
	InternetFacing *bool      `json:"internet_facing,omitzero"` // aws: Scheme
	Network        *string    `json:"network,omitzero"`         // aws: VpcId
	// Listeners, sorted by port. aws: elasticloadbalancingv2:DescribeListeners
	Listeners []Listener `json:"listeners,omitzero"`
}

// Listener is a port at which a load balancer takes connections.
type Listener struct {
	ID       string `json:"id" seen:"always"`
	Protocol string `json:"protocol" seen:"always"` // HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE, QUIC …
	Port     int64  `json:"port" seen:"always"`     // 0: all, as gateways have it
	// TLSPolicy names the versions and ciphers it agrees to; empty: it does not end TLS. aws: SslPolicy
	TLSPolicy *string `json:"tls_policy,omitzero"`
	// OnlyRedirects: every rule answers with a redirect to HTTPS and nothing
	// else. aws: elasticloadbalancingv2:DescribeRules, of HTTP listeners
	OnlyRedirects *bool `json:"only_redirects,omitzero"`
}
