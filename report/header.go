package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// mostAccounts bounds the list of accounts in the header.
const mostAccounts = 12

func (s *summary) header(a soc2.Assessment) {
	s.section("Gap summary")
	if s.sample {
		s.lines(2, "", "A made-up company, replayed from files. Nothing here is about your systems.")
	}
	s.narrowed(a)
	s.lines(2, "judged    ", minute(a.At)+", by controlwatch "+escaped(cmp.Or(a.Version, "of unknown version")))
	s.lines(2, "evidence  ", span(a.Pulls))
	looks, coverage := looksOf(a), coverageOf(a)
	for i, l := range looks {
		if i == mostAccounts {
			s.lines(2, "          ", fmt.Sprintf("and %s more, listed with -o json", count(len(looks)-i, "account", "accounts")))
			break
		}
		label := "          "
		if i == 0 {
			label = "looked at "
		}
		c := coverage[look{provider: l.provider, account: l.account}]
		s.lines(2, label, fmt.Sprintf("%s; %d of %d pulls complete", l, c.Complete, c.Planned))
	}
	if len(looks) == 0 {
		s.lines(2, "looked at ", s.paintOutcome(soc2.Unobserved, "nothing: no source has been planned"))
	}
	s.systems(a)
	s.adopted(a.Controls)
	accepted, excluded := 0, 0
	for _, c := range a.Controls {
		accepted += c.Accepted
		excluded += c.Excluded
	}
	s.lines(2, "findings  ", fmt.Sprintf("%s, %s, %s, %s",
		s.paintOutcome(soc2.Fail, fmt.Sprintf("%d fail", a.Outcomes[soc2.Fail])),
		s.paintOutcome(soc2.Unobserved, fmt.Sprintf("%d unobserved", a.Outcomes[soc2.Unobserved])),
		s.paintOutcome(soc2.Pass, fmt.Sprintf("%d pass", a.Outcomes[soc2.Pass])),
		s.paintOutcome(soc2.NotApplicable, fmt.Sprintf("%d not applicable", a.Outcomes[soc2.NotApplicable]))))
	s.lines(2, "decisions ", fmt.Sprintf("%d of the failing accepted, %d more excluded from every count", accepted, excluded))
	s.decided(a)
}

// span says from when to when the newest pulls were made.
func span(pulls []evidence.Pull) string {
	var first, last time.Time
	calls := 0
	for _, p := range pulls {
		if first.IsZero() || p.StartedAt.Before(first) {
			first = p.StartedAt
		}
		if p.FinishedAt.After(last) {
			last = p.FinishedAt
		}
		for _, n := range p.OperationCounts {
			calls += n
		}
	}
	if len(pulls) == 0 {
		return "none: nothing has been pulled"
	}
	return fmt.Sprintf("%s, %s, pulled %s to %s", count(len(pulls), "pull", "pulls"), count(calls, "call", "calls"), minute(first), minute(last))
}

// look is one account and as whom we looked at it.
type look struct{ provider, account, principal string }

func (l look) String() string {
	place := escaped(l.provider) + " " + Safe(l.account)
	if l.principal == "" {
		return place + ", as nobody yet: who we are could not be told"
	}
	return place + ", as " + Safe(l.principal)
}

// coverageOf is how much of what is planned was seen, by provider and account.
func coverageOf(a soc2.Assessment) map[look]Coverage {
	all := map[look]Coverage{}
	for _, f := range a.Feeds {
		place := look{provider: f.ID.Scope.Provider, account: f.ID.Scope.Account}
		c := all[place]
		c.Add(f, a.At)
		all[place] = c
	}
	return all
}

func looksOf(a soc2.Assessment) []look {
	principals := map[look]bool{}
	places := map[look]bool{}
	for _, f := range a.Feeds {
		places[look{provider: f.ID.Scope.Provider, account: f.ID.Scope.Account}] = true
	}
	for _, p := range a.Pulls {
		place := look{provider: p.Scope.Provider, account: p.Scope.Account}
		places[place] = true
		if p.Principal != "" {
			delete(places, place)
			place.principal = p.Principal
			principals[place] = true
		}
	}
	var looks []look
	for l := range principals {
		delete(places, look{provider: l.provider, account: l.account})
		looks = append(looks, l)
	}
	for l := range places {
		looks = append(looks, l)
	}
	slices.SortFunc(looks, func(a, b look) int {
		return cmp.Or(cmp.Compare(a.provider, b.provider), cmp.Compare(a.account, b.account), cmp.Compare(a.principal, b.principal))
	})
	return looks
}

// severityColours paints what to read first.
func severityColours(v soc2.Severity) colours {
	switch v {
	case soc2.Critical:
		return colours{text.FgRed, text.Bold}
	case soc2.High:
		return colours{text.FgRed}
	case soc2.Medium:
		return colours{text.FgYellow}
	case soc2.Low:
	}
	return colours{text.Faint}
}
