package githubtest

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

//go:embed testdata/issues.json
var issuesDescription []byte

var newIssuesJudge = sync.OnceValues(func() (*judge, error) { return judgeBy(issuesDescription) })

// Tracker is the issues of one repository, kept in memory. As with Server, every
// request and every answer is judged by GitHub's published description. It is
// written to; no collector knows it.
type Tracker struct {
	Repository string // owner/name
	Public     bool
	NoIssues   bool
	Archived   bool
	Token      string
	MayLabel   bool            // credentials of those with push access set labels; those of others do nothing
	Assignable map[string]bool // logins; others are refused
	Clock      func() time.Time
	// Fault is asked before each request; nil: none ever happens.
	Fault func(*http.Request) Fault

	Issues   []*Issue
	Writes   []string // method and path of each request that changed something
	Requests int

	report Reporter
	judge  *judge
	mu     sync.Mutex
}

// Fault is what goes wrong with one request. The zero value is nothing.
type Fault struct {
	Status  int               // answer this instead of doing anything
	Header  map[string]string // of that answer
	Message string
	Lose    bool // do it, and lose the answer
}

// Issue is one issue.
type Issue struct {
	ID          int64 // 0: one that follows from its number
	Number      int
	Title, Body string
	Closed      bool
	Reason      string
	Labels      []string
	Assignees   []string
	Comments    []string
	Deleted     bool
	Transferred bool
	PullRequest bool
}

// NewTracker makes an empty one.
func NewTracker(report Reporter, repository string, clock func() time.Time) *Tracker {
	report.Helper()
	j, err := newIssuesJudge()
	if err != nil {
		report.Errorf("load GitHub's description: %v", err)
	}
	return &Tracker{Repository: repository, Token: "github_pat_issues", MayLabel: true, Assignable: map[string]bool{}, Clock: clock, report: report, judge: j}
}

// Add puts an issue there, as a person does.
func (t *Tracker) Add(i Issue) *Issue {
	i.Number = len(t.Issues) + 1
	t.Issues = append(t.Issues, &i)
	return &i
}

// RoundTrip answers without a network.
func (t *Tracker) RoundTrip(req *http.Request) (*http.Response, error) {
	t.report.Helper()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Requests++
	var fault Fault
	if t.Fault != nil {
		fault = t.Fault(req)
	}
	w := httptest.NewRecorder()
	if fault.Status != 0 {
		for name, value := range fault.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(fault.Status)
		fmt.Fprintf(w, `{"message":%q}`, fault.Message)
		return w.Result(), nil
	}
	a := t.judged(req)
	if fault.Lose {
		return nil, errors.New("connection reset by peer")
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // into memory
	return w.Result(), nil
}

func (t *Tracker) judged(req *http.Request) answer {
	t.report.Helper()
	asked := t.judge.canonical(req)
	input, err := t.judge.requestAnew(asked)
	if err != nil {
		t.report.Errorf("the request is not as GitHub describes it: %v", err)
		return refuse(http.StatusUnprocessableEntity, "Validation Failed")
	}
	if req.Header.Get("Authorization") != "Bearer "+t.Token {
		return refuse(http.StatusUnauthorized, "Bad credentials")
	}
	a := t.judge.filled(input, t.answer(asked))
	if err := t.judge.answerAnew(input, a); err != nil {
		t.report.Errorf("the fake's answer to %s %s is not as GitHub describes it: %v", asked.Method, asked.URL.Path, err)
	}
	return a
}

func (t *Tracker) answer(req *http.Request) answer {
	path, ok := strings.CutPrefix(req.URL.Path, "/repos/"+t.Repository)
	if !ok {
		return refuse(http.StatusNotFound, "Not Found")
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "":
		_, name, _ := strings.Cut(t.Repository, "/")
		return filledIn(http.StatusOK, map[string]any{
			"name": name, "full_name": t.Repository, "private": !t.Public, "has_issues": !t.NoIssues, "archived": t.Archived, "owner": person("acme"),
		})
	case parts[0] != "issues":
		return refuse(http.StatusNotFound, "Not Found")
	case len(parts) == 1 && req.Method == http.MethodGet:
		return t.list(req)
	case len(parts) == 1:
		return t.create(req)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 1 || n > len(t.Issues) {
		return refuse(http.StatusNotFound, "Not Found")
	}
	i := t.Issues[n-1]
	switch {
	case i.Deleted:
		return refuse(http.StatusGone, "This issue was deleted")
	case i.Transferred:
		a := refuse(http.StatusMovedPermanently, "Moved Permanently")
		a.header.Set("Location", apiURL+"/repositories/2/issues/7")
		return a
	case len(parts) == 2 && req.Method == http.MethodGet:
		return filledIn(http.StatusOK, t.body(i))
	case len(parts) == 2:
		return t.patch(req, i)
	case req.Method == http.MethodGet:
		var all []any
		for k, c := range i.Comments {
			all = append(all, t.comment(k, c))
		}
		return t.page(req, all)
	}
	var said struct{ Body string }
	if !decoded(req, &said) || utf8.RuneCountInString(said.Body) > 65536 {
		return refuse(http.StatusUnprocessableEntity, "Validation Failed")
	}
	i.Comments = append(i.Comments, said.Body)
	t.Writes = append(t.Writes, req.Method+" "+path)
	return filledIn(http.StatusCreated, t.comment(len(i.Comments)-1, said.Body))
}

func (t *Tracker) list(req *http.Request) answer {
	q := req.URL.Query()
	var all []any
	for _, i := range t.Issues {
		state := q.Get("state")
		if i.Deleted || i.Transferred || state == "open" && i.Closed || state == "closed" && !i.Closed {
			continue
		}
		missing := false
		for l := range strings.SplitSeq(q.Get("labels"), ",") {
			missing = missing || l != "" && !slices.ContainsFunc(i.Labels, func(has string) bool { return strings.EqualFold(has, l) })
		}
		if !missing {
			all = append(all, t.body(i))
		}
	}
	if q.Get("direction") != "asc" {
		slices.Reverse(all)
	}
	return t.page(req, all)
}

func (t *Tracker) page(req *http.Request, all []any) answer {
	q := req.URL.Query()
	size, _ := strconv.Atoi(q.Get("per_page"))
	size = cmp.Or(size, 30)
	number, _ := strconv.Atoi(q.Get("page"))
	number = max(number, 1)
	from := min((number-1)*size, len(all))
	to := min(from+size, len(all))
	a := filledIn(http.StatusOK, append([]any{}, all[from:to]...))
	if to < len(all) {
		q.Set("page", strconv.Itoa(number+1))
		a.header.Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, apiURL, req.URL.Path, q.Encode()))
	}
	return a
}

type issueChange struct {
	Title       *string
	Body        *string
	State       string
	StateReason string `json:"state_reason"`
	Labels      *[]string
	Assignees   *[]string
}

func (t *Tracker) create(req *http.Request) answer {
	i := &Issue{Number: len(t.Issues) + 1}
	if a, ok := t.change(req, i); !ok {
		return a
	}
	t.Issues = append(t.Issues, i)
	return filledIn(http.StatusCreated, t.body(i))
}

func (t *Tracker) patch(req *http.Request, i *Issue) answer {
	next := *i
	if a, ok := t.change(req, &next); !ok {
		return a
	}
	*i = next
	return filledIn(http.StatusOK, t.body(i))
}

func (t *Tracker) change(req *http.Request, i *Issue) (answer, bool) {
	var c issueChange
	no := refuse(http.StatusUnprocessableEntity, "Validation Failed")
	switch {
	case !decoded(req, &c):
		return no, false
	case c.Title != nil && (*c.Title == "" || utf8.RuneCountInString(*c.Title) > 256), i.Number > len(t.Issues) && c.Title == nil:
		return no, false
	case c.Body != nil && utf8.RuneCountInString(*c.Body) > 65536:
		return no, false
	}
	if c.Assignees != nil {
		for _, l := range *c.Assignees {
			if !t.Assignable[l] {
				return no, false
			}
		}
		i.Assignees = slices.Clone(*c.Assignees)
	}
	if c.Labels != nil && t.MayLabel {
		i.Labels = slices.Clone(*c.Labels)
	}
	if c.Title != nil {
		i.Title = *c.Title
	}
	if c.Body != nil {
		i.Body = *c.Body
	}
	if c.State != "" {
		i.Closed, i.Reason = c.State == "closed", c.StateReason
	}
	t.Writes = append(t.Writes, req.Method+" "+strings.TrimPrefix(req.URL.Path, "/repos/"+t.Repository))
	return answer{}, true
}

func decoded(req *http.Request, into any) bool {
	b, err := io.ReadAll(req.Body)
	return err == nil && json.Unmarshal(b, into) == nil
}

func (t *Tracker) body(i *Issue) map[string]any {
	state := "open"
	if i.Closed {
		state = "closed"
	}
	labels, assignees := []any{}, []any{}
	for k, l := range i.Labels {
		labels = append(labels, map[string]any{"id": k + 1, "name": l, "color": "ededed", "default": false, "description": nil})
	}
	for _, l := range i.Assignees {
		assignees = append(assignees, person(l))
	}
	b := map[string]any{
		"id": cmp.Or(i.ID, int64(1000+i.Number)), "number": i.Number, "title": i.Title, "body": i.Body, "state": state, "labels": labels, "assignees": assignees,
		"user": person("controlwatch"), "html_url": "https://github.com/" + t.Repository + "/issues/" + strconv.Itoa(i.Number),
		"comments": len(i.Comments), "locked": false,
	}
	if i.Body == "" {
		b["body"] = nil
	}
	if i.PullRequest {
		b["pull_request"] = map[string]any{"url": apiURL + "/", "html_url": apiURL + "/", "diff_url": apiURL + "/", "patch_url": apiURL + "/"}
	}
	return b
}

func (t *Tracker) comment(n int, body string) map[string]any {
	return map[string]any{"id": n + 1, "body": body, "user": person("controlwatch"), "html_url": "https://github.com/" + t.Repository}
}

func person(login string) map[string]any {
	return map[string]any{"login": login, "id": 1, "type": "User"}
}

func filledIn(status int, v any) answer {
	a := say(v)
	a.status, a.fill = status, true
	return a
}
