package github

import (
	"strings"

	"github.com/controlwatch/controlwatch/collectors/connect"
)

var starter = []connect.StarterSetting{
	{
		Key: "organizations", Comment: "Logins of the organisations to read.", List: true, Example: "acme-robotics",
		Found: func(d connect.Detected, env func(string) string) string {
			if named := organizationsIn(env); len(named) > 0 {
				return strings.Join(named, ", ")
			}
			var logins []string
			for _, s := range d.Found {
				if login := s.Scope.Account; login != unknownOrganization {
					logins = append(logins, login)
				}
			}
			return strings.Join(logins, ", ")
		},
	},
	{Key: "token", Comment: "A personal access token of an organisation owner.", Secret: "GITHUB_TOKEN"},
}
