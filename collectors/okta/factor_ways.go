package okta

import "github.com/controlwatch/controlwatch/evidence"

// constraint is one of the alternatives a rule is content with; within one, its
// parts must all be satisfied. Source: schemas AccessPolicyConstraints,
// PossessionConstraint, whose documented default is OPTIONAL.
type constraint struct {
	Possession *struct {
		Required           *bool  `json:"required"` // documented default: true
		PhishingResistant  string `json:"phishingResistant"`
		HardwareProtection string `json:"hardwareProtection"`
		UserVerification   string `json:"userVerification"`
	} `json:"possession"`
}

func (c constraint) way() evidence.FactorWay {
	p := c.Possession
	if p == nil || p.Required != nil && !*p.Required {
		return evidence.FactorWay{Possession: new(false), PhishingResistant: new(false), HardwareProtected: new(false), UserVerified: new(false)}
	}
	return evidence.FactorWay{
		Possession:        new(true),
		PhishingResistant: required(p.PhishingResistant),
		HardwareProtected: required(p.HardwareProtection),
		UserVerified:      required(p.UserVerification),
	}
}

// required reads Okta's REQUIRED and OPTIONAL; nil for anything else.
func required(word string) *bool {
	switch word {
	case "REQUIRED":
		return new(true)
	case "OPTIONAL", "":
		return new(false)
	}
	return nil
}

// chain is a sequence of steps; at each, any one of its methods will do.
// Source: schemas AuthenticationMethodChain, AuthenticationMethod.
type chain struct {
	Methods []struct {
		Key                string `json:"key"`
		PhishingResistant  string `json:"phishingResistant"`
		HardwareProtection string `json:"hardwareProtection"`
		UserVerification   string `json:"userVerification"`
	} `json:"authenticationMethods"`
	Next []chain `json:"next"`
}

// knowledge are the authenticators that are something one knows.
var knowledge = map[string]bool{"okta_password": true, "security_question": true}

// chainsDemand: two factors are demanded where every chain has a step that only
// something known satisfies and one that only something else does. A demand on
// the kind of factor holds for a chain where one of its steps makes it of every method.
func chainsDemand(chains []chain) (mfa *bool, ways []evidence.FactorWay) {
	if len(chains) == 0 {
		return nil, nil
	}
	two := true
	ways = []evidence.FactorWay{}
	for _, c := range chains {
		var known, had bool
		way := evidence.FactorWay{Possession: new(false), PhishingResistant: new(false), HardwareProtected: new(false), UserVerified: new(false)}
		for step := &c; step != nil; step = step.next() {
			if len(step.Methods) == 0 || len(step.Next) > 1 {
				return nil, nil // not a form that is documented
			}
			all := methodsOf(step)
			known, had = known || all.known, had || all.had
			raise(way.Possession, all.had)
			raise(way.PhishingResistant, all.resistant)
			raise(way.HardwareProtected, all.hardware)
			raise(way.UserVerified, all.verified)
		}
		two = two && known && had
		ways = append(ways, way)
	}
	return &two, ways
}

func raise(b *bool, v bool) { *b = *b || v }

func (c *chain) next() *chain {
	if len(c.Next) == 0 {
		return nil
	}
	return &c.Next[0]
}

// demanded is what holds for every method of a step. A word that is not known
// counts as no demand.
type demanded struct{ known, had, resistant, hardware, verified bool }

func methodsOf(step *chain) demanded {
	d := demanded{true, true, true, true, true}
	for _, m := range step.Methods {
		d.known = d.known && knowledge[m.Key]
		d.had = d.had && m.Key != "" && !knowledge[m.Key]
		d.resistant = d.resistant && m.PhishingResistant == "REQUIRED"
		d.hardware = d.hardware && m.HardwareProtection == "REQUIRED"
		d.verified = d.verified && m.UserVerification == "REQUIRED"
	}
	return d
}
