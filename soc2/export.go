package soc2

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Export is a list that somebody took out of another system, as pulls read it. A
// change of its rows or of its record makes it another one.
type Export struct {
	System      string    `json:"system"`
	Query       string    `json:"query"`
	Preparer    string    `json:"preparer"`
	ExtractedAt string    `json:"extracted_at"`
	Data        string    `json:"data"`
	Rows        *int      `json:"rows"`   // that the system said there are
	Items       int       `json:"items"`  // that were read
	Digest      string    `json:"digest"` // of all of this and of the rows; docs/sampling.md
	FirstPull   PullRef   `json:"first_pull"`
	LastPull    PullRef   `json:"last_pull"`
	Confirmed   *Approval `json:"confirmed"` // by a second person; nil: not confirmed
}

// Approval is a second person's word on an export.
type Approval struct {
	Entry    string    `json:"entry"` // where it is recorded
	By       string    `json:"by"`
	Identity string    `json:"identity"` // how it is known who that is; empty: identity not verified
	At       time.Time `json:"at"`
}

// Name is how an export is asked for: system/kind, as its feed's shard has it.
func (r ListRecord) Name() string { return r.Scope.Shard }

// exportsOf are the exports that pulls of the period read, and the newest complete
// one before it, which says who was there when it began; in their order.
func exportsOf(l ListHistory, q PopulationQuery) []Export {
	var out []Export
	byTime := changesBySeq(l.Versions)
	rows := map[string]string{}
	before := -1
	for i := range l.Looks {
		if l.Looks[i].Complete && l.Looks[i].StartedAt.Before(q.From) {
			before = i
		}
	}
	for i := range l.Looks {
		look := &l.Looks[i]
		for _, v := range byTime[look.Seq] {
			key := ItemKey(v.Key, "")
			if delete(rows, key); !v.Gone {
				rows[key] = v.Fact.Digest
			}
		}
		in := !look.StartedAt.Before(q.From) && look.StartedAt.Before(q.To)
		if look.Record == nil || i != before && !in {
			continue
		}
		e, is := exportOf(look)
		if !is {
			continue
		}
		if n := len(out); n > 0 && len(byTime[look.Seq]) == 0 && sameExport(out[n-1], e) {
			out[n-1].LastPull = e.LastPull
			continue
		}
		e.Items, e.Digest = len(rows), e.digestWith(rows)
		if n := len(out); n > 0 && out[n-1].Digest == e.Digest {
			out[n-1].LastPull = e.LastPull
			continue
		}
		out = append(out, e)
	}
	return out
}

func changesBySeq(versions []Version) map[int64][]Version {
	out := map[int64][]Version{}
	for _, v := range versions {
		out[v.Seq] = append(out[v.Seq], v)
	}
	return out
}

// exportOf reads the record of an export out of a pull's parameters.
func exportOf(look *ListLook) (Export, bool) {
	ref := PullRef{ID: look.Pull, At: look.StartedAt.UTC()}
	e := Export{Rows: look.Record.ProviderTotal, FirstPull: ref, LastPull: ref}
	for name, into := range map[string]*string{
		"system": &e.System, "query": &e.Query, "preparer": &e.Preparer, "extracted_at": &e.ExtractedAt, "data": &e.Data,
	} {
		for _, p := range look.Record.Parameters {
			if _, value, ok := strings.Cut(p, " "+name+"="); ok && *into == "" {
				*into = value
			}
		}
	}
	return e, e.Preparer != ""
}

func sameExport(a, b Export) bool {
	rows := a.Rows == b.Rows || a.Rows != nil && b.Rows != nil && *a.Rows == *b.Rows
	return rows && a.System == b.System && a.Query == b.Query && a.Preparer == b.Preparer && a.ExtractedAt == b.ExtractedAt && a.Data == b.Data
}

// digestWith is the digest over the record and the rows by key.
func (e Export) digestWith(rows map[string]string) string {
	count := "-"
	if e.Rows != nil {
		count = fmt.Sprint(*e.Rows)
	}
	lines := make([]string, 0, len(rows))
	for key, digest := range rows {
		lines = append(lines, key+"\t"+digest+"\n")
	}
	slices.Sort(lines)
	h := sha256.New()
	fmt.Fprintf(h, "controlwatch.export/v1\nsystem=%q\nquery=%q\npreparer=%q\nextracted_at=%q\ndata=%q\nrows=%s\n",
		e.System, e.Query, e.Preparer, e.ExtractedAt, e.Data, count)
	for _, line := range lines {
		h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Confirm writes who confirmed which export, by its digest, and counts those that
// nobody did. The preparer's own word is no confirmation.
func (p *Population) Confirm(by map[string]Approval) {
	p.Unconfirmed = 0
	for i := range p.Lists {
		for j := range p.Lists[i].Exports {
			e := &p.Lists[i].Exports[j]
			e.Confirmed = nil
			if a, ok := by[e.Digest]; ok && !SamePerson(a.By, e.Preparer) {
				e.Confirmed = &a
			} else {
				p.Unconfirmed++
			}
		}
	}
}
