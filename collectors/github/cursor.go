package github

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

// cursor reads a list whose pages are marked by cursors instead of numbers, page
// after page, until more says that it has enough or the list ends. What it could
// read is returned with the error that stopped it.
func (s *session) cursor(ctx context.Context, operation, path string, query url.Values, rec *evidence.Recorder, more func([]json.RawMessage) bool) (items []json.RawMessage, err error) {
	query = withPerPage(operation, query, rec)
	seen := map[string]bool{}
	for page := 1; ; page++ {
		var some []json.RawMessage
		a, err := s.getInto(ctx, operation, path+"?"+query.Encode(), &some)
		if err != nil {
			return items, err
		}
		rec.Page()
		items = append(items, some...)
		if err := onlyPart(operation, a.header); err != nil {
			return items, err
		}
		after, err := nextCursor(operation, a.header)
		if err != nil {
			return items, err
		}
		switch {
		case after == "" && len(some) >= perPage && len(a.header.Values("Link")) == 0:
			return items, s.linksArrive(ctx, operation, path, query)
		case after == "", !more(some):
			return items, nil
		case seen[after]:
			return items, endless(operation, fmt.Sprintf("page %d names a page that was read before as the next", page))
		case page >= mostPage:
			return items, endless(operation, fmt.Sprintf("there are more than %d pages", mostPage))
		}
		seen[after] = true
		query.Set("after", after)
	}
}

// linksArrive tells a list that ends with a full page from one whose links were
// lost on the way here: of the same list, a page of one item must have a next.
func (s *session) linksArrive(ctx context.Context, operation, path string, query url.Values) error {
	one := maps.Clone(query)
	one.Set("per_page", "1")
	var some []json.RawMessage
	a, err := s.getInto(ctx, operation, path+"?"+one.Encode(), &some)
	if err != nil {
		return err
	}
	if after, err := nextCursor(operation, a.header); err != nil || after != "" {
		return err
	}
	return endless(operation, "a full page, and the links to the next do not arrive here")
}

// nextCursor takes the cursor from the link to the next page; empty: there is none.
func nextCursor(operation string, h http.Header) (string, error) {
	links := strings.Join(h.Values("Link"), ", ")
	found := nextLink.FindStringSubmatch(links)
	if found == nil {
		if strings.Contains(links, "next") {
			return "", endless(operation, "the link to the next page cannot be read")
		}
		return "", nil
	}
	u, err := url.Parse(found[1])
	if err != nil || u.Query().Get("after") == "" {
		return "", endless(operation, "the link to the next page has no cursor")
	}
	return u.Query().Get("after"), nil
}

// toTheEnd reads a list that is wanted whole.
func toTheEnd([]json.RawMessage) bool { return true }
