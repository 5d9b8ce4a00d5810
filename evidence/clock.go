package evidence

// Clock is how this machine's clock compared with the provider's during a pull:
// what dates every statement of the pull, seen from outside.
type Clock struct {
	// OffsetSeconds is how far the provider's clock is ahead of ours, at least:
	// the Date header of its answers (RFC 9110, section 6.6.1) has whole seconds
	// and travels for a while, and what these explain is no difference.
	OffsetSeconds float64 `json:"offset_seconds"`
	Answers       int     `json:"answers"` // that carried a date
}
