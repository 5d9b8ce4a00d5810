package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// mintToken turns the App's own proof into a token of one installation. What it
// says and is answered is never recorded.
const mintToken = "POST /app/installations/{installation_id}/access_tokens" // an operation's name

var mints = []string{mintToken}

// tokenMargin is how long before its end a token is replaced, so that none ends
// while a request is under way.
const tokenMargin = 5 * time.Minute

// installed sends requests as an App's installation in one organisation, or as
// the App itself where the context says so.
type installed struct {
	app  *app
	base *url.URL
	next http.RoundTripper
	// turn is held by whoever asks for a token, so that others wait for it.
	turn  chan struct{}
	token string
	ends  time.Time

	mu           sync.Mutex
	installation *installation // set by discovery
}

func newInstalled(a *app, base *url.URL, next http.RoundTripper) *installed {
	return &installed{app: a, base: base, next: next, turn: make(chan struct{}, 1)}
}

type asAppKey struct{}

// asApp marks requests that the App makes for itself.
func asApp(ctx context.Context) context.Context { return context.WithValue(ctx, asAppKey{}, true) }

func (t *installed) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != t.base.Host {
		return t.next.RoundTrip(req)
	}
	ctx := req.Context()
	var token string
	var err error
	if itself, _ := ctx.Value(asAppKey{}).(bool); itself {
		token, err = t.app.signed()
	} else {
		token, err = t.current(ctx)
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	req = req.Clone(ctx)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := t.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		t.forget(ctx, token)
	}
	return resp, err
}

// current is the installation's token, made anew shortly before it ends.
func (t *installed) current(ctx context.Context) (string, error) {
	if err := t.take(ctx); err != nil {
		return "", err
	}
	defer t.leave()
	if t.token != "" && t.app.clock().Before(t.ends.Add(-tokenMargin)) {
		return t.token, nil
	}
	token, ends, err := t.mint(ctx)
	if err != nil {
		return "", err
	}
	t.token, t.ends = token, ends
	return token, nil
}

// forget drops a token that GitHub no longer takes: permissions were changed, or
// the App was installed anew.
func (t *installed) forget(ctx context.Context, token string) {
	if t.take(ctx) != nil {
		return
	}
	defer t.leave()
	if t.token == token {
		t.token = ""
	}
}

func (t *installed) take(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *installed) leave() { <-t.turn }

// mint asks for a token with what the collectors need and the installation has,
// to read only. Asking for more is refused; asking for nothing in particular
// would give everything, write permissions included.
func (t *installed) mint(ctx context.Context) (token string, ends time.Time, err error) {
	t.mu.Lock()
	i := t.installation
	t.mu.Unlock()
	if i == nil {
		return "", ends, &evidence.Unseen{
			Reason: evidence.ProviderError, Operation: mintToken, Err: errors.New("the App's installation in the organisation is not known"),
		}
	}
	held, _ := grants(i.Permissions)
	if len(held) == 0 {
		return "", ends, &evidence.Unseen{
			Reason: evidence.Denied, Operation: mintToken, Err: errors.New("the installation has none of the permissions that are needed"),
			Hint: "grant them on the App's page, under Permissions & events, and accept them in the organisation",
		}
	}
	body, err := json.Marshal(map[string]any{"permissions": held})
	if err != nil {
		return "", ends, err
	}
	path := *t.base
	path.Path += "app/installations/" + strconv.FormatInt(i.ID, 10) + "/access_tokens"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, path.String(), bytes.NewReader(body))
	if err != nil {
		return "", ends, err
	}
	proof, err := t.app.signed()
	if err != nil {
		return "", ends, fmt.Errorf("sign as GitHub App: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+proof)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return "", ends, unseen(ctx, mintToken, answer{}, err)
	}
	a := read(resp)
	if a.status != http.StatusCreated {
		return "", ends, appUnseen(ctx, mintToken, a, errors.New(http.StatusText(a.status)))
	}
	return t.accept(a)
}

// accept takes a token from an answer, which is in no error.
func (t *installed) accept(a answer) (token string, ends time.Time, err error) {
	var said struct {
		Token string    `json:"token"`
		Ends  time.Time `json:"expires_at"`
	}
	if json.Unmarshal(a.body, &said) != nil || said.Token == "" || said.Ends.IsZero() {
		return "", ends, unreadable(mintToken, "the answer holds no token", nil)
	}
	if !t.app.clock().Before(said.Ends) {
		return "", ends, &evidence.Unseen{
			Reason: evidence.Denied, Operation: mintToken, Err: errors.New("GitHub's new token has ended already"), Hint: setClock,
		}
	}
	return said.Token, said.Ends, nil
}

const setClock = "this machine's clock differs from GitHub's: synchronise it (NTP)"

// appUnseen says why GitHub refuses an App, and what to do. Its wording of each
// refusal is documented under "Authenticating as a GitHub App".
func appUnseen(ctx context.Context, operation string, a answer, err error) error {
	err = unseen(ctx, operation, a, err)
	no, refusal := errors.AsType[*refused](err)
	u, known := errors.AsType[*evidence.Unseen](err)
	if !refusal || !known || u.Reason == evidence.Throttled {
		return err
	}
	said := strings.ToLower(no.message)
	var hint string
	switch {
	case strings.Contains(said, "expiration time") || strings.Contains(said, "issued at"):
		hint = setClock
	case no.status == http.StatusUnauthorized:
		hint = "the private key is not one of this App's, or app_id names another App: generate a key on the App's page, under Private keys"
	case strings.Contains(said, "integration not found"):
		hint = "there is no App with this app_id; use the number or the client id on the App's page, under About"
	case strings.Contains(said, "suspended"):
		hint = "the installation is suspended: an owner can unsuspend it in the organisation's settings, under GitHub Apps"
	case no.status == http.StatusUnprocessableEntity:
		hint = "the installation's permissions have changed; the next discovery looks at them anew"
	case no.status == http.StatusNotFound:
		hint = "the App is not installed there: install it from the App's page, under Install App"
	default:
		return err
	}
	return &evidence.Unseen{Reason: evidence.Denied, Operation: operation, Err: u.Err, Hint: hint}
}
