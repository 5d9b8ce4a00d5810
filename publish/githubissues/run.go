package githubissues

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// round is one run.
type round struct {
	*Sync
	*client
	dry     bool
	wanted  Wanted
	gaps    map[string]*gap
	issues  map[string][]issue // by gap of the mark
	foreign map[string][]issue // of other stores
	numbers map[int]issue
	out     Run

	forbidden int // actions that were
}

func (s *Sync) run(ctx context.Context, w Wanted, dry bool) (Run, error) {
	r := &round{
		Sync: s, dry: dry, wanted: w, gaps: w.gaps(), issues: map[string][]issue{}, foreign: map[string][]issue{}, numbers: map[int]issue{},
		client: &client{base: s.opts.API, repository: s.opts.Repository, credential: s.opts.Credential, next: s.opts.Base, clock: s.opts.Clock, wait: s.opts.Wait},
		out:    Run{At: s.opts.Clock(), Repository: s.opts.Repository, Assessment: w.Plan.Assessment, DryRun: dry, Actions: []Action{}},
	}
	err := r.all(ctx)
	r.out.Requests, r.out.Failures = r.requests, r.failures
	if err != nil {
		err = fmt.Errorf("issues of %s: %w", s.opts.Repository, err)
	}
	return r.out, err
}

func (r *round) all(ctx context.Context) error {
	switch {
	case r.wanted.Plan.SampleData:
		return errors.New("the plan is of sample data: it is not published")
	case r.wanted.Plan.At.IsZero():
		return errors.New("there is no plan: nothing to publish")
	}
	if err := r.mayPublish(ctx); err != nil {
		return err
	}
	if err := r.find(ctx); err != nil {
		return err
	}
	for _, id := range r.order() {
		if err := r.one(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// mayPublish looks at the repository first: what a gap says is not for everyone.
func (r *round) mayPublish(ctx context.Context) error {
	var said struct {
		Private  *bool `json:"private"`
		Issues   *bool `json:"has_issues"`
		Archived bool  `json:"archived"`
	}
	_, err := r.send(ctx, getRepository, 0, nil, nil, &said)
	switch {
	case refusedWith(err, http.StatusMovedPermanently):
		return errors.New("the repository was moved or renamed: change plan.github.repository")
	case err != nil:
		return err
	case said.Archived:
		return errors.New("the repository is archived: issues in it cannot be changed")
	case said.Issues != nil && !*said.Issues:
		return errors.New("the repository has issues turned off: turn them on in its settings")
	case (said.Private == nil || !*said.Private) && !r.opts.AllowPublic:
		return errors.New("the repository is public: everyone would read where the gaps are; name a private one, or say plan.github.allow_public: true")
	}
	return nil
}

// find reads every issue with our label, closed ones too.
func (r *round) find(ctx context.Context) error {
	listed, err := pages[issue](ctx, r.client, listIssues, 0, url.Values{"state": {"all"}, "labels": {r.opts.Label}, "sort": {"created"}, "direction": {"asc"}})
	if err != nil {
		return err
	}
	for _, is := range listed {
		r.see(is)
	}
	return nil
}

func (r *round) see(is issue) {
	if is.PullRequest != nil || is.Number <= 0 {
		return
	}
	if _, twice := r.numbers[is.Number]; twice {
		return // a page moved while it was read
	}
	r.numbers[is.Number] = is
	p := take(is.Body)
	if !p.marked {
		return
	}
	if m := p.mark; m.store == r.opts.Store || slices.Contains(r.opts.TakesOver, m.store) {
		r.issues[m.gap] = append(r.issues[m.gap], is)
	} else {
		r.foreign[m.gap] = append(r.foreign[m.gap], is)
	}
}

// order is every gap that has an issue or may get one: those in the plan first,
// gravest first, so that new issues are for what matters most.
func (r *round) order() []string {
	items := slices.Collect(maps.Values(r.gaps))
	slices.SortFunc(items, func(a, b *gap) int { return compareGaps(a.item, b.item) })
	var ids []string
	for _, g := range items {
		ids = append(ids, g.id)
	}
	rest := map[string]bool{}
	for id := range r.issues {
		rest[id] = true
	}
	for id := range r.known {
		rest[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(rest)) {
		if r.gaps[id] == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// one does what a gap needs. Its error ends the run: nothing more can be done.
func (r *round) one(ctx context.Context, id string) error {
	g := r.wanted.of(id, r.gaps)
	is, there, left, err := r.issueOf(ctx, g)
	if err != nil {
		return err
	}
	if left != nil {
		r.out.Actions = append(r.out.Actions, *left)
		return nil
	}
	if there {
		if err := r.remember(ctx, g.id, is, Found); err != nil {
			return err
		}
		return r.do(ctx, r.opts.decide(g, is, judged(r.wanted.Plan)), is)
	}
	if g.item == nil {
		return nil
	}
	ok, why := r.opts.wanted(g)
	switch {
	case !ok:
		return nil
	case r.deleted[id] > 1 || r.deleted[id] > 0 && r.opts.ClosedByHand != ReopenOnce:
		r.leave(g, issue{}, "its issue was deleted by hand; the gap is open in the plan", nil)
		return nil
	case len(r.foreign[id]) > 0:
		f := r.foreign[id][0]
		r.leave(g, f, "there is an issue of another store", fmt.Errorf(
			"issue %d is of the store %s: if that one is lost, say plan.github.takes_over: [%s]; if not, give each its own plan.github.label", f.Number, take(f.Body).mark.store, take(f.Body).mark.store))
		return nil
	case g.item.Status == soc2.PlanUnobserved && r.wanted.Plan.At.Sub(g.item.Opened) < unseenFor, r.created() >= r.opts.MostNew:
		r.out.Waiting++
		return nil
	}
	return r.create(ctx, g, r.opts.created(g, why))
}

// unseenFor is how long something is not seen before it gets an issue: sources are
// not all read at once.
const unseenFor = 24 * time.Hour

// judged names what a plan is of.
func judged(p soc2.Plan) string {
	if p.Assessment != "" {
		return "assessment " + p.Assessment
	}
	return "what the store held at " + p.At.UTC().Format(time.RFC3339)
}

func (r *round) created() int {
	n := 0
	for _, a := range r.out.Actions {
		if a.Do == Create {
			n++
		}
	}
	return n
}

// issueOf finds a gap's issue: by what the log knows, else by its mark. Left says
// that it is out of reach.
func (r *round) issueOf(ctx context.Context, g *gap) (is issue, there bool, left *Action, err error) {
	known, recorded := r.known[g.id]
	if !recorded {
		is, there = r.marked(g)
		return is, there, nil, nil
	}
	if is, there = r.numbers[known.Number]; there {
		if is.ID != known.ID {
			is, there = r.marked(g)
		}
		return is, there, nil, nil
	}
	// Its label was taken off, or it is not there any more.
	_, err = r.send(ctx, getIssue, known.Number, nil, nil, &is)
	switch {
	case err == nil && is.ID != known.ID:
		is, there = r.marked(g) // the repository was made anew, and the number is of something else
		return is, there, nil, nil
	case err == nil:
		return is, true, nil, nil
	case refusedWith(err, http.StatusGone):
		record := known
		record.Schema, record.What = RecordV1, Deleted
		if !r.dry {
			if err := r.opts.Keep(ctx, g.id, record); err != nil {
				return is, false, nil, err
			}
			r.Remember(g.id, record)
		}
		return is, false, nil, nil
	case refusedWith(err, http.StatusMovedPermanently):
		left = &Action{Gap: g.id, Do: Left, Number: known.Number, URL: known.URL, Why: "its issue was transferred to another repository, where it is yours"}
		return is, false, left, nil
	case refusedWith(err, http.StatusNotFound):
		left = &Action{Gap: g.id, Do: Left, Number: known.Number, URL: known.URL, Why: "its issue cannot be seen: transferred or deleted where we may not look", failed: err, Error: err.Error()}
		return is, false, left, nil
	}
	return is, false, nil, err
}

// marked is the oldest issue with a gap's mark.
func (r *round) marked(g *gap) (issue, bool) {
	all := r.issues[g.id]
	if len(all) == 0 {
		return issue{}, false
	}
	return slices.MinFunc(all, func(a, b issue) int { return cmp.Compare(a.Number, b.Number) }), true
}

func (r *round) leave(g *gap, is issue, why string, err error) {
	a := Action{Gap: g.id, Do: Left, Number: is.Number, URL: is.URL, Why: why, failed: err}
	if err != nil {
		a.Error = err.Error()
	}
	r.out.Actions = append(r.out.Actions, a)
}

// remember records a gap's issue that the log does not know yet.
func (r *round) remember(ctx context.Context, gap string, is issue, what string) error {
	if known, ok := r.known[gap]; r.dry || ok && known.Number == is.Number && known.ID == is.ID {
		return nil
	}
	record := Record{Schema: RecordV1, Repository: r.opts.Repository, Number: is.Number, ID: is.ID, URL: is.URL, What: what}
	if err := r.opts.Keep(ctx, gap, record); err != nil {
		return fmt.Errorf("record issue %d of %s: %w", is.Number, gap, err)
	}
	r.known[gap] = record
	return nil
}
