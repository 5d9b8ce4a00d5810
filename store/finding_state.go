package store

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// The form of finding_state.states, integers as varints:
//
//	2, the version
//	how many inputs, and each: 0 and the 32 bytes of a SHA-256, or its length + 1 and its text
//	how many times, and each in microseconds since 1970
//	for each state, in the order of its list of checks:
//	  one byte: outcome, definite << 2, resolved << 4, gone << 5, accepted << 6, more << 7
//	  severity, place of its inputs, of first seen, of last changed and, if accepted, of accepted until
//	  if more, one byte: awaiting, waiting << 1
//	  if waiting, one byte: outcome, definite << 2, absent << 5, as they were announced;
//	  looks, place of the pull, place of the cause among waitingCauses
//
// Version 1 is the same without more.
//
// A hundred thousand resources and sixty checks make millions of states: a row
// each would cost seconds and gigabytes at every change of a check.
const (
	statesVersion      = 2
	firstStatesVersion = 1
)

const (
	flagResolved = 1 << 4
	flagGone     = 1 << 5
	flagAccepted = 1 << 6
	flagMore     = 1 << 7

	flagAwaiting = 1 << 0
	flagWaiting  = 1 << 1
)

var errStates = errors.New("the stored states of a resource cannot be read: the store was damaged or altered; restore a copy of it")

func pack(states []soc2.FindingState) []byte {
	var inputs []string
	var times []int64
	place := func(t time.Time) uint64 {
		us := micros(t)
		i := slices.Index(times, us)
		if i < 0 {
			i = len(times)
			times = append(times, us)
		}
		return uint64(i)
	}
	body := make([]byte, 0, 8*len(states))
	for i := range states {
		s := &states[i]
		flags := byte(s.Outcome) | byte(s.Definite)<<2
		if s.Resolved {
			flags |= flagResolved
		}
		if s.Gone {
			flags |= flagGone
		}
		accepted := !s.AcceptedUntil.IsZero()
		if accepted {
			flags |= flagAccepted
		}
		more := moreOf(s)
		if more != 0 {
			flags |= flagMore
		}
		in := slices.Index(inputs, s.Inputs)
		if in < 0 {
			in = len(inputs)
			inputs = append(inputs, s.Inputs)
		}
		body = append(body, flags)
		body = binary.AppendUvarint(body, uint64(s.Severity)) // a severity is not negative
		body = binary.AppendUvarint(body, uint64(in))         // a place is not negative
		body = binary.AppendUvarint(body, place(s.FirstSeen))
		body = binary.AppendUvarint(body, place(s.LastChanged))
		if accepted {
			body = binary.AppendUvarint(body, place(s.AcceptedUntil))
		}
		if more != 0 {
			body = append(body, more)
		}
		if more&flagWaiting != 0 {
			body = appendWaiting(body, s.Waiting, place)
		}
	}
	b := make([]byte, 0, 16+40*len(inputs)+9*len(times)+len(body))
	b = append(b, statesVersion)
	b = binary.AppendUvarint(b, uint64(len(inputs)))
	for _, text := range inputs {
		b = appendInputs(b, text)
	}
	b = binary.AppendUvarint(b, uint64(len(times)))
	for _, us := range times {
		b = binary.AppendVarint(b, us)
	}
	return append(b, body...)
}

func appendInputs(b []byte, text string) []byte {
	if raw, err := hex.DecodeString(text); err == nil && len(raw) == 32 && hex.EncodeToString(raw) == text {
		return append(append(b, 0), raw...)
	}
	return append(binary.AppendUvarint(b, uint64(len(text))+1), text...)
}

// unpack appends the states of a resource to those given.
func unpack(states []soc2.FindingState, r evidence.Resource, checks [][2]string, packed []byte) ([]soc2.FindingState, error) {
	p := unpacker{rest: packed}
	version := p.octet()
	if version != statesVersion && version != firstStatesVersion {
		return nil, errStates
	}
	inputs := make([]string, 0, 4)
	for range p.count() {
		inputs = append(inputs, p.inputs())
	}
	times := make([]time.Time, 0, 4)
	for range p.count() {
		times = append(times, p.time())
	}
	key := r.Key()
	for _, c := range checks {
		flags := p.octet()
		s := soc2.FindingState{
			Key: soc2.FindingKey{Control: c[0], Check: c[1], Resource: key}, Resource: r,
			Outcome: soc2.Outcome(flags & 3), Definite: soc2.Outcome(flags >> 2 & 3),
			Resolved: flags&flagResolved != 0, Gone: flags&flagGone != 0,
			Severity: soc2.Severity(p.uvarint()), // written from one
			Inputs:   at(&p, inputs), FirstSeen: at(&p, times), LastChanged: at(&p, times),
		}
		if flags&flagAccepted != 0 {
			s.AcceptedUntil = at(&p, times)
		}
		if flags&flagMore != 0 {
			p.more(&s, version, times)
		}
		states = append(states, s)
	}
	if p.bad || len(p.rest) > 0 {
		return nil, errStates
	}
	return states, nil
}

// unpacker reads on with zeroes once something did not fit, and says so.
type unpacker struct {
	rest []byte
	bad  bool
}

func (p *unpacker) octet() byte {
	if len(p.rest) == 0 {
		p.bad = true
		return 0
	}
	b := p.rest[0]
	p.rest = p.rest[1:]
	return b
}

func (p *unpacker) uvarint() uint64 {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 {
		p.bad, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

// count is a number of things that each take a byte at least.
func (p *unpacker) count() uint64 {
	n := p.uvarint()
	if n > uint64(len(p.rest)) {
		p.bad = true
		return 0
	}
	return n
}

func (p *unpacker) inputs() string {
	n := p.uvarint()
	raw := n == 0
	if raw {
		n = 33
	}
	if n-1 > uint64(len(p.rest)) {
		p.bad = true
		return ""
	}
	b := p.rest[:n-1]
	p.rest = p.rest[n-1:]
	if raw {
		return hex.EncodeToString(b)
	}
	return string(b)
}

func (p *unpacker) time() time.Time {
	us, n := binary.Varint(p.rest)
	if n <= 0 {
		p.bad, p.rest = true, nil
		return time.Time{}
	}
	p.rest = p.rest[n:]
	return fromMicros(us)
}

func at[T any](p *unpacker, list []T) (found T) {
	i := p.uvarint()
	if i >= uint64(len(list)) {
		p.bad = true
		return found
	}
	return list[i]
}
