package soc2_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// reviewed is a review of the small organisation as the log would have it.
type reviewed struct {
	t       require.TestingT
	records []soc2.Recorded
	start   soc2.ReviewStart
}

func beginReview(t require.TestingT) *reviewed {
	a := small(monday).access()
	r := &reviewed{t: t, start: soc2.StartReview(&a, soc2.AccessFilter{}, []string{"Olga", "ada@acme.example"}, 7)}
	r.record("Noor", monday, r.start)
	return r
}

func (r *reviewed) record(by string, at time.Time, body any) {
	b, err := json.Marshal(body)
	require.NoError(r.t, err)
	r.records = append(r.records, soc2.Recorded{ID: "e" + at.Format("150405.000"), At: at, Kind: soc2.EntryReview, Subject: "q", By: evidence.Actor{Name: by}, Body: b})
}

func (r *reviewed) item(login string, what soc2.AccessWhat) *soc2.AccessRow {
	for i := range r.start.Items {
		if r.start.Items[i].Login.Name == login && r.start.Items[i].What == what {
			return &r.start.Items[i]
		}
	}
	require.Fail(r.t, "no such item")
	return nil
}

func (r *reviewed) decide(by string, at time.Time, decision string, items ...*soc2.AccessRow) {
	var all []soc2.ReviewDecision
	for _, i := range items {
		all = append(all, soc2.ReviewDecision{Item: i.Key, Context: i.Context(), Decision: decision})
	}
	r.record(by, at, soc2.ReviewDecided{Step: soc2.ReviewDecisions, Items: all})
}

func (r *reviewed) read() (*soc2.Review, []error) {
	all, problems := soc2.ReadReviews(r.records, nil)
	require.Len(r.t, all, 1)
	return all[0], problems
}

func (r *reviewed) status(o *org, login string, what soc2.AccessWhat) soc2.ReviewItem {
	review, problems := r.read()
	require.Empty(r.t, problems)
	a := o.access()
	for _, i := range review.Status(&a).Items {
		if i.Item.Login.Name == login && i.Item.What == what {
			return i
		}
	}
	require.Fail(r.t, "no such item")
	return soc2.ReviewItem{}
}

const hour = time.Hour

// withoutGrace is the organisation where grace is in the team no more.
func withoutGrace(at time.Time) *org {
	o := small(at)
	o.facts[4].Body.(*evidence.Group).Members = []string{"1"}
	return o
}

func TestReviewFollowsARevocation(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) *reviewed {
		t.Helper()
		r := beginReview(t)
		r.decide("Olga", monday.Add(hour), soc2.ReviewRevoke, r.item("grace", soc2.AccessRepository))
		return r
	}
	for name, c := range map[string]struct {
		now  func() *org
		want soc2.ReviewState
	}{
		"gone from complete lists":    {func() *org { return withoutGrace(monday.Add(2 * hour)) }, soc2.ReviewRevoked},
		"still given":                 {func() *org { return small(monday.Add(2 * hour)) }, soc2.ReviewStillThere},
		"nobody looked since":         {func() *org { return small(monday) }, soc2.ReviewWaiting},
		"gone, by a look from before": {func() *org { return withoutGrace(monday.Add(hour / 2)) }, soc2.ReviewWaiting},
		"the team list is denied":     {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.deny("github.team"); return o }, soc2.ReviewCannotTell},
		"collaborators are denied":    {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.deny("github.collaborator"); return o }, soc2.ReviewCannotTell},
		"members of the team unseen": {func() *org {
			o := small(monday.Add(2 * hour))
			o.facts[4].Body.(*evidence.Group).Members = nil
			return o
		}, soc2.ReviewStillThere},
		"nothing of the team was read": {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.drop("Group"); return o }, soc2.ReviewCannotTell},
		"the repository is not listed": {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.drop("Repository"); return o }, soc2.ReviewCannotTell},
		"no source any more":           {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.feeds = nil; return o }, soc2.ReviewCannotTell},
		"a list is read no more": {func() *org {
			o := withoutGrace(monday.Add(2 * hour))
			o.feeds = append(o.feeds[:3:3], o.feeds[4:]...)
			return o
		}, soc2.ReviewCannotTell},
		"asked for otherwise": {func() *org {
			o := withoutGrace(monday.Add(2 * hour))
			for i := range o.feeds {
				o.feeds[i].Last.Parameters = []string{"only some"}
			}
			return o
		}, soc2.ReviewCannotTell},
		"stale": {func() *org { o := withoutGrace(monday.Add(2 * hour)); o.at = monday.Add(72 * hour); return o }, soc2.ReviewCannotTell},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := begin(t).status(c.now(), "grace", soc2.AccessRepository)
			if name == "members of the team unseen" {
				require.Equal(t, soc2.ReviewCannotTell, item.State)
				return
			}
			require.Equal(t, c.want, item.State, item.Why)
			require.Equal(t, monday.Add(hour).AddDate(0, 0, 7), item.Due)
			if c.want == soc2.ReviewRevoked {
				require.Equal(t, monday.Add(2*hour), item.Look.At)
				require.Equal(t, []string{"pgithub.collaborator", "pgithub.team"}, item.Look.Pulls)
			}
		})
	}
	t.Run("late where it is seen after it was due only", func(t *testing.T) {
		t.Parallel()
		item := begin(t).status(withoutGrace(monday.AddDate(0, 0, 20)), "grace", soc2.AccessRepository)
		require.True(t, item.Late)
		require.False(t, item.Overdue)
		item = begin(t).status(small(monday.AddDate(0, 0, 20)), "grace", soc2.AccessRepository)
		require.True(t, item.Overdue)
	})
	t.Run("a change is done when privilege or path differ", func(t *testing.T) {
		t.Parallel()
		r := beginReview(t)
		r.decide("Olga", monday.Add(hour), soc2.ReviewChange, r.item("ada", soc2.AccessRepository))
		require.Equal(t, soc2.ReviewStillThere, r.status(small(monday.Add(2*hour)), "ada", soc2.AccessRepository).State)
		o := small(monday.Add(2 * hour))
		o.facts = o.facts[:len(o.facts)-1] // what was given to ada herself
		require.Equal(t, soc2.ReviewChanged, r.status(o, "ada", soc2.AccessRepository).State)
		o.deny("github.collaborator")
		require.Equal(t, soc2.ReviewCannotTell, r.status(o, "ada", soc2.AccessRepository).State)
		o = small(monday.Add(2 * hour))
		for i := range o.facts {
			if body, ok := o.facts[i].Body.(*evidence.RepositoryAccess); ok {
				body.Permission = nil
			}
		}
		require.Equal(t, soc2.ReviewCannotTell, r.status(o, "ada", soc2.AccessRepository).State, "a privilege that is not seen is no other one")
	})
	t.Run("what came since is listed apart", func(t *testing.T) {
		t.Parallel()
		r := beginReview(t)
		o := small(monday.Add(2 * hour))
		o.member("3", "linus")
		o.given("acme/api", evidence.AccessDirect, "2", "admin")
		a := o.access()
		review, _ := r.read()
		var why []string
		for _, n := range review.Status(&a).New {
			why = append(why, n.Row.Login.Name+": "+n.Why)
		}
		require.ElementsMatch(t, []string{"grace: privilege admin, was write", "linus: not in the list that the review began with"}, why)
	})
}

func (o *org) deny(typ string) {
	for i := range o.feeds {
		for _, p := range o.feeds[i].Populations {
			if p.Type == typ {
				o.feeds[i].Last.Holes = []evidence.Hole{{Reason: evidence.Denied}}
			}
		}
	}
}

func (o *org) drop(kind evidence.Kind) {
	var left []evidence.Fact
	for _, f := range o.facts {
		if f.Resource.Kind != kind {
			left = append(left, f)
		}
	}
	o.facts = left
}

func TestReviewRules(t *testing.T) {
	t.Parallel()
	grace := func(r *reviewed) *soc2.AccessRow { return r.item("grace", soc2.AccessRepository) }
	for want, do := range map[string]func(*reviewed){
		"is no reviewer": func(r *reviewed) { r.decide("Mallory", monday.Add(hour), soc2.ReviewKeep, grace(r)) },
		"cannot decide on access of their own": func(r *reviewed) {
			r.decide("ADA@acme.example", monday.Add(hour), soc2.ReviewKeep, grace(r), r.item("ada", soc2.AccessAccount))
		},
		`"perhaps" is no decision`: func(r *reviewed) { r.decide("Olga", monday.Add(hour), "perhaps", grace(r)) },
		"decides twice":            func(r *reviewed) { r.decide("Olga", monday.Add(hour), soc2.ReviewKeep, grace(r), grace(r)) },
		"is not what the review has": func(r *reviewed) {
			other := *grace(r)
			other.Privilege = soc2.PrivilegeRead
			r.decide("Olga", monday.Add(hour), soc2.ReviewKeep, &other)
		},
		"has no item":            func(r *reviewed) { r.decide("Olga", monday.Add(hour), soc2.ReviewKeep, &soc2.AccessRow{Key: "x"}) },
		"decides nothing":        func(r *reviewed) { r.decide("Olga", monday.Add(hour), soc2.ReviewKeep) },
		"began one of that name": func(r *reviewed) { r.record("Olga", monday.Add(hour), r.start) },
		"is no step":             func(r *reviewed) { r.record("Olga", monday.Add(hour), map[string]string{"step": "undo"}) },
		"unknown field": func(r *reviewed) {
			r.record("Olga", monday.Add(hour), map[string]any{"step": "decisions", "all": true})
		},
		"items are undecided": func(r *reviewed) { r.record("Olga", monday.Add(hour), soc2.ReviewClosing{Step: soc2.ReviewClosed}) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := beginReview(t)
			do(r)
			review, problems := r.read()
			require.Len(t, problems, 1)
			require.ErrorContains(t, problems[0], want)
			require.ErrorContains(t, problems[0], r.records[1].ID)
			require.Len(t, review.Undecided(), len(r.start.Items), "nothing counts in part")
			require.Nil(t, review.Closed)
		})
	}
	t.Run("a population that was altered is none", func(t *testing.T) {
		t.Parallel()
		r := beginReview(t)
		r.records[0].Body = json.RawMessage(strings.Replace(string(r.records[0].Body), `"privilege":"admin"`, `"privilege":"read"`, 1))
		all, problems := soc2.ReadReviews(r.records, nil)
		require.Empty(t, all)
		require.Len(t, problems, 1)
	})
	t.Run("nothing is decided after it is closed", func(t *testing.T) {
		t.Parallel()
		r := beginReview(t)
		review, _ := r.read()
		r.record("Noor", monday.Add(hour), soc2.ReviewClosing{Step: soc2.ReviewClosed, Undecided: review.Undecided(), Reason: "x"})
		r.decide("Olga", monday.Add(2*hour), soc2.ReviewKeep, grace(r))
		review, problems := r.read()
		require.Len(t, problems, 1)
		require.ErrorContains(t, problems[0], "was closed by Noor")
		require.NotNil(t, review.Closed)
	})
	t.Run("deciding so again does not move when it is due, another decision does", func(t *testing.T) {
		t.Parallel()
		r := beginReview(t)
		r.decide("Olga", monday.Add(hour), soc2.ReviewRevoke, grace(r))
		r.decide("Olga", monday.Add(3*hour), soc2.ReviewRevoke, grace(r))
		item := r.status(withoutGrace(monday.Add(2*hour)), "grace", soc2.AccessRepository)
		require.Equal(t, soc2.ReviewRevoked, item.State)
		require.Equal(t, monday.Add(hour).AddDate(0, 0, 7), item.Due)
		require.Len(t, item.Earlier, 1)
		r.decide("Olga", monday.Add(4*hour), soc2.ReviewKeep, grace(r))
		r.decide("Olga", monday.Add(5*hour), soc2.ReviewRevoke, grace(r))
		require.Equal(t, monday.Add(5*hour).AddDate(0, 0, 7), r.status(small(monday.Add(6*hour)), "grace", soc2.AccessRepository).Due)
	})
}

// Whatever of the evidence is hidden, nothing that is there is ever called done, and
// hiding more never makes anything done.
func TestReviewIsNeverDoneUnseen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := beginReview(t)
		decision := rapid.SampledFrom([]string{soc2.ReviewRevoke, soc2.ReviewChange}).Draw(t, "decision")
		r.decide("Olga", monday.Add(hour), decision, r.item("grace", soc2.AccessRepository), r.item("grace", soc2.AccessAccount))
		really := rapid.Bool().Draw(t, "really gone")
		make := small
		if really {
			make = withoutGrace
		}
		at := monday.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "half hours")) * 30 * time.Minute)
		o := make(at)
		switch rapid.IntRange(0, 4).Draw(t, "hide") {
		case 0:
		case 1:
			o.feeds[rapid.IntRange(0, len(o.feeds)-1).Draw(t, "feed")].Last.Holes = []evidence.Hole{{Reason: evidence.Throttled}}
			o.drop(rapid.SampledFrom([]evidence.Kind{"", "Group", "RepositoryAccess"}).Draw(t, "kind"))
			if !really {
				// What a hole hides is dropped only where the hole is of its list.
				o = make(at)
				o.deny("github.team")
				o.drop("Group")
			}
		case 2:
			o.feeds = nil
		case 3:
			o.feeds = o.feeds[:rapid.IntRange(0, len(o.feeds)).Draw(t, "feeds")]
		case 4:
			o.at = at.Add(48 * hour)
		}
		item := r.status(o, "grace", soc2.AccessRepository)
		if item.Done() {
			require.True(t, really)
			require.True(t, item.Look.From.After(monday.Add(hour)))
			require.NotEmpty(t, item.Look.Pulls)
		}
		account := r.status(o, "grace", soc2.AccessAccount)
		if account.Done() { // only where the list of users was seen without her, which it never is
			require.Fail(t, "an account that is there was called done", "%+v", account)
		}
	})
}
