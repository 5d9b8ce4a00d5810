package soc2

import "github.com/controlwatch/controlwatch/evidence"

// exposed says whether the internet can reach a thing, from what is derived of it.
// Nil: not seen, or its kind cannot tell.
func exposed(body any) *bool {
	switch b := body.(type) {
	case *evidence.Datastore:
		return b.Public
	case *evidence.Queue:
		return b.Public
	case *evidence.EncryptionKey:
		return b.Public
	case *evidence.LoadBalancer:
		return b.InternetFacing
	case *evidence.NetworkRule:
		return opensToAnyone(b)
	case *evidence.Repository:
		if b.Visibility != nil {
			return new(*b.Visibility == "public")
		}
	case *evidence.Workload:
		// A function has no address of its own, and a machine cannot be called by name.
		if b.Public != nil {
			return b.Public
		}
		if b.PublicAddress != nil {
			return new(*b.PublicAddress != "")
		}
	}
	return nil
}

func opensToAnyone(r *evidence.NetworkRule) *bool {
	if r.InterfaceTypes != nil && len(r.InterfaceTypes) == 0 {
		return new(false) // attached to nothing
	}
	if r.Openings == nil {
		return nil
	}
	unseen := false
	for _, o := range r.Openings {
		if o.Anyone == nil {
			unseen = true
		} else if *o.Anyone {
			return new(true)
		}
	}
	if unseen {
		return nil
	}
	return new(false)
}

// privileged says whether a thing administers others. Nil: not seen, or its kind
// cannot tell.
func privileged(body any) *bool {
	switch b := body.(type) {
	case *evidence.User:
		return b.Admin
	case *evidence.Role:
		return b.Admin
	case *evidence.Policy:
		return b.Admin
	case *evidence.AccessKey:
		if b.Owner != nil {
			return b.Owner.SuperAdministrator
		}
	}
	return nil
}
