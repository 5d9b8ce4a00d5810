package githubtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// codeAnswer answers what is asked about code, changes and alerts; false: it is
// about something else.
func (o *Organization) codeAnswer(req *http.Request, parts []string) (answer, bool) {
	if len(parts) < 4 || !strings.EqualFold(parts[1], o.Login) {
		return answer{}, false
	}
	if parts[0] == "orgs" {
		if parts[3] != "alerts" {
			return answer{}, false
		}
		return filling(o.alertList(req, parts[2])), true
	}
	r := o.repository(parts[2])
	if r == nil || parts[0] != "repos" {
		return answer{}, false
	}
	rest := strings.Join(parts[3:], "/")
	switch {
	case rest == "languages":
		return say(r.Code.languages()), true
	case rest == "code-scanning/default-setup":
		return o.defaultSetup(r), true
	case rest == "code-scanning/analyses":
		return filling(o.analyses(req, r)), true
	case rest == "pulls":
		return filling(page(req, o, o.pulls(req, r))), true
	case rest == "activity":
		return filling(o.activity(req, r)), true
	case parts[3] == "branches" && len(parts) == 5:
		return filling(r.branch()), true
	case parts[3] == "pulls":
		return filling(o.pullDetail(req, r, parts[4:])), true
	case parts[3] == "commits":
		return filling(o.commitDetail(req, r, parts[4], parts[5])), true
	case parts[3] == "compare":
		return filling(r.comparison(parts[4])), true
	case parts[3] == "git":
		return filling(r.object(parts[4], parts[5])), true
	}
	return answer{}, false
}

func filling(a answer) answer {
	a.fill = a.status == http.StatusOK
	return a
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

func actor(p Person) any {
	if p.Login == "" {
		return nil
	}
	b := simpleUser(p)
	if strings.HasSuffix(p.Login, "[bot]") {
		b["type"] = "Bot"
	}
	return b
}

func (c Code) languages() map[string]int {
	if c.Languages == nil {
		return map[string]int{}
	}
	return c.Languages
}

const scanningOff = "Code Security must be enabled for this repository to use code scanning."

func (o *Organization) defaultSetup(r *Repository) answer {
	switch {
	case !o.administers(r):
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	case r.Code.Scanning == "off":
		return refuse(http.StatusForbidden, scanningOff)
	case r.Code.Scanning == "":
		return say(map[string]any{"state": "not-configured", "languages": []string{}, "query_suite": "default"})
	}
	return say(map[string]any{"state": r.Code.Scanning, "languages": []string{"go"}, "query_suite": "default", "schedule": "weekly"})
}

func (o *Organization) analyses(req *http.Request, r *Repository) answer {
	switch {
	case !o.administers(r):
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	case r.Code.Scanning == "off":
		return refuse(http.StatusForbidden, scanningOff)
	case len(r.Code.Analyses) == 0:
		return refuse(http.StatusNotFound, "no analysis found")
	}
	items := []any{}
	for i, a := range r.Code.Analyses {
		items = append(items, map[string]any{
			"ref": "refs/heads/" + r.DefaultBranch, "commit_sha": r.tip(), "id": 9000 + i, "error": a.Error, "created_at": stamp(a.At),
			"tool": map[string]any{"name": "CodeQL", "version": "2.23.0", "guid": nil},
		})
	}
	return page(req, o, items)
}

func (o *Organization) pulls(req *http.Request, r *Repository) []any {
	q := req.URL.Query()
	pulls := slices.Clone(r.Code.Pulls)
	slices.SortStableFunc(pulls, func(a, b Pull) int { return b.updatedAt().Compare(a.updatedAt()) })
	items := []any{}
	for _, p := range pulls {
		if base := q.Get("base"); (base == "" || base == r.DefaultBranch) && q.Get("state") == "closed" {
			items = append(items, p.body(o, r))
		}
	}
	return items
}

func (p Pull) body(o *Organization, r *Repository) map[string]any {
	end := func(ref, sha string) map[string]any {
		return map[string]any{"label": o.Login + ":" + ref, "ref": ref, "sha": sha, "user": simpleUser(Person{ID: o.ID, Login: o.Login}), "repo": o.short(r)}
	}
	b := map[string]any{
		"id": p.ID, "number": p.Number, "title": p.Title, "state": "closed", "user": actor(p.Author), "body": nil,
		"created_at": stamp(p.updatedAt().Add(-48 * time.Hour)), "updated_at": stamp(p.updatedAt()), "closed_at": stamp(p.updatedAt()), "merged_at": stamp(p.MergedAt),
		"merge_commit_sha": p.merge(r), "head": end("change-"+strconv.FormatInt(p.Number, 10), p.head(r)), "base": end(r.DefaultBranch, sha(r.Name, "first")),
		"author_association": "MEMBER",
	}
	if p.MergedAt.IsZero() {
		b["merge_commit_sha"] = nil
	}
	return b
}

// short is a repository as far as a pull request shows it.
func (o *Organization) short(r *Repository) map[string]any {
	return map[string]any{
		"id": r.ID, "name": r.Name, "full_name": o.Login + "/" + r.Name, "private": r.Visibility != "public",
		"owner": simpleUser(Person{ID: o.ID, Login: o.Login}), "default_branch": r.DefaultBranch,
	}
}

func (o *Organization) pullDetail(req *http.Request, r *Repository, rest []string) answer {
	i := slices.IndexFunc(r.Code.Pulls, func(p Pull) bool { return strconv.FormatInt(p.Number, 10) == rest[0] })
	if i < 0 {
		return refuse(http.StatusNotFound, "Not Found")
	}
	p := r.Code.Pulls[i]
	items := []any{}
	switch {
	case len(rest) == 1:
		b := p.body(o, r)
		maps.Copy(b, map[string]any{"merged": !p.MergedAt.IsZero(), "merged_by": actor(p.MergedBy), "commits": len(p.Authors)})
		return say(b)
	case rest[1] == "reviews":
		for i, review := range p.Reviews {
			commit := p.head(r)
			if review.Old {
				commit = sha(r.Name, p.Title, "old")
			}
			b := map[string]any{
				"id": p.ID*100 + int64(i), "user": actor(review.By), "state": review.State, "commit_id": commit, "author_association": "MEMBER",
			}
			if !review.At.IsZero() {
				b["submitted_at"] = stamp(review.At)
			}
			items = append(items, b)
		}
	default:
		for i, author := range p.Authors {
			items = append(items, map[string]any{
				"sha": sha(r.Name, p.Title, strconv.Itoa(i)), "author": actor(author), "committer": nil,
				"commit": map[string]any{"message": "a change", "tree": map[string]any{"sha": sha("tree"), "url": apiURL}},
			})
		}
	}
	return page(req, o, items)
}

func (o *Organization) commitDetail(req *http.Request, r *Repository, commit, what string) answer {
	items := []any{}
	var found *Pull
	for i := range r.Code.Pulls {
		if p := &r.Code.Pulls[i]; !p.MergedAt.IsZero() && (p.head(r) == commit || p.merge(r) == commit) {
			found = p
		}
	}
	switch what {
	case "pulls":
		if found != nil {
			items = append(items, found.body(o, r))
		}
		return page(req, o, items)
	case "check-runs":
		if found != nil {
			for i, run := range found.Runs {
				b := map[string]any{
					"id": found.ID*100 + int64(i), "head_sha": commit, "name": run.Name, "status": "completed", "conclusion": run.Conclusion,
					"started_at": stamp(run.Began), "completed_at": stamp(run.Ended),
				}
				if run.Conclusion == "" {
					b["status"], b["conclusion"] = "in_progress", nil
				}
				items = append(items, b)
			}
		}
		size := 30
		if n, err := strconv.Atoi(req.URL.Query().Get("per_page")); err == nil {
			size = min(n, 100)
		}
		number, _ := strconv.Atoi(req.URL.Query().Get("page"))
		from := min(max(number-1, 0)*size, len(items))
		return say(map[string]any{"total_count": len(items), "check_runs": items[from:min(from+size, len(items))]})
	}
	if found != nil {
		for i, s := range slices.Backward(found.Statuses) {
			items = append(items, map[string]any{
				"id": found.ID*100 + int64(i), "context": s.Context, "state": s.State, "created_at": stamp(s.At), "updated_at": stamp(s.At),
			})
		}
	}
	return page(req, o, items)
}

func (r *Repository) tip() string {
	all := r.moves()
	return all[len(all)-1].after
}

func (r *Repository) branch() answer {
	if r.PushedAt.IsZero() {
		return refuse(http.StatusNotFound, "Branch not found")
	}
	return say(map[string]any{"name": r.DefaultBranch, "commit": map[string]any{"sha": r.tip()}})
}

func (o *Organization) activity(req *http.Request, r *Repository) answer {
	items := []any{}
	if ref := req.URL.Query().Get("ref"); ref == "" || ref == "refs/heads/"+r.DefaultBranch {
		for i, m := range slices.Backward(r.moves()) {
			items = append(items, map[string]any{
				"id": r.ID%1000000*1000 + int64(i), "before": m.before, "after": m.after, "ref": "refs/heads/" + r.DefaultBranch,
				"timestamp": stamp(m.at), "activity_type": m.kind, "actor": actor(m.by),
			})
		}
	}
	return cursorPage(req, items)
}

// cursorPage cuts a page from a list whose pages are marked by cursors.
func cursorPage(req *http.Request, items []any) answer {
	q := req.URL.Query()
	size := 30
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil {
		size = min(n, 100)
	}
	from := 0
	if text, err := base64.RawURLEncoding.DecodeString(q.Get("after")); err == nil {
		from, _ = strconv.Atoi(strings.TrimPrefix(string(text), "cursor:"))
	}
	to := min(from+size, len(items))
	a := say(items[min(from, to):to])
	if to < len(items) {
		next := url.Values{}
		maps.Copy(next, q)
		next.Set("after", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "cursor:%d", to)))
		a.header.Set("Link", fmt.Sprintf(`<https://api.github.com%s?%s>; rel="next"`, req.URL.EscapedPath(), next.Encode()))
	}
	return a
}

func (r *Repository) comparison(basehead string) answer {
	before, after, _ := strings.Cut(basehead, "...")
	for _, m := range r.moves() {
		if m.before != before || m.after != after {
			continue
		}
		files := []any{}
		for _, path := range m.paths {
			files = append(files, map[string]any{"filename": path, "status": "modified", "sha": sha(path), "additions": 1, "deletions": 1, "changes": 2})
		}
		commit := map[string]any{"sha": after}
		return say(map[string]any{"status": "ahead", "files": files, "base_commit": map[string]any{"sha": before}, "merge_base_commit": map[string]any{"sha": before}, "commits": []any{commit}})
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// object is a folder or a file of the default branch.
func (r *Repository) object(kind, id string) answer {
	if r.PushedAt.IsZero() {
		return refuse(http.StatusConflict, "Git Repository is empty.")
	}
	folder := func(name string) string { return sha(r.Name, "tree", name) }
	tree := func(id string, entries ...any) answer {
		return say(map[string]any{"sha": id, "truncated": false, "tree": entries})
	}
	entry := func(name, kind, mode, id string) map[string]any {
		return map[string]any{"path": name, "type": kind, "mode": mode, "sha": id}
	}
	entries := []any{entry("README.md", "blob", "100644", sha("README"))}
	names := slices.Sorted(maps.Keys(r.Code.Workflows))
	switch {
	case kind == "trees" && (id == r.DefaultBranch || id == folder("")):
		if _, owned := r.Code.CodeOwners[".github"]; owned || len(names) > 0 {
			entries = append(entries, entry(".github", "tree", "040000", folder(".github")))
		}
		if _, owned := r.Code.CodeOwners["docs"]; owned {
			entries = append(entries, entry("docs", "tree", "040000", folder("docs")))
		}
		return tree(folder(""), append(entries, r.codeOwners("")...)...)
	case kind == "trees" && id == folder(".github"):
		entries = r.codeOwners(".github")
		if len(names) > 0 {
			entries = append(entries, entry("workflows", "tree", "040000", folder("workflows")))
		}
		return tree(id, entries...)
	case kind == "trees" && id == folder("docs"):
		return tree(id, r.codeOwners("docs")...)
	case kind == "trees" && id == folder("workflows"):
		for _, name := range names {
			entries = append(entries, entry(name, "blob", "100644", sha(r.Code.Workflows[name])))
		}
		return tree(id, entries...)
	}
	for _, text := range slices.Concat(slices.Collect(maps.Values(r.Code.Workflows)), slices.Collect(maps.Values(r.Code.CodeOwners))) {
		if sha(text) == id {
			return say(map[string]any{"sha": id, "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text)), "size": len(text)})
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}

// codeOwners is the entry of the file CODEOWNERS in a folder that has one.
func (r *Repository) codeOwners(folder string) []any {
	text, ok := r.Code.CodeOwners[folder]
	if !ok {
		return nil
	}
	return []any{map[string]any{"path": "CODEOWNERS", "type": "blob", "mode": "100644", "sha": sha(text), "size": len(text)}}
}
