// Package collectors lists the providers and runs what they plan. It turns
// every failure of a provider into a hole, so that one failing thing costs that
// thing only, and knows no provider's details.
package collectors

import (
	"github.com/controlwatch/controlwatch/collectors/attestations"
	"github.com/controlwatch/controlwatch/collectors/aws"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/files"
	"github.com/controlwatch/controlwatch/collectors/github"
	"github.com/controlwatch/controlwatch/collectors/okta"
)

// Providers lists every provider. A new one is a folder of its own and a line here.
var Providers = []connect.Provider{
	aws.Provider,
	github.Provider,
	okta.Provider,
	attestations.Provider,
	files.Provider,
}
