package aws

import "github.com/controlwatch/controlwatch/evidence"

// regionResource is what stands for a service in a region whether it is on there
// or not: what is absent has no id of its own at AWS.
func regionResource(s session, kind evidence.Kind, typ, service, title string) evidence.Resource {
	return evidence.Resource{
		Provider: "aws", Account: s.account, Region: s.region, Kind: kind, Type: typ,
		ID: service + "/" + s.account + "/" + s.region, Name: title + " in " + s.region,
	}
}
