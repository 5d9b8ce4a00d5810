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

var asked = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func word(of, by string, yes bool, after time.Duration) soc2.SignOff {
	return soc2.SignOff{ID: "e9.0", Of: of, Yes: yes, By: evidence.Actor{Name: by}, At: asked.Add(after)}
}

func TestASignOffCountsFromWhenItIsGiven(t *testing.T) {
	t.Parallel()
	var all soc2.SignOffs
	all.Add(word("e1.0", "grace", true, time.Hour))
	for at, want := range map[time.Duration]soc2.Consent{
		0: soc2.Requested, time.Hour - 1: soc2.Requested, time.Hour: soc2.Approved, 24 * time.Hour: soc2.Approved,
	} {
		consent, _ := all.Of("e1.0", asked.Add(at), "ada")
		require.Equal(t, want, consent, at)
	}
	consent, _ := all.Of("e2.0", asked.Add(time.Hour), "ada")
	require.Equal(t, soc2.Requested, consent, "of another record")
}

func TestOnlyTheFirstWordOfAnotherPersonCounts(t *testing.T) {
	t.Parallel()
	var all soc2.SignOffs
	for i, name := range []string{"ada", " ADA ", "Ａda", "a\u200bda"} { // wide letters, and a space that is not seen
		all.Add(word("e1.0", name, true, time.Duration(i)*time.Minute))
	}
	all.Add(soc2.SignOff{Of: "e1.0", Yes: true, By: evidence.Program, At: asked})
	consent, _ := all.Of("e1.0", asked.Add(time.Hour), "Ada")
	require.Equal(t, soc2.Requested, consent)

	all.Add(word("e1.0", "grace", false, 10*time.Minute))
	all.Add(word("e1.0", "joan", true, 20*time.Minute))
	consent, by := all.Of("e1.0", asked.Add(time.Hour), "Ada")
	require.Equal(t, soc2.Refused, consent)
	require.Equal(t, "grace", by.By.Name)

	alias := soc2.SignOffs{Same: func(a, b string) bool { return a == "ada@acme.example" && b == "Ada" }}
	alias.Add(word("e1.0", "ada@acme.example", true, 0))
	consent, _ = alias.Of("e1.0", asked.Add(time.Hour), "Ada")
	require.Equal(t, soc2.Requested, consent)
}

func TestWhoCannotSignOff(t *testing.T) {
	t.Parallel()
	request := soc2.Recorded{ID: "e1.0", Kind: "plan", By: evidence.Actor{Name: "Ada"}, At: asked}
	var none, done soc2.SignOffs
	done.Add(word("e1.0", "grace", true, time.Minute))
	at := asked.Add(time.Hour)
	require.NoError(t, none.Refusal(request, "grace", at))
	require.ErrorContains(t, none.Refusal(request, "ADA ", at), "another must approve")
	require.ErrorContains(t, none.Refusal(request, " ", at), "who signs it off")
	require.ErrorContains(t, done.Refusal(request, "joan", at), "was approved already, by grace on 2026-11-02T09:01:00Z")
	request.Kind = "sample"
	require.ErrorContains(t, none.Refusal(request, "grace", at), "nobody signs off")
}

func TestASignOffIsReadStrictly(t *testing.T) {
	t.Parallel()
	r := soc2.Recorded{ID: "e9.0", Kind: soc2.EntrySignOff, Subject: "e1.0", By: evidence.Actor{Name: "grace"}, At: asked}
	for body, want := range map[string]string{
		`{}`:                            "neither yes nor no",
		`{"yes":null}`:                  "neither yes nor no",
		`{"yes":true,"until":"never"}`:  `unknown field "until"`,
		`{"yes":"true"}`:                "cannot be read",
		`[]`:                            "not a JSON object",
		`null`:                          "not a JSON object",
		`{"yes":true,"signature":{}}`:   "",
		`{"yes":false,"note":"<b> ü"}`:  "",
		`{"yes":true} {"yes":false}`:    "not a JSON object",
		`{"yes":true,"note":{"a":"b"}}`: "cannot be read",
	} {
		r.Body = json.RawMessage(body)
		_, err := soc2.ReadSignOff(r)
		if want == "" {
			require.NoError(t, err, body)
			continue
		}
		require.ErrorContains(t, err, want, body)
		require.ErrorContains(t, err, "e9.0", body)
	}
	rapid.Check(t, func(t *rapid.T) {
		o := soc2.SignOff{ID: "e9.0", Of: "e1.0", Yes: rapid.Bool().Draw(t, "yes"), By: r.By, At: asked, Note: rapid.String().Draw(t, "note")}
		body, err := o.Body()
		require.NoError(t, err)
		r := r
		r.Body = body
		again, err := soc2.ReadSignOff(r)
		require.NoError(t, err)
		require.Equal(t, o, again)
	})
}
