package okta

import "github.com/controlwatch/controlwatch/collectors/connect"

var starter = []connect.StarterSetting{
	{
		Key: "org_url", Comment: "The org's own address, not that of its admin console.", Example: "https://acme.okta.com",
		Found: func(_ connect.Detected, env func(string) string) string {
			_, url := firstSet(env, urlVariables)
			return url
		},
	},
	{Key: "token", Comment: "An API token of a read-only administrator.", Secret: tokenVariables[0]},
}
