package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/daemon"
	"github.com/controlwatch/controlwatch/evaluators"
	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
	"github.com/controlwatch/controlwatch/store"
)

// manyResources is how many resources the benchmark's company has.
const manyResources = 100_000

// copiedAccounts is in how many times the accounts of the sample company they are.
const copiedAccounts = 20

// BenchmarkRoute takes 100,000 resources from the pulls' facts to an assessment:
// the first time, and again after one in a hundred has changed. They are those of
// the sample company, over and over, so that every kind that a collector brings
// and every check of the catalogue is in it; and because that company shows
// something bad of everything, far more fails than anywhere else; mended, it has
// few of the resources on which anything fails. The catalogue is the shipped one,
// and one with all its controls five times.
//
// Peaks of resident memory are the kernel's, of each part by itself.
func BenchmarkRoute(b *testing.B) {
	for _, of := range []struct {
		times int
		mix   string
	}{{1, "mended"}, {5, "mended"}, {1, "sample"}, {5, "sample"}} {
		b.Run(fmt.Sprintf("catalogue=%dx/%s", of.times, of.mix), func(b *testing.B) {
			c := largeCompany(b, of.times, copiedAccounts, manyResources)
			if of.mix == "mended" {
				c.mend(b)
			}
			for b.Loop() {
				c.store = filepath.Join(b.TempDir(), strconv.Itoa(b.N)+".db")
				// As in a daemon, the assessment before is there while the next is made.
				first := c.measure(b, "first", func(s *store.Store) soc2.Assessment {
					c.pull(b, s)
					return c.assess(b, s)
				})
				c.changed = true
				c.measure(b, "pulls", func(s *store.Store) (a soc2.Assessment) {
					c.pull(b, s)
					return a
				})
				again := c.measure(b, "again", func(s *store.Store) soc2.Assessment { return c.assess(b, s) })
				c.measure(b, "json", func(s *store.Store) soc2.Assessment {
					a := c.assess(b, s)
					require.NoError(b, report.JSON(io.Discard, a))
					return a
				})
				b.ReportMetric(float64(c.resources/2), "resources") // pulled twice
				b.ReportMetric(float64(findingsOf(first)), "findings")
				b.ReportMetric(float64(len(first.Findings)), "not_passing")
				b.ReportMetric(float64(len(again.Drift)), "drift")
				info, err := os.Stat(c.store)
				require.NoError(b, err)
				b.ReportMetric(float64(info.Size())/(1<<20), "store_MiB")
				c.changed, c.resources, c.now = false, 0, sample.Day
			}
		})
	}
}

func findingsOf(a soc2.Assessment) (n int) {
	for _, count := range a.Outcomes {
		n += count
	}
	return n
}

// copies is a company many times over.
type copies struct {
	store     string
	now       time.Time
	seen      evidence.Snapshot
	each      int // how often a resource is in its account, unless an account has only one of its type
	failing   map[evidence.Key]bool
	resources int
	accounts  int  // copies of the sample company's
	wanted    int  // resources
	day       int  // since the first, for a company that changes by the day
	changed   bool // one resource in a hundred is not as it was
	engine    *evaluators.Engine
	cat       soc2.Catalogue
}

func largeCompany(b testing.TB, times, accounts, resources int) *copies {
	b.Helper()
	c := &copies{now: sample.Day, accounts: accounts, wanted: resources}
	c.seen = sampleSeen(b)
	c.each = max(1, resources/accounts/len(c.seen.Facts))
	cat, err := catalogue.Load()
	require.NoError(b, err)
	c.cat = soc2.Catalogue{Criteria: cat.Criteria, Digest: cat.Digest}
	for i := range times {
		for _, control := range cat.Controls {
			if i > 0 {
				control.ID += "-" + strconv.Itoa(i)
				control.AttestationAsked = nil
			}
			c.cat.Controls = append(c.cat.Controls, control)
		}
	}
	c.engine, err = evaluators.New(c.cat, nil)
	require.NoError(b, err)
	return c
}

// mend makes resources on which anything fails rare, and the others more.
func (c *copies) mend(b testing.TB) {
	b.Helper()
	findings, err := c.engine.Evaluate(b.Context(), c.seen)
	require.NoError(b, err)
	c.failing = map[evidence.Key]bool{}
	for _, f := range findings {
		if f.Outcome == soc2.Fail || f.Outcome == soc2.Unobserved {
			c.failing[f.Resource.Key()] = true
		}
	}
	// As often as makes it as many as are wanted, those that fail included.
	for c.each = 1; c.each < c.wanted && c.accounts*c.inOneAccount(c.each+1) <= c.wanted; c.each++ {
	}
}

// sampleSeen is the sample company as its store has it.
func sampleSeen(b testing.TB) evidence.Snapshot {
	b.Helper()
	one := newCompany(b)
	one.scan(0)
	s, err := store.Open(b.Context(), one.dsn, store.Options{Clock: func() time.Time { return sample.Day }})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	seen, err := s.Snapshot(b.Context(), sample.Day, sourcesOf(b, one))
	require.NoError(b, err)
	require.NotEmpty(b, seen.Facts)
	return seen
}

const copiesSource = "copies"

// pull commits what the collectors of every account brought.
func (c *copies) pull(b testing.TB, s *store.Store) {
	b.Helper()
	plan := evidence.Plan{Source: copiesSource, Provider: "aws", At: c.now, Principal: "benchmark"}
	for n := range c.accounts {
		for _, f := range c.seen.Feeds {
			f.ID.Scope.Account = elsewhere(f.ID.Scope.Account, n)
			plan.Feeds = append(plan.Feeds, evidence.PlannedFeed{ID: f.ID, Populations: f.Populations})
		}
	}
	require.NoError(b, s.CommitPlan(b.Context(), plan))
	for n := range c.accounts {
		for _, f := range c.seen.Feeds {
			pull := *f.Last
			pull.Source, pull.ID, pull.StartedAt, pull.FinishedAt = copiesSource, "", c.now, c.now
			pull.Scope.Account = elsewhere(f.ID.Scope.Account, n)
			facts := c.brought(pull, f.ID.Scope.Account)
			c.resources += len(facts)
			require.NoError(b, s.CommitPull(b.Context(), pull, facts))
		}
	}
}

// brought is what one feed of one copy brings.
func (c *copies) brought(pull evidence.Pull, account string) []evidence.Fact {
	of := map[string]int{}
	for _, f := range c.seen.Facts {
		if f.Resource.Account == account {
			of[f.Resource.Type]++
		}
	}
	var facts []evidence.Fact
	for _, f := range c.seen.Facts {
		r := f.Resource
		if !pull.Owns(r.Type) || r.Account != account || pull.Scope.Region != "" && r.Region != pull.Scope.Region {
			continue
		}
		for k := range c.times(r, of[r.Type], c.each) {
			f.Resource.Account, f.Resource.ID = pull.Scope.Account, elsewhere(r.ID, k)
			f.Resource.Name = r.Name
			person(&f, pull.Scope.Account[len(pull.Scope.Account)-4:]+"-"+strconv.Itoa(k))
			if c.changed && k%100 == 0 {
				f.Resource.Name += "'"
			}
			c.age(&f, len(facts))
			facts = append(facts, f)
		}
	}
	return facts
}

// times is how often a resource is in each copy of its account, which has so many of its type.
func (c *copies) times(r evidence.Resource, ofType, each int) int {
	switch {
	case ofType == 1:
		return 1 // the account itself and its settings
	case c.failing[r.Key()]:
		return max(1, each/20)
	}
	return each
}

// inOneAccount counts the resources of one copy of the sample company's accounts.
func (c *copies) inOneAccount(each int) (n int) {
	type place struct{ account, typ string }
	of := map[place]int{}
	for _, f := range c.seen.Facts {
		of[place{f.Resource.Account, f.Resource.Type}]++
	}
	for _, f := range c.seen.Facts {
		n += c.times(f.Resource, of[place{f.Resource.Account, f.Resource.Type}], each)
	}
	return n
}

// person makes people and their accounts others in each copy: nobody has a hundred
// accounts, and joining all of everybody's with all employments would measure that.
func person(f *evidence.Fact, suffix string) {
	email := func(of *string) *string {
		if of == nil || *of == "" {
			return of
		}
		return new(*of + suffix)
	}
	switch body := f.Body.(type) {
	case *evidence.User:
		other := *body
		other.Email = email(body.Email)
		f.Body, f.Resource.Name = &other, f.Resource.Name+suffix
	case *evidence.Employment:
		other := *body
		other.Email, other.Accounts = email(body.Email), slices.Clone(body.Accounts)
		for i := range other.Accounts {
			other.Accounts[i] += suffix
		}
		f.Body = &other
	}
}

func elsewhere(text string, n int) string { return fmt.Sprintf("%s-%04d", text, n) }

func (c *copies) assess(b testing.TB, s *store.Store) soc2.Assessment {
	b.Helper()
	assessor := &daemon.Assessor{
		History: s, Engine: c.engine, Catalogue: c.cat, Categories: []string{"Security", "Availability", "Confidentiality"},
		Sources: map[string]time.Duration{copiesSource: 24 * time.Hour}, Clock: func() time.Time { return c.now }, Version: "benchmark",
	}
	a, err := assessor.Assess(b.Context())
	require.NoError(b, err)
	return a
}

// measure runs one part with the store opened anew, an hour after the last.
func (c *copies) measure(b *testing.B, part string, run func(*store.Store) soc2.Assessment) soc2.Assessment {
	b.Helper()
	c.now = c.now.Add(time.Hour)
	s, err := store.Open(b.Context(), "sqlite:"+c.store, store.Options{Clock: func() time.Time { return c.now }})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	debug.FreeOSMemory()
	b.ReportMetric(resident(b, "VmRSS:"), part+"_before_MiB")
	// Resets the peak; without it the figures are of everything so far.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)
	began, before := time.Now(), processor(b)
	a := run(s)
	b.ReportMetric(time.Since(began).Seconds(), part+"_s")
	b.ReportMetric((processor(b) - before).Seconds(), part+"_cpu_s")
	b.ReportMetric(resident(b, "VmHWM:"), part+"_peak_MiB")
	runtime.KeepAlive(a)
	return a
}

// processor is the time this process has had of all processors, which other work
// beside does not make longer.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the memory the process has resident, or has had at most, in MiB.
func resident(b *testing.B, which string) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	lines := strings.Split(string(status), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, which) })
	require.GreaterOrEqual(b, i, 0)
	kib, err := strconv.ParseFloat(strings.Fields(lines[i])[1], 64)
	require.NoError(b, err)
	return kib / 1024
}
