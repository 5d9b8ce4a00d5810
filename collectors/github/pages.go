package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	perPage  = 100  // the most GitHub gives
	mostPage = 5000 // half a million items: more is a list that does not end
)

// list reads a list to its end, page after page. What it could read is returned
// with the error that stopped it.
func (s *session) list(ctx context.Context, operation, path string) ([]json.RawMessage, error) {
	items, _, err := s.pages(ctx, operation, path, nil, nil)
	return items, err
}

func (s *session) pages(ctx context.Context, operation, path string, query url.Values, rec *evidence.Recorder) (items []json.RawMessage, pages int, err error) {
	query = withPerPage(operation, query, rec)
	var last []byte
	for page := 1; page != 0; {
		query.Set("page", strconv.Itoa(page))
		var some []json.RawMessage
		a, err := s.getInto(ctx, operation, path+"?"+query.Encode(), &some)
		if err != nil {
			return items, pages, err
		}
		if rec != nil {
			rec.Page()
		}
		if pages++; len(some) > 0 && slices.Equal(a.body, last) {
			return items, pages, endless(operation, fmt.Sprintf("page %d repeats the page before", page))
		}
		items, last = append(items, some...), a.body
		if err := onlyPart(operation, a.header); err != nil {
			return items, pages, err
		}
		if page, err = nextPage(operation, a.header, page, len(some)); err != nil {
			return items, pages, err
		}
	}
	return items, pages, nil
}

func withPerPage(operation string, query url.Values, rec *evidence.Recorder) url.Values {
	q := url.Values{}
	for name, values := range query {
		q[name] = values
		if rec != nil {
			rec.Parameter(operation + " " + name + "=" + strings.Join(values, ","))
		}
	}
	q.Set("per_page", strconv.Itoa(perPage))
	return q
}

var nextLink = regexp.MustCompile(`<([^>]*)>\s*;[^,]*\brel="?next"?`)

// nextPage is the number of the page after this one, 0 after the last. Only the
// number is taken from the link: its path names the organisation by number, which
// is another operation.
func nextPage(operation string, h http.Header, page, count int) (int, error) {
	links := strings.Join(h.Values("Link"), ", ")
	if links == "" {
		// One page has no links. A full one may have lost them on the way here, so
		// the next is asked for; past the end it is empty.
		if count >= perPage {
			return page + 1, within(operation, page+1)
		}
		return 0, nil
	}
	found := nextLink.FindStringSubmatch(links)
	if found == nil {
		if strings.Contains(links, "next") {
			return 0, endless(operation, "the link to the next page cannot be read")
		}
		return 0, nil
	}
	u, err := url.Parse(found[1])
	if err != nil {
		return 0, endless(operation, "the link to the next page cannot be read")
	}
	next, err := strconv.Atoi(u.Query().Get("page"))
	switch {
	case err != nil:
		return 0, endless(operation, "the link to the next page has no page number")
	case next != page+1:
		return 0, endless(operation, fmt.Sprintf("page %d says that page %d comes next", page, next))
	}
	return next, within(operation, next)
}

func within(operation string, page int) error {
	if page > mostPage {
		return endless(operation, fmt.Sprintf("there are more than %d pages", mostPage))
	}
	return nil
}

func endless(operation, why string) error {
	return &evidence.Unseen{Reason: evidence.Truncated, Operation: operation, Err: errors.New(why)}
}

// onlyPart recognises a list that GitHub silently shortened: for a classic token
// without any scope that opens it, which then sees what is public, and for one
// that single sign-on keeps out of a part.
func onlyPart(operation string, h http.Header) error {
	if strings.HasPrefix(h.Get(headerSSO), "partial-results") {
		return &evidence.Unseen{
			Reason: evidence.Denied, Operation: operation, Err: errors.New("a part is left out because of single sign-on"),
			Hint: "authorise the token for the organisation's single sign-on",
		}
	}
	accepted := scopes(h.Get(headerAcceptedScopes))
	if _, classic := h[http.CanonicalHeaderKey(headerScopes)]; !classic || len(accepted) == 0 {
		return nil
	}
	for _, held := range scopes(h.Get(headerScopes)) {
		if slices.Contains(accepted, held) {
			return nil
		}
	}
	return &evidence.Unseen{
		Reason: evidence.Denied, Operation: operation, Err: errors.New("the token has none of the scopes for this list, so GitHub shows what is public only"),
		Hint: "give it one of " + strings.Join(accepted, ", "),
	}
}

func scopes(header string) []string {
	return strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' })
}

// settled reads a list until two readings agree. Pages are cut from a list that
// goes on changing: when somebody on a page already read leaves, everybody moves
// up, and the first of the next page is never shown. A list of one page cannot
// shift. The last reading is returned, each item once; with an error, everything
// that any reading showed.
func settled[T any](read func() (items []T, pages int, err error), id func(T) int64) ([]T, error) {
	var before []T
	for n := range mostReadings {
		items, pages, err := read()
		items = unique(items, id)
		switch {
		case err != nil:
			return unique(append(items, before...), id), err
		case pages <= 1 || n > 0 && len(items) == len(before) && len(unique(append(slices.Clip(items), before...), id)) == len(items):
			return items, nil
		}
		before = items
	}
	return before, errUnsettled
}

const mostReadings = 4

var errUnsettled = errors.New("the list changed each time it was read")

// unique keeps the first of the items with one id.
func unique[T any](items []T, id func(T) int64) []T {
	seen := make(map[int64]bool, len(items))
	kept := make([]T, 0, len(items))
	for _, item := range items {
		if !seen[id(item)] {
			seen[id(item)] = true
			kept = append(kept, item)
		}
	}
	return kept
}
