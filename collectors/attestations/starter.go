package attestations

import "github.com/controlwatch/controlwatch/collectors/connect"

var starter = []connect.StarterSetting{{
	Key: "directory", Comment: "Folder with a YAML file for each statement of a person; relative to this file.", Example: "attestations",
}}
