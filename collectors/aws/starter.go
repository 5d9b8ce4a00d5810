package aws

import "github.com/controlwatch/controlwatch/collectors/connect"

var starter = []connect.StarterSetting{
	{
		Key: "profile", Comment: "Profile of the shared AWS configuration; left out, the default credential chain.", Optional: true, Example: "audit",
		Found: func(_ connect.Detected, env func(string) string) string { return env("AWS_PROFILE") },
	},
	{Key: "regions", Comment: "Regions to read; left out, every region enabled in the account.", List: true, Optional: true, Example: "eu-west-1, us-east-1"},
}
