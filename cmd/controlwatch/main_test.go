package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"controlwatch": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("CONTROLWATCH_UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN", "OKTA_ORG_URL", "OKTA_API_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
				env.Setenv(name, "")
			}
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("XDG_DATA_HOME", env.WorkDir+"/data")
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}
