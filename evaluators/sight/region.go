package sight

import "github.com/controlwatch/controlwatch/evidence"

// In says why not every resource of a kind in one region of an account is known.
// Lists that are not of a region count for every region. Lists of other regions
// do not count: where nobody looked into this one, that is the hole.
func (v *Sight) In(provider, accountID, region string, kind evidence.Kind) []evidence.Hole {
	var holes []evidence.Hole
	listed := false
	for _, p := range v.kinds[account{provider, accountID, kind}] {
		here, of := v.typeIn(p, region)
		listed = listed || here
		holes = append(holes, of...)
	}
	if !listed {
		return []evidence.Hole{notListed("any "+string(kind), region)}
	}
	return holes
}

// TypeIn is In for one type of resource.
func (v *Sight) TypeIn(provider, accountID, region, typ string) []evidence.Hole {
	listed, holes := v.typeIn(population{provider, accountID, typ}, region)
	if !listed {
		return []evidence.Hole{notListed(typ, region)}
	}
	return holes
}

func (v *Sight) typeIn(p population, region string) (listed bool, holes []evidence.Hole) {
	for _, f := range v.feeds[p] {
		if at := f.ID.Scope.Region; at != "" && at != region {
			continue
		}
		listed = true
		if h, ok := f.HoleAt(p.typ, v.at); ok {
			holes = append(holes, h)
		}
	}
	return listed, holes
}

func notListed(what, region string) evidence.Hole {
	return evidence.Hole{Reason: evidence.NotCollected, Detail: "no feed lists " + what + " in " + region, NeverSeen: true}
}
