package catalogue_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
)

func TestTheOrderOfControls(t *testing.T) {
	t.Parallel()
	const rehearsed, signIns = "controls/cc7/plans-are-rehearsed.yaml", "controls/cc6/sign-ins-are-strong.yaml"
	for name, c := range map[string]struct {
		after map[string]string
		wrong string
	}{
		"one after the other":               {map[string]string{rehearsed: "sign-ins-are-strong"}, ""},
		"each after the other":              {map[string]string{rehearsed: "sign-ins-are-strong", signIns: "plans-are-rehearsed"}, "after: it would come after itself: plans-are-rehearsed after sign-ins-are-strong after plans-are-rehearsed"},
		"after itself":                      {map[string]string{rehearsed: "plans-are-rehearsed"}, "after: it would come after itself: plans-are-rehearsed after plans-are-rehearsed"},
		"after one that there is not":       {map[string]string{rehearsed: "signs-are-strong"}, `after: there is no control "signs-are-strong"`},
		"after one twice":                   {map[string]string{rehearsed: "sign-ins-are-strong, sign-ins-are-strong"}, "after: sign-ins-are-strong is listed twice"},
		"after one that only ships with us": {map[string]string{rehearsed: "backups-are-made"}, `after: there is no control "backups-are-made"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := whole(t)
			for file, ids := range c.after {
				text := strings.Replace(string(files[file].Data), "criteria:", "after: ["+ids+"]\ncriteria:", 1)
				files[file] = &fstest.MapFile{Data: []byte(text)}
			}
			delete(files, "manual.csv")
			files["manual.csv"] = &fstest.MapFile{Data: []byte("id,title\nman-1,One\n")}
			_, err := catalogue.Read(files)
			if c.wrong == "" {
				if err != nil {
					require.NotContains(t, err.Error(), "after")
				}
				return
			}
			require.ErrorContains(t, err, c.wrong)
		})
	}
}

// A user's own control may come after one that ships with the program.
func TestAUsersControlComesAfterAShippedOne(t *testing.T) {
	t.Parallel()
	text := strings.Replace(attested, "criteria:", "after: [backups-are-made]\ncriteria:", 1)
	_, err := catalogue.Read(fstest.MapFS{"plans-are-rehearsed.yaml": {Data: []byte(text)}})
	if err != nil {
		require.NotContains(t, err.Error(), "after")
	}
}
