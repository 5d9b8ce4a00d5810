package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"strconv"

	"github.com/controlwatch/controlwatch/evidence"
)

// whole reads a list of any kind until two readings agree (see settled), and
// counts nothing twice.
func (s *session) whole(ctx context.Context, operation, path string, query url.Values, rec *evidence.Recorder) ([]json.RawMessage, error) {
	return steady(operation, func() ([]json.RawMessage, int, error) {
		return s.pages(ctx, operation, path, query, rec)
	})
}

// wrapped reads a list that GitHub puts into an object beside its own total,
// {"total_count": 2, "secrets": […]}, and holds it against that total.
func (s *session) wrapped(ctx context.Context, operation, path, key string, rec *evidence.Recorder) ([]json.RawMessage, error) {
	total := 0
	items, err := steady(operation, func() (items []json.RawMessage, pages int, err error) {
		for page := 1; page != 0; {
			var some []json.RawMessage
			some, total, page, err = s.wrappedPage(ctx, operation, path, key, page)
			items = append(items, some...)
			if err != nil {
				return items, pages, err
			}
			rec.Page()
			pages++
		}
		return items, pages, nil
	})
	if err == nil && len(items) < total {
		err = endless(operation, fmt.Sprintf("GitHub shows %d of %d", len(items), total))
	}
	return items, err
}

func (s *session) wrappedPage(ctx context.Context, operation, path, key string, page int) (items []json.RawMessage, total, next int, err error) {
	query := url.Values{"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(page)}}
	var said map[string]json.RawMessage
	a, err := s.getInto(ctx, operation, path+"?"+query.Encode(), &said)
	if err != nil {
		return nil, 0, 0, err
	}
	if err := decode(said[key], &items); err != nil {
		return nil, 0, 0, unreadable(operation, "the answer's "+key, err)
	}
	if err := decode(said["total_count"], &total); err != nil {
		return items, 0, 0, unreadable(operation, "the answer's total_count", err)
	}
	if err := onlyPart(operation, a.header); err != nil {
		return items, total, 0, err
	}
	next, err = nextPage(operation, a.header, page, len(items))
	return items, total, next, err
}

func steady(operation string, read func() ([]json.RawMessage, int, error)) ([]json.RawMessage, error) {
	items, err := settled(read, itemID)
	if errors.Is(err, errUnsettled) {
		err = endless(operation, err.Error())
	}
	return items, err
}

// itemID tells items of one list apart: by GitHub's number, and secrets, which
// have none, by name.
func itemID(item json.RawMessage) int64 {
	var named struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	if err := json.Unmarshal(item, &named); err == nil && named.ID != 0 {
		return named.ID
	}
	h := fnv.New64a()
	if named.Name == "" {
		_, _ = h.Write(item) // a hash never fails to write
	}
	_, _ = h.Write([]byte(named.Name))
	return int64(h.Sum64())
}

// entries decodes a list's items. One that cannot be read costs the whole list:
// a part of it would look like all of it.
func entries[T any](operation string, items []json.RawMessage, ok func(T) bool) ([]T, error) {
	out := make([]T, 0, len(items))
	for _, item := range items {
		var v T
		if err := json.Unmarshal(item, &v); err != nil || !ok(v) {
			return out, unreadable(operation, "an entry that is not as GitHub describes it", err)
		}
		out = append(out, v)
	}
	return out, nil
}
