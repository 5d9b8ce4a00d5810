package githubissues

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
)

// Bounds of what is read. Reaching one is an error: with half a list it cannot be
// said that an issue is missing.
const (
	perPage  = 100
	mostPage = 500
)

var nextPage = regexp.MustCompile(`<([^>]*)>\s*;\s*rel="next"`)

// pages reads a list to its end. Only the query of the next page's address is
// used: where requests go is ours to say.
func pages[T any](ctx context.Context, c *client, op operation, number int, query url.Values) ([]T, error) {
	query.Set("per_page", strconv.Itoa(perPage))
	var all []T
	for range mostPage {
		var some []T
		a, err := c.send(ctx, op, number, query, nil, &some)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		next := nextPage.FindStringSubmatch(a.header.Get("Link"))
		if next == nil {
			return all, nil
		}
		u, err := url.Parse(next[1])
		if err != nil {
			return nil, fmt.Errorf("%s: the address of the next page cannot be read", op.name)
		}
		q := u.Query()
		if q.Encode() == query.Encode() {
			return nil, fmt.Errorf("%s: the next page is the page itself", op.name)
		}
		query = q
	}
	return nil, fmt.Errorf("%s: %w", op.name, errors.New("there are more pages than are read"))
}
