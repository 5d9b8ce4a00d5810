package store

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// waitingCauses are those that are held back for confirmation. Their places are
// stored: new ones go to the end.
var waitingCauses = []soc2.Cause{soc2.CauseSystem, soc2.CauseSight}

// moreOf is what only few states have.
func moreOf(s *soc2.FindingState) (flags byte) {
	if s.Awaiting {
		flags |= flagAwaiting
	}
	if s.Waiting.Looks > 0 {
		flags |= flagWaiting
	}
	return flags
}

func appendWaiting(b []byte, w soc2.Waiting, place func(time.Time) uint64) []byte {
	flags := byte(w.Outcome) | byte(w.Definite)<<2
	if w.Absent {
		flags |= flagGone
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, uint64(w.Looks)) // above zero
	b = binary.AppendUvarint(b, place(w.Pull))
	// A cause that is not listed gets a place that is none, and is refused when read.
	return binary.AppendUvarint(b, uint64(slices.Index(waitingCauses, w.Cause))) // see above
}

func (p *unpacker) more(s *soc2.FindingState, version byte, times []time.Time) {
	more := p.octet()
	if version == firstStatesVersion || more == 0 || more&^(flagAwaiting|flagWaiting) != 0 {
		p.bad = true
		return
	}
	s.Awaiting = more&flagAwaiting != 0
	if more&flagWaiting == 0 {
		return
	}
	flags := p.octet()
	s.Waiting = soc2.Waiting{
		Outcome: soc2.Outcome(flags & 3), Definite: soc2.Outcome(flags >> 2 & 3),
		Absent: flags&flagGone != 0,
		Looks:  int(p.uvarint()), // written from one
		Pull:   at(p, times), Cause: at(p, waitingCauses),
	}
	if s.Waiting.Looks <= 0 {
		p.bad = true
	}
}

// skipMore goes past what more reads, for those who do not ask for it.
func (p *unpacker) skipMore() {
	if p.octet()&flagWaiting == 0 {
		return
	}
	p.octet()
	for range 3 { // looks, pull and cause
		p.uvarint()
	}
}
