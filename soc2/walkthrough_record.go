package soc2

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EntryWalkthrough is the kind of entry that holds a walkthrough: its subject is the
// control, its actor the interviewer.
const EntryWalkthrough = "walkthrough"

// WalkthroughBody is a walkthrough as it is recorded.
type WalkthroughBody struct {
	HeldAt  time.Time       `json:"held_at"`
	With    []string        `json:"with"`
	Shown   string          `json:"shown"`
	Matches *bool           `json:"matches"` // nil is refused: nobody said
	Note    string          `json:"note,omitempty"`
	Files   []evidence.File `json:"files"`
}

// Check gives everything that is wrong with a walkthrough, joined. One person cannot
// interview himself.
func (w WalkthroughBody) Check(interviewer string, now time.Time) error {
	var errs []error
	wrong := func(field, format string, args ...any) {
		errs = append(errs, Problem{field, fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(interviewer) == "" {
		wrong("by", "is missing; name who held it")
	}
	if len(w.With) == 0 {
		wrong("with", "is missing; name who was asked, or showed how it is done")
	}
	seen := map[string]bool{}
	for _, name := range w.With {
		who := foldName(name)
		switch {
		case who == "":
			wrong("with", "holds an empty name")
		case SamePerson(who, interviewer):
			wrong("with", "%s held the walkthrough, and cannot be who was asked as well", name)
		case seen[who]:
			wrong("with", "names %s twice", name)
		}
		seen[who] = true
	}
	if strings.TrimSpace(w.Shown) == "" {
		wrong("shown", "is missing; say what was shown")
	}
	if w.Matches == nil {
		wrong("matches", "is missing; say yes or no: is it done as it is written")
	} else if !*w.Matches && strings.TrimSpace(w.Note) == "" {
		wrong("note", "is missing; say what is done otherwise than written")
	}
	if w.HeldAt.IsZero() || w.HeldAt.After(now.Add(aheadOfUTC)) {
		wrong("at", "is missing, or lies in the future")
	}
	return errors.Join(errs...)
}

// ReadWalkthrough reads one back.
func ReadWalkthrough(r Recorded) (Walkthrough, error) {
	var body WalkthroughBody
	err := r.Decode(&body)
	if err == nil {
		err = body.Check(r.By.Name, r.At)
	}
	if err == nil && r.Subject == "" {
		err = errors.New("it does not say of which control")
	}
	if err != nil {
		return Walkthrough{}, fmt.Errorf("walkthrough %s cannot be used: %w", r.ID, err)
	}
	w := Walkthrough{
		ID: r.ID, Control: r.Subject, At: body.HeldAt, Interviewer: r.By, With: body.With, Shown: body.Shown, Matches: *body.Matches, Note: body.Note,
	}
	for _, f := range body.Files {
		w.Files = append(w.Files, f.SHA256)
	}
	return w, nil
}

// SortWalkthroughs sorts by when they were held, the newest first.
func SortWalkthroughs(all []Walkthrough) {
	slices.SortStableFunc(all, func(a, b Walkthrough) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Control, b.Control))
	})
}

// OpenMismatches are, for each control, its newest walkthrough where that found that
// practice is not as written. Of several of one day one that found so counts.
func OpenMismatches(all []Walkthrough) []Walkthrough {
	newest := map[string]Walkthrough{}
	for _, w := range all {
		was, known := newest[w.Control]
		if !known || w.At.After(was.At) || w.At.Equal(was.At) && !w.Matches {
			newest[w.Control] = w
		}
	}
	var open []Walkthrough
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		if w := newest[id]; !w.Matches {
			open = append(open, w)
		}
	}
	return open
}
