package evidence

import (
	"fmt"
	"slices"
	"sync"
)

// Recorder takes what a collector obtains during one pull. It is safe for
// concurrent use. What is recorded stays recorded when the collector fails
// later: partial evidence is kept, and the failure becomes a hole.
type Recorder struct {
	mu    sync.Mutex
	pull  Pull
	facts []Fact
	index map[Key]int
}

// NewRecorder starts recording into a pull whose identity fields are set.
func NewRecorder(p Pull) *Recorder {
	return &Recorder{pull: p, index: map[Key]int{}}
}

// Add records one fact. A fact of a population the collector does not own, or a
// second fact of the same resource that differs in identity only by accident,
// is a programming error and is refused.
func (r *Recorder) Add(f Fact) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.pull.Owns(f.Resource.Type) {
		return fmt.Errorf("collector %s does not own %s", r.pull.Collector, f.Resource.Type)
	}
	if f.Resource.ID == "" {
		return fmt.Errorf("collector %s: %s without an id", r.pull.Collector, f.Resource.Type)
	}
	if i, dup := r.index[f.Resource.Key()]; dup {
		// Lists that shift between pages can show a resource twice; the later look wins.
		r.facts[i] = f
		return nil
	}
	r.index[f.Resource.Key()] = len(r.facts)
	r.facts = append(r.facts, f)
	return nil
}

// Miss records that a population was not seen to its end. An empty type means
// all of the collector's populations.
func (r *Recorder) Miss(populationType string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := HoleFrom(err)
	h.Type = populationType
	r.pull.Holes = append(r.pull.Holes, h)
}

// Page counts one page of a list.
func (r *Recorder) Page() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pull.Pages++
}

// Total records the provider's own total of what the principal may see.
func (r *Recorder) Total(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pull.ProviderTotal = &n
}

// Parameter records a filter or option that shapes the answer, e.g.
// "iam:ListUsers PathPrefix=/".
func (r *Recorder) Parameter(p string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.pull.Parameters, p) {
		r.pull.Parameters = append(r.pull.Parameters, p)
	}
}

// Reconcile names the independent source with which the list agreed.
func (r *Recorder) Reconcile(source string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pull.ReconciledWith = source
}

// Result is the pull so far and its facts, without words that no check knows and
// without what has the form of a secret.
// A fact that cannot be masked, or that could no longer be told from another one,
// is left out, and its population was then not seen to its end.
func (r *Recorder) Result() (Pull, []Fact) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.pull
	p.Holes = slices.Clone(p.Holes)
	facts := make([]Fact, 0, len(r.facts))
	original := map[Key]Key{}
	for _, f := range r.facts {
		masked, found, err := f.inWords().Masked()
		if other, taken := original[masked.Resource.Key()]; err == nil && taken {
			err = fmt.Errorf("two of them differ only in what was masked, type %s", other.Kind)
		}
		if err != nil {
			h := HoleFrom(err)
			h.Type, h.Detail = f.Resource.Type, "a fact holds what looks like a secret and cannot be stored without it"
			p.Holes = append(p.Holes, h)
			continue
		}
		original[masked.Resource.Key()] = f.Resource.Key()
		p.Masked = append(p.Masked, found...)
		facts = append(facts, masked)
	}
	p.Items = len(facts)
	return p.masked(), facts
}
