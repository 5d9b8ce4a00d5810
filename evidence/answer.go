package evidence

import "encoding/json"

// Answer is what a provider answered to one request, redacted: without secrets,
// without what differs at every call, and with a list of what was removed. XML and
// CSV are told as JSON, so that one form can be redacted, compared and shown.
type Answer struct {
	Request AnswerRequest
	Status  int
	// Rest is the answer without its items: a document whose list, if it has one,
	// is empty. Nil where Digest stands for it.
	Rest json.RawMessage
	// Items are the elements of its list, each a document of its own, so that an
	// element that did not change is not stored again.
	Items []json.RawMessage
	// Removed are the paths that were taken out, and why: "Functions[].Environment secret".
	Removed []string
	// Digest is the SHA-256 of the answer as it was sent, where it is not kept:
	// Why says "truncated", or that it cannot be read.
	Digest string
	Why    string
	// Gone says what of it was kept and is not any more: pruned or erased, by what.
	Gone []string
	Size int // of the answer, decompressed, in bytes
}

// AnswerRequest is what was asked, without secrets and without page tokens.
type AnswerRequest struct {
	Operation string            `json:"operation"`
	Method    string            `json:"method"`
	Host      string            `json:"host"`
	Path      string            `json:"path"`
	Query     map[string]string `json:"query,omitempty"`
	Body      json.RawMessage   `json:"body,omitempty"` // of the request, as JSON
	Page      int               `json:"page,omitempty"` // of requests that differ in their page token only, from 1
}

// AnswerRecord says in a pull what became of its answers.
type AnswerRecord struct {
	Captured   int   `json:"captured"`              // answers of operations that opt in
	Bytes      int64 `json:"bytes"`                 // of them, redacted
	NotKept    int   `json:"not_kept,omitempty"`    // of them, of which only a digest was kept
	OverBudget bool  `json:"over_budget,omitempty"` // the budget for answers is used up: none of this pull were kept
}
