package collectorstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/evidence"
)

const (
	getMe     = "GET /me"
	getThings = "GET /things"
	getLock   = "GET /things/{id}/lock"
)

var (
	things = evidence.Collector{
		Name: "toy_things", Doc: "Things and their locks.",
		Populations: []evidence.Population{{Kind: "Repository", Type: "toy.thing"}},
		Reads:       []string{getThings, getLock},
	}
	toyProvider = connect.Provider{
		Name:       "toy",
		Discovery:  evidence.Collector{Name: "toy_discovery", Reads: []string{getMe}},
		Collectors: []evidence.Collector{things},
	}
	toyScope = evidence.Scope{Provider: "toy", Account: "acme"}
)

// toyServer has three things on two pages; the first is locked.
func toyServer() http.RoundTripper {
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]string{"login": "ada", "account": "acme"})
	})
	mux.HandleFunc("GET /things", func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("page") == "2" {
			write(w, map[string]any{"things": []string{"c"}})
			return
		}
		write(w, map[string]any{"things": []string{"a", "b"}, "next": 2})
	})
	mux.HandleFunc("GET /things/{id}/lock", func(w http.ResponseWriter, req *http.Request) {
		write(w, map[string]bool{"locked": req.PathValue("id") == "a"})
	})
	return Serve(mux)
}

// toy is a provider whose faults can be chosen.
type toy struct {
	ignoreListErrors bool // a list that fails is an empty list
	ignoreLockErrors bool // a lock that cannot be read is no lock
	forgetHole       bool // a lock that cannot be read is nil, without a reason
	vagueHole        bool // a hole that does not say which read failed
	callsUndeclared  bool
}

func (y toy) open(_ *testing.T, seam *transport.Seam) []connect.Source {
	client := seam.Client(transport.Policy{
		Provider: "toy", Identify: transport.Routes(getMe, getThings, getLock, "GET /secrets"), Retries: 3,
	})
	return []connect.Source{{
		Name: "toy/acme", Provider: "toy", Scope: toyScope,
		Discover: func(ctx context.Context, _ []evidence.FeedID) (connect.Discovery, error) {
			var me struct{ Login, Account string }
			if err := get(ctx, client, getMe, "/me", &me); err != nil {
				return connect.Discovery{}, err
			}
			if me.Account == "" {
				return connect.Discovery{}, unseen(getMe, evidence.ProviderError, errors.New("no account in the answer"))
			}
			return connect.Discovery{Principal: me.Login, Feeds: []connect.Feed{{
				Collector: things, Scope: toyScope,
				Collect: func(ctx context.Context, rec *evidence.Recorder) error { return y.collect(ctx, client, rec) },
			}}}, nil
		},
	}}
}

func (y toy) collect(ctx context.Context, client *http.Client, rec *evidence.Recorder) error {
	if y.callsUndeclared {
		_ = get(ctx, client, "GET /secrets", "/secrets", new(any))
	}
	for page := 1; page != 0; {
		var list struct {
			Things []string
			Next   int
		}
		err := get(ctx, client, getThings, "/things?page="+strconv.Itoa(page), &list)
		if err == nil && list.Things == nil {
			err = unseen(getThings, evidence.ProviderError, errors.New("no list in the answer"))
		}
		if err != nil {
			if y.ignoreListErrors {
				return nil
			}
			return err
		}
		rec.Page()
		for _, id := range list.Things {
			if err := rec.Add(y.thing(ctx, client, id)); err != nil {
				return err
			}
		}
		page = list.Next
	}
	return nil
}

func (y toy) thing(ctx context.Context, client *http.Client, id string) evidence.Fact {
	body := &evidence.Repository{}
	f := evidence.Fact{
		Resource: evidence.Resource{Provider: "toy", Account: "acme", Kind: "Repository", Type: "toy.thing", ID: id},
		Body:     body,
	}
	var lock struct{ Locked *bool }
	err := get(ctx, client, getLock, "/things/"+id+"/lock", &lock)
	if err == nil && lock.Locked == nil {
		err = unseen(getLock, evidence.ProviderError, errors.New("no lock in the answer"))
	}
	body.Archived = lock.Locked
	switch {
	case err == nil || y.forgetHole:
	case y.ignoreLockErrors:
		body.Archived = new(bool)
	case y.vagueHole:
		f.Miss("archived", errors.New("no luck"))
	default:
		f.Miss("archived", err)
	}
	return f
}

func get(ctx context.Context, client *http.Client, operation, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://toy.test"+path, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		if judged, ok := errors.AsType[*evidence.Unseen](err); ok {
			return judged
		}
		return unseen(operation, evidence.ProviderError, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			return unseen(operation, evidence.ProviderError, err)
		}
		return nil
	case http.StatusForbidden:
		return unseen(operation, evidence.Denied, nil)
	case http.StatusTooManyRequests:
		return unseen(operation, evidence.Throttled, nil)
	}
	return unseen(operation, evidence.ProviderError, fmt.Errorf("status %d", resp.StatusCode))
}

func unseen(operation string, reason evidence.Reason, err error) error {
	return &evidence.Unseen{Operation: operation, Reason: reason, Err: err}
}

func toySuite(y toy) Suite {
	return Suite{
		Provider: toyProvider, Base: toyServer(), Open: y.open,
		Deny: func(*http.Request, string) *http.Response {
			return Answer(http.StatusForbidden, "application/json", `{}`)
		},
	}
}
