package soc2

// GapKind is what is wrong (R13).
type GapKind string

// The kinds of gap. How it is decided, the first that applies:
//
//   - no-control: a criterion in scope that no adopted control bears on, or none
//     that has anything to look at;
//   - weak-design: a person's newest conclusion on the design is anything but
//     "suitable", whatever the tests say;
//   - undocumented: what is written is missing or says otherwise: an asset without
//     owner or class, or a walkthrough that does not match while every test holds;
//   - not-operating: something fails, and the control is there: it passes elsewhere,
//     or held before, or was performed before; or practice differs from what is
//     written while the tests do not hold either;
//   - not-implemented: something fails, and nothing shows that it was ever in place;
//   - no-evidence: nothing fails, and something was not seen; or nothing tests it.
const (
	NoControl      GapKind = "no-control"
	Undocumented   GapKind = "undocumented"
	WeakDesign     GapKind = "weak-design"
	NotImplemented GapKind = "not-implemented"
	NotOperating   GapKind = "not-operating"
	NoEvidence     GapKind = "no-evidence"
)

// GapKinds lists every kind, for metrics and schemas.
var GapKinds = []GapKind{NoControl, Undocumented, WeakDesign, NotImplemented, NotOperating, NoEvidence}

// suitableDesign is the only conclusion on a design that is none against it.
const suitableDesign = "suitable"

// controlKind is the kind of gap of a control of the catalogue.
func controlKind(weak, fails, inPlace bool) GapKind {
	switch {
	case weak:
		return WeakDesign
	case fails && inPlace:
		return NotOperating
	case fails:
		return NotImplemented
	}
	return NoEvidence
}
