package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// Act reads a record, of whatever kind: those that this version does not know are
// shown by kind, subject and actor.
func Act(e store.Entry) soc2.Act {
	act := soc2.Act{ID: e.ID, At: e.At, Kind: e.Kind, Subject: e.Subject, Actor: e.Actor}
	var body Body
	if !ours(e.Kind) {
		var b struct {
			Change *soc2.ChangeReference `json:"change"`
		}
		if json.Unmarshal(e.Body, &b) == nil && b.Change != nil {
			act.Change = *b.Change
		}
		return act
	}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		act.Notes = []string{"its body cannot be read by this version"}
		return act
	}
	act.Changes = body.Changes
	if body.Change != nil {
		act.Change = *body.Change
	}
	act.Notes = append(notes(body), body.Notes...)
	return act
}

func ours(kind string) bool {
	return kind != Export && kind != Restored && slices.Contains(Kinds, kind) // their bodies are not ours
}

func notes(b Body) []string {
	var out []string
	if u := b.Unclean; u != nil {
		out = append(out, fmt.Sprintf("start after an unclean stop at about %s: the daemon started at %s (%s) did not say that it stopped",
			u.About.UTC().Format(time.RFC3339), u.From.UTC().Format(time.RFC3339), u.Started))
	}
	if b.Ended != "" {
		out = append(out, "ended by "+b.Ended)
	}
	if b.Version != "" {
		digest := b.SHA256
		if digest == "" {
			digest = "unknown"
		}
		out = append(out, "controlwatch "+b.Version+", its file's SHA-256 "+digest)
	}
	if len(b.Sources) > 0 {
		out = append(out, "looked at "+strings.Join(b.Sources, ", "))
	}
	if b.File != "" {
		out = append(out, "configuration "+b.File)
	}
	if b.Commit != nil {
		out = append(out, b.Commit.String())
	}
	var alone []string
	for _, d := range b.People {
		if d.Apart != soc2.ApartKnown {
			alone = append(alone, d.Decision)
		}
	}
	if len(alone) > 0 {
		out = append(out, "that requester and approver are two people is not verified, only that their names differ: "+strings.Join(alone, ", "))
	}
	return out
}
