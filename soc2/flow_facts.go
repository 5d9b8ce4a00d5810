package soc2

import (
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// Add looks at one fact, after derivation.
func (f *Flow) Add(fact evidence.Fact, a Asset) {
	label := fact.Resource.Label()
	switch b := fact.Body.(type) {
	case *evidence.LoadBalancer:
		f.fromInternet(&a, "requests", encryptedListeners(b.Listeners))
	case *evidence.Datastore:
		f.fromInternet(&a, "requests", b.TLSOnly)
		for _, with := range b.SharedWith {
			for _, system := range f.systems(&a) {
				f.edge(flowEdgeOf{system, f.outside(with, fact.Resource.Provider), "shared data", false}, a.Data, nil, label)
			}
		}
	case *evidence.Queue, *evidence.Workload:
		f.fromInternet(&a, "requests", nil)
	case *evidence.Webhook:
		f.webhook(b, &a, label)
	case *evidence.IdentityProvider:
		f.provider(b, &a, label)
	case *evidence.Application:
		f.application(b, fact.Resource)
	case *evidence.Role:
		f.role(b, &a, fact.Resource)
	}
}

// fromInternet notes that anybody reaches an asset. What was not seen to be exposed
// is no flow; the inventory shows it as not seen.
func (f *Flow) fromInternet(a *Asset, what string, encrypted *bool) {
	if a.Exposed == nil || !*a.Exposed {
		return
	}
	internet := f.node(FlowNode{ID: "internet", Kind: FlowInternet, Title: "The internet"})
	for _, system := range f.systems(a) {
		f.edge(flowEdgeOf{internet, system, what, false}, a.Data, encrypted, a.Resource.Label())
	}
}

// encryptedListeners says whether everything that a load balancer takes is
// encrypted. A listener that only sends callers to HTTPS takes nothing; of TCP and
// the like nobody can tell what is inside.
func encryptedListeners(all []evidence.Listener) *bool {
	if len(all) == 0 {
		return nil
	}
	encrypted := new(true)
	for _, l := range all {
		switch strings.ToUpper(l.Protocol) {
		case "HTTPS", "TLS", "QUIC":
		case "HTTP":
			switch {
			case l.OnlyRedirects == nil:
				encrypted = worstOf(encrypted, nil)
			case !*l.OnlyRedirects:
				return new(false)
			}
		default:
			encrypted = worstOf(encrypted, nil)
		}
	}
	return encrypted
}

// webhook sends what happens to a host. Whose certificate nobody checks, anybody
// between can read.
func (f *Flow) webhook(w *evidence.Webhook, a *Asset, label string) {
	if w.Active != nil && !*w.Active {
		return
	}
	to := f.hostOf(w.Target)
	encrypted := w.HTTPS
	if encrypted != nil && *encrypted {
		encrypted = w.CertificateChecked
	}
	for _, system := range f.systems(a) {
		f.edge(flowEdgeOf{system, to, "notices", false}, nil, encrypted, label)
	}
}

// hostOf is who is reached at an address; one that was not seen is somebody, too.
func (f *Flow) hostOf(address *string) string {
	if address == nil {
		return f.node(FlowNode{ID: "not seen", Kind: FlowParty, Title: "Somewhere that was not seen", Unstated: true})
	}
	_, host, found := strings.Cut(*address, "://")
	if !found {
		host = *address
	}
	host, _, _ = strings.Cut(host, ":")
	host, _, _ = strings.Cut(host, "/")
	return f.host(host)
}

func (f *Flow) provider(b *evidence.IdentityProvider, a *Asset, label string) {
	if b.Active != nil && !*b.Active {
		return
	}
	from := f.node(FlowNode{ID: "identity " + label, Kind: FlowIdentity, Title: label})
	for _, system := range f.systems(a) {
		f.edge(flowEdgeOf{from, system, "sign-in", false}, nil, nil, label)
	}
}

// application is one that people sign in to through an identity provider.
func (f *Flow) application(b *evidence.Application, r evidence.Resource) {
	if b.SignOn == nil || *b.SignOn == "" || b.Status != nil && *b.Status == "inactive" {
		return
	}
	from := f.node(FlowNode{ID: "identity " + r.Account, Kind: FlowIdentity, Title: r.Account})
	to, ok := f.named(r.Name)
	if !ok {
		to = f.node(FlowNode{ID: "applications " + r.Account, Kind: FlowApps, Title: "Applications of " + r.Account})
	}
	f.edge(flowEdgeOf{from, to, "sign-in", false}, nil, nil, r.Label())
}

// role is taken on by others: accounts outside, and jobs of pipelines.
func (f *Flow) role(b *evidence.Role, a *Asset, r evidence.Resource) {
	for _, o := range b.Outside {
		if o.OwnOrganization != nil && *o.OwnOrganization {
			continue
		}
		for _, system := range f.systems(a) {
			f.edge(flowEdgeOf{f.outside(o.Account, r.Provider), system, "rights", false}, nil, nil, r.Label())
		}
	}
	for _, p := range b.Pipelines {
		from := f.node(FlowNode{ID: "identity " + p.Issuer, Kind: FlowIdentity, Title: p.Issuer})
		for _, system := range f.systems(a) {
			f.edge(flowEdgeOf{from, system, "sign-in", false}, nil, nil, r.Label())
		}
	}
}

// outside is somebody else's account; "all" is anybody's.
func (f *Flow) outside(account, provider string) string {
	if account == "all" || account == "*" {
		return f.node(FlowNode{ID: "internet", Kind: FlowInternet, Title: "The internet"})
	}
	return f.party(provider+" account "+account, true)
}
