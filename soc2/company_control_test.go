package soc2_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

func imports(t require.TestingT, id string, after time.Duration, all ...soc2.CompanyControl) soc2.Recorded {
	body, err := soc2.CompanyControlsBody(all)
	require.NoError(t, err)
	return soc2.Recorded{ID: id, At: asked.Add(after), Kind: soc2.EntryCompanyControls, Subject: "m.csv", By: evidence.Actor{Name: "ada"}, Body: body}
}

func links(t require.TestingT, id string, after time.Duration, own soc2.CompanyControl, controls ...string) soc2.Recorded {
	body, err := soc2.ControlLinkBody(own, controls...)
	require.NoError(t, err)
	return soc2.Recorded{ID: id, At: asked.Add(after), Kind: soc2.EntryControlLink, Subject: own.ID, By: evidence.Actor{Name: "ada"}, Body: body}
}

func TestTheNewestImportCountsAndLinksStay(t *testing.T) {
	t.Parallel()
	a, b := soc2.CompanyControl{ID: "AC-1", Wording: "old", Controls: []string{"not its to say"}}, soc2.CompanyControl{ID: "AC-2", Wording: "two"}
	renamed := soc2.CompanyControl{ID: "ac-1", Wording: "new", Criteria: []string{"CC6.1"}}
	all := []soc2.Recorded{imports(t, "e1.0", 0, a, b), links(t, "e2.0", time.Minute, a, "mfa"), links(t, "e3.0", 2*time.Minute, b, "mfa"), imports(t, "e4.0", time.Hour, renamed)}

	c := soc2.ReadCompany(all[:1], asked.Add(24*time.Hour))
	require.Empty(t, c.Controls[0].Controls, "an import links nothing")
	c = soc2.ReadCompany(all, asked.Add(time.Minute))
	require.Equal(t, []string{"mfa"}, c.Controls[0].Controls)
	require.Empty(t, c.Controls[1].Controls)
	require.Equal(t, []soc2.CompanyChange{
		{ID: "ac-1", Change: "changed", Fields: []string{"id", "wording", "criteria"}, Linked: []string{"mfa"}},
		{ID: "AC-2", Change: "removed", Linked: []string{}},
	}, soc2.CompanyDiff(c, []soc2.CompanyControl{renamed}))
	c = soc2.ReadCompany(all, asked.Add(24*time.Hour))
	require.Equal(t, "e4.0", c.Import)
	require.Len(t, c.Testing("mfa"), 1)
	require.Equal(t, "AC-2", c.Orphans()[0].Own)
	link, _ := c.Link(" Ac-1")
	require.Equal(t, "old", link.Wording)

	unlinked := append(all, links(t, "e5.0", 2*time.Hour, renamed))
	require.Empty(t, soc2.ReadCompany(unlinked, asked.Add(24*time.Hour)).Testing("mfa"))

	// What cannot be read is named, and stands in for nothing.
	bad := imports(t, "e6.0", 3*time.Hour, a)
	for body, want := range map[string]string{
		`{"controls":[]}`: "e6.0: it holds no control", `{"controls":null,"more":1}`: "unknown field", `null`: "not a JSON object",
		`{"controls":[{"id":"A","wording":"w","criteria":[],"controls":["mfa"],"source":"s"}]}`:       "links itself",
		`{"controls":[{"id":"A","wording":"w","source":"s"},{"id":" a","wording":"w","source":"s"}]}`: "is there twice",
	} {
		bad.Body = json.RawMessage(body)
		c := soc2.ReadCompany(append(all, bad), asked.Add(24*time.Hour))
		require.Equal(t, "e4.0", c.Import)
		require.Len(t, c.Problems, 1)
		require.Contains(t, c.Problems[0], want)
		require.Empty(t, soc2.ReadCompany(append(all, bad, imports(t, "e7.0", 4*time.Hour, a)), asked.Add(24*time.Hour)).Problems)
	}
	lost := links(t, "e8.0", 3*time.Hour, renamed, "mfa")
	lost.Body = json.RawMessage(`{"control":"mfa"}`)
	c = soc2.ReadCompany(append(all, lost), asked.Add(24*time.Hour))
	require.Empty(t, c.Testing("mfa"), "nobody can say what it is linked to")
	require.Contains(t, c.Problems[0], "e8.0")
}

// Whatever is in an import comes back as it was, and differs from itself in nothing.
func TestAnImportComesBackAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []soc2.CompanyControl
		for i := range rapid.IntRange(1, 5).Draw(t, "n") {
			all = append(all, soc2.CompanyControl{
				ID: string(rune('A'+i)) + rapid.StringMatching(`[\w .<=é会-]{0,5}x`).Draw(t, "id"), Wording: "w" + rapid.String().Draw(t, "wording"),
				Owner: rapid.String().Draw(t, "owner"), Criteria: []string{"CC6.1"}, Controls: []string{}, Source: "s",
			})
		}
		c := soc2.ReadCompany([]soc2.Recorded{imports(t, "e1.0", 0, all...)}, asked)
		require.Empty(t, c.Problems)
		require.Equal(t, all, c.Controls)
		require.Empty(t, soc2.CompanyDiff(c, all))
	})
}

func TestAConclusionIsReadAsItWasRecorded(t *testing.T) {
	t.Parallel()
	level := 4
	body, err := soc2.DesignConclusion{Conclusion: soc2.DesignSuitable, Note: "n", Maturity: &level, Date: "2026-10-30"}.Body()
	require.NoError(t, err)
	r := soc2.Recorded{ID: "e1.0", At: asked, Kind: soc2.EntryDesignConclusion, Subject: "mfa", By: evidence.Actor{Name: "ada"}, Body: body}
	d := soc2.ReadDesignConclusion(r)
	require.Equal(t, soc2.DesignConclusion{ID: "e1.0", At: asked, Control: "mfa", Conclusion: "suitable", Note: "n", Maturity: &level, Date: "2026-10-30", By: "ada"}, d)
	for text, want := range map[string]string{
		`{"conclusion":"suitable","note":"of an older version"}`: "suitable",
		`{"conclusion":"suitably designed"}`:                     "suitably designed",
		`{"conclusion":"suitable","signature":{}}`:               "suitable",
		`{"conclusion":"suitable","maturity":9}`:                 soc2.DesignUnreadable,
		`{"conclusion":"suitable","maturity":-1}`:                soc2.DesignUnreadable,
		`{"conclusion":"suitable","date":"soon"}`:                soc2.DesignUnreadable,
		`{"conclusion":"suitable","reviewer":"x"}`:               soc2.DesignUnreadable,
		`{}`: soc2.DesignUnreadable,
	} {
		r.Body = json.RawMessage(text)
		require.Equal(t, want, soc2.ReadDesignConclusion(r).Conclusion, text)
	}
	for _, wrong := range []soc2.DesignConclusion{{}, {Conclusion: "effective"}, {Conclusion: "suitable", Date: "30.10.2026"}} {
		_, err := wrong.Body()
		require.Error(t, err)
	}
	older := soc2.DesignConclusion{Control: "AC-1", Conclusion: "not-suitable", Date: "2026-01-01"}
	last, found := soc2.LastConclusion([]soc2.DesignConclusion{d, older}, "mfa", soc2.Company{Controls: []soc2.CompanyControl{{ID: "AC-1", Controls: []string{"mfa"}}}})
	require.True(t, found)
	require.Equal(t, "suitable", last.Conclusion, "the newest by its day, not by its record")
}
