package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// ReviewList writes all access reviews for a terminal.
func ReviewList(w io.Writer, all soc2.Reviews, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	s.section("Access reviews")
	if len(all) == 0 {
		s.lines(2, "", "None was ever started: `controlwatch review start` starts one.")
	}
	for _, r := range all {
		state := fmt.Sprintf("open, %d of %d undecided", len(r.Undecided()), len(r.Start.Items))
		if r.Closed != nil {
			state = fmt.Sprintf("closed %s by %s, %d undecided", minute(r.Closed.At), Safe(r.Closed.By.String()), len(r.Closed.Undecided))
		}
		s.lines(2, Safe(r.Name)+"  ", fmt.Sprintf("%s by %s, of what was known at %s: %s", r.ID, Safe(r.By.String()), minute(r.Start.At), state))
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// ReviewStatusTable writes how far a review is, for a terminal.
func ReviewStatusTable(w io.Writer, st soc2.ReviewStatus, o Options) error {
	o.Width = max(o.Width, MinWidth)
	r := st.Review
	s := &summary{Options: o, sample: r.Start.SampleData}
	s.section("Access review " + Safe(r.Name))
	s.lines(2, "began     ", fmt.Sprintf("%s by %s (%s), reviewers %s", minute(r.At), Safe(r.By.String()), r.ID, safeNames(r.Start.Reviewers)))
	s.lines(2, "items     ", fmt.Sprintf("%d as of %s, sha256:%s", r.Start.Count, minute(r.Start.At), r.Start.Digest))
	if !r.Start.Complete {
		s.lines(2, s.paintOutcome(soc2.Unobserved, "NOT COMPLETE")+"  ", fmt.Sprintf("the list it began with may be short of access: %s", count(len(r.Start.Holes), "hole", "holes")))
		for _, h := range r.Start.Holes[:min(len(r.Start.Holes), 6)] {
			s.lines(4, "- ", escaped(h))
		}
	}
	if c := r.Closed; c != nil {
		text := fmt.Sprintf("%s by %s", minute(c.At), Safe(c.By.String()))
		if len(c.Undecided) > 0 {
			text += fmt.Sprintf(", with %d undecided: %s", len(c.Undecided), escaped(c.Reason))
		}
		s.lines(2, "closed    ", text)
	}
	counts := ReviewCountsOf(st)
	s.lines(2, "as of     ", fmt.Sprintf("%s: %d undecided, %d kept, %d seen done (%d late), %d to be done (%d overdue)",
		minute(st.At), counts.Undecided, counts.Kept, counts.Done, counts.Late, counts.Open, counts.Overdue))
	for _, part := range []struct {
		title  string
		states []soc2.ReviewState
	}{
		{"To be done", []soc2.ReviewState{soc2.ReviewStillThere, soc2.ReviewCannotTell, soc2.ReviewWaiting}},
		{"Seen done", []soc2.ReviewState{soc2.ReviewRevoked, soc2.ReviewChanged}},
		{"Undecided", []soc2.ReviewState{soc2.ReviewUndecided}},
	} {
		s.reviewItems(part.title, part.states, st.Items)
	}
	if len(st.New) > 0 {
		s.section("New or other since it began")
		for _, n := range st.New[:min(len(st.New), 40)] {
			s.lines(2, "- ", accessWords(&n.Row)+": "+escaped(n.Why))
		}
		if more := len(st.New) - 40; more > 0 {
			s.lines(4, "", fmt.Sprintf("and %d more, all with -o json", more))
		}
	}
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the review: %w", err)
	}
	return nil
}

func (s *summary) reviewItems(title string, states []soc2.ReviewState, items []soc2.ReviewItem) {
	shown := 0
	for _, state := range states {
		for i := range items {
			item := &items[i]
			if item.State != state {
				continue
			}
			if shown++; shown == 1 {
				s.section(title)
			} else if shown > 60 {
				continue
			}
			s.lines(2, "- ", accessWords(&item.Item))
			if item.Word != nil {
				s.lines(4, "", reviewWords(item))
			}
			for _, why := range item.Why[:min(len(item.Why), 3)] {
				s.lines(6, "", escaped(why))
			}
		}
	}
	if shown > 60 {
		s.lines(4, "", fmt.Sprintf("and %d more, all with -o json", shown-60))
	}
}

func reviewWords(i *soc2.ReviewItem) string {
	text := fmt.Sprintf("%s since %s by %s, due %s: ", i.Word.Decision, minute(i.Word.At), Safe(i.Word.By.String()), minute(i.Due))
	switch i.State {
	case soc2.ReviewRevoked, soc2.ReviewChanged:
		text += fmt.Sprintf("%s, seen by the pulls until %s (%s)", i.State, minute(i.Look.At), strings.Join(i.Look.Pulls, ", "))
		if i.Late {
			text += ", LATE"
		}
	case soc2.ReviewStillThere:
		text += "STILL THERE, seen " + minute(i.LastThere)
	case soc2.ReviewCannotTell:
		text += "CANNOT TELL whether it is done"
	case soc2.ReviewWaiting:
		text += "not looked at since"
	case soc2.ReviewUndecided, soc2.ReviewKept:
	}
	if i.Overdue {
		text += ", OVERDUE"
	}
	return text
}

func accessWords(r *soc2.AccessRow) string {
	who := r.Shown()[0]
	return fmt.Sprintf("%s: %s account %s: %s %s, %s, by way of %s", escaped(who), r.Login.Provider, escaped(r.Login.Label()), r.What, escaped(reached(r)),
		escaped(r.Shown()[7]), escaped(strings.Join(r.Paths, ", ")))
}

func safeNames(names []string) string {
	safe := make([]string, 0, len(names))
	for _, n := range names {
		safe = append(safe, Safe(n))
	}
	return strings.Join(safe, ", ")
}

// ReviewCounts counts the items of a review.
type ReviewCounts struct {
	Undecided int `json:"undecided"`
	Kept      int `json:"kept"`
	// Decided and not seen done: still there, cannot tell, not looked at since.
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
	// Seen revoked or changed.
	Done int `json:"done"`
	Late int `json:"late"`
}

// ReviewCountsOf counts.
func ReviewCountsOf(st soc2.ReviewStatus) (c ReviewCounts) {
	for i := range st.Items {
		item := &st.Items[i]
		switch {
		case item.Open():
			c.Open++
		case item.Done():
			c.Done++
		case item.State == soc2.ReviewKept:
			c.Kept++
		default:
			c.Undecided++
		}
		if item.Overdue {
			c.Overdue++
		}
		if item.Late {
			c.Late++
		}
	}
	return c
}

// ReviewSchemaV1 is the schema of a review's status in JSON.
const ReviewSchemaV1 = "controlwatch.review/v1"

// ReviewedItem is an item of a review with what became of it.
type ReviewedItem struct {
	Access soc2.AccessRow `json:"access"` // as the review began with it
	// undecided, kept, waiting, still-there, cannot-tell, revoked, changed.
	State    soc2.ReviewState `json:"state"`
	Decision *ReviewedWord    `json:"decision"`
	// Decisions that a newer one took the place of.
	Earlier []ReviewedWord `json:"earlier"`
	Due     *time.Time     `json:"due"`
	Overdue bool           `json:"overdue"`
	Late    bool           `json:"late"`
	// Pulls that prove that it is done; null: it is not.
	Proof *ReviewedProof `json:"proof"`
	// When it was last seen there, after the decision and before it was done; null: never.
	LastThere *time.Time `json:"last_there"`
	Why       []string   `json:"why"`
}

// ReviewedWord is a decision.
type ReviewedWord struct {
	Decision string    `json:"decision"`
	Note     string    `json:"note"`
	By       string    `json:"by"`
	Identity string    `json:"identity"`
	At       time.Time `json:"at"`
	Record   string    `json:"record"`
}

// ReviewedProof is everything that was looked at to say that access is not there.
type ReviewedProof struct {
	From  time.Time `json:"from"` // start of the oldest of the pulls
	At    time.Time `json:"at"`   // start of the newest
	Pulls []string  `json:"pulls"`
}

// ReviewedNew is access that is not as the review began with it.
type ReviewedNew struct {
	Access soc2.AccessRow `json:"access"`
	Why    string         `json:"why"`
}

func reviewedWord(w soc2.ReviewWord) ReviewedWord {
	return ReviewedWord{Decision: w.Decision, Note: w.Note, By: w.By.Name, Identity: string(w.By.Identity), At: w.At.UTC(), Record: w.Record}
}

// reviewClosing is how a review was closed.
type reviewClosing struct {
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Undecided []string  `json:"undecided"`
	Reason    string    `json:"reason"`
}

// reviewReport is controlwatch.review/v1.
type reviewReport struct {
	Schema     string         `json:"schema"`
	Name       string         `json:"name"`
	Record     string         `json:"record"`
	SampleData bool           `json:"sample_data"`
	Began      time.Time      `json:"began"`
	By         string         `json:"by"`
	AsOf       time.Time      `json:"population_as_of"`
	Digest     string         `json:"population_digest"`
	Complete   bool           `json:"population_complete"`
	Holes      []string       `json:"population_holes"`
	Reviewers  []string       `json:"reviewers"`
	Closed     *reviewClosing `json:"closed"`
	At         time.Time      `json:"at"`
	Unseen     []string       `json:"unseen"` // now
	Counts     ReviewCounts   `json:"counts"`
	Items      []ReviewedItem `json:"items"`
	New        []ReviewedNew  `json:"new"`
}

// ReviewStatusJSON writes how far a review is.
func ReviewStatusJSON(w io.Writer, st soc2.ReviewStatus) error {
	r := st.Review
	items, fresh := []ReviewedItem{}, []ReviewedNew{}
	for _, i := range st.Items {
		item := ReviewedItem{
			Access: i.Item, State: i.State, Earlier: []ReviewedWord{}, Due: known(i.Due), Overdue: i.Overdue, Late: i.Late,
			LastThere: known(i.LastThere), Why: list(i.Why),
		}
		if i.Word != nil {
			word := reviewedWord(*i.Word)
			item.Decision = &word
		}
		for _, e := range i.Earlier {
			item.Earlier = append(item.Earlier, reviewedWord(e))
		}
		if i.Done() {
			item.Proof = &ReviewedProof{From: i.Look.From.UTC(), At: i.Look.At.UTC(), Pulls: list(i.Look.Pulls)}
		}
		items = append(items, item)
	}
	for _, n := range st.New {
		fresh = append(fresh, ReviewedNew{n.Row, n.Why})
	}
	var end *reviewClosing
	if c := r.Closed; c != nil {
		end = &reviewClosing{c.By.Name, c.At.UTC(), list(c.Undecided), c.Reason}
	}
	return writeIndented(w, reviewReport{
		ReviewSchemaV1, r.Name, r.ID, r.Start.SampleData, r.At.UTC(), r.By.Name, r.Start.At.UTC(), r.Start.Digest, r.Start.Complete, list(r.Start.Holes),
		list(r.Start.Reviewers), end, st.At.UTC(), list(st.Holes), ReviewCountsOf(st), items, fresh,
	})
}
