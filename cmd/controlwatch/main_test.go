package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

func TestMain(m *testing.M) {
	testscript.Main(unchanged{m}, map[string]func(){"controlwatch": main})
}

// unchanged runs the tests and fails if what all of them share, the shipped
// catalogue, is then not what it was.
type unchanged struct{ *testing.M }

func (u unchanged) Run() int {
	code := u.M.Run()
	shared, err := catalogue.Load()
	fresh, again := catalogue.Read(catalogue.Files())
	if err = errors.Join(err, again); err == nil && !reflect.DeepEqual(shared, fresh) {
		err = errors.New("a test, or what it tested, changed the shipped catalogue that all share")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
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
