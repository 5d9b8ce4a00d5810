package evaluators

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/observed"
	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

const attestationKind evidence.Kind = "Attestation"

const attestationType = "attestations.attestation"

// attestations gives one finding for each attested control. How it is decided:
//
//   - The newest day on which the control was performed decides; of several
//     statements of that day, the worst.
//   - not-met fails, for ever: time, a missing reviewer or a lost file make no
//     failure better.
//   - met passes within its validity, with evidence where evidence is asked for,
//     and with a second person's review where one is asked for. Lacking any of
//     that, nothing is proven: unobserved.
//   - met-with-findings passes like met: the control was performed, and what it
//     turned up is its result. The note is shown.
//   - no-occurrence is not applicable, on the same terms as met.
//   - A statement about one system can fail the control but not carry it.
//   - Where the control asks for an instance of each system, and the scope says which
//     systems there are, each has a finding of its own, by the statements that name
//     it. One that names none fails all of them and carries none; a failure of a
//     system that is not in scope is a finding too.
//   - Somebody who was to sign it off and said no takes away what it proves.
//   - Where a list of attestations was not seen to its end, a newer statement may
//     say otherwise, so that nothing but a failure stands.
func (e *Engine) attestations(view *sight.Sight, snap evidence.Snapshot) []soc2.Finding {
	if len(e.attested) == 0 {
		return nil
	}
	configured, holes := attestationFeeds(snap)
	byControl := map[string][]*evidence.Fact{}
	for i := range snap.Facts {
		f := &snap.Facts[i]
		if a, ok := f.Body.(*evidence.Attestation); ok && f.Resource.Type == attestationType {
			byControl[a.Control] = append(byControl[a.Control], f)
		}
	}
	findings := make([]soc2.Finding, 0, len(e.attested))
	for _, c := range e.attested {
		for _, system := range e.instancesOf(c, byControl[c.ID]) {
			f := attested(c, system)
			v := verdict{&f}
			switch {
			case !configured:
				v.unobserved(evidence.Hole{Type: attestationType, Reason: evidence.NotConfigured, Detail: "no folder of attestations is configured, and none is recorded"})
				v.Observed = unseenAttestation(evidence.NotConfigured)
			default:
				v.decide(c, attestedCase{shown: e.attestationShown, view: view, at: snap.At, holes: holes, system: system, facts: about(system, byControl[c.ID])})
			}
			findings = append(findings, f)
		}
	}
	return findings
}

func attestationFeeds(snap evidence.Snapshot) (configured bool, holes []evidence.Hole) {
	for _, f := range snap.Feeds {
		for _, p := range f.Populations {
			if p.Type != attestationType {
				continue
			}
			configured = true
			if h, lost := f.HoleAt(p.Type, snap.At); lost {
				holes = append(holes, h)
			}
		}
	}
	return configured, holes
}

func attested(c soc2.Control, system string) soc2.Finding {
	asked := c.AttestationAsked
	remediation := "Perform the control and record an attestation"
	if len(asked.Evidence) > 0 {
		remediation += " with " + strings.Join(asked.Evidence, "; ")
	}
	if asked.Reviewer {
		remediation += ", reviewed by a second person"
	}
	id, name := c.ID, c.Title
	if system != "" {
		id, name = soc2.AttestationSubject(c.ID, system), name+" ("+system+")"
	}
	return soc2.Finding{
		Control: c.ID, Check: soc2.AttestationCheck, Covers: asked.Covers, Severity: c.Severity(),
		Resource: evidence.Resource{Provider: "attestations", Kind: attestationKind, Type: attestationType, ID: id, Name: name},
		Desired:  asked.Question + " Attested at least every " + asked.Validity + ".", Remediation: remediation + ".",
	}
}

func unseenAttestation(r evidence.Reason) json.RawMessage {
	return append(append([]byte(`{"attestation":`), observed.Unseen(r)...), '}')
}

// attestedCase is all that is known of one control.
type attestedCase struct {
	shown []observed.Path
	view  *sight.Sight
	at    time.Time
	holes []evidence.Hole
	facts []*evidence.Fact

	system string // that it is about; empty: all of them
}

// decide judges the newest day, then what could stand against it.
func (v verdict) decide(c soc2.Control, known attestedCase) {
	slices.SortFunc(known.facts, func(a, b *evidence.Fact) int { return cmp.Compare(a.Resource.ID, b.Resource.ID) })
	newest, undated := newestDay(known.facts, known.at)
	v.Inputs = inputsOf(known.facts)
	worst := statement{}
	for _, f := range newest {
		s := judgeAttestation(c.AttestationAsked, f, known)
		if worst.fact == nil || soc2.RollUp(s.outcome, worst.outcome) == s.outcome {
			worst = s
		}
	}
	if worst.fact != nil {
		v.Observed = observed.Render(worst.fact, known.shown)
	} else {
		v.Observed = unseenAttestation(evidence.NotCollected)
		worst.holes = []evidence.Hole{{Type: attestationType, Reason: evidence.NotCollected, Detail: strings.TrimSpace("nobody has attested it " + ofSystem(known.system))}}
	}
	if worst.outcome != soc2.Fail {
		worst.doubt(undated...)
		worst.doubt(known.holes...)
	}
	v.Outcome, v.Reason = worst.outcome, worst.reason
	if v.Outcome == soc2.Unobserved {
		v.unobserved(worst.holes...)
	}
}

func inputsOf(facts []*evidence.Fact) string {
	var all []string
	for _, f := range facts {
		all = append(all, digest(f))
	}
	return evidence.Digest([]byte(strings.Join(all, "\n")))
}
