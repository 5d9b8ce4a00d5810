package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// answer finds what to say. The request is known to be one of those described.
func (s *Server) answer(req *http.Request) answer {
	o := s.org
	parts := strings.Split(strings.TrimPrefix(req.URL.EscapedPath(), "/"), "/")
	if a, ok := o.accessAnswer(req, parts); ok {
		return a
	}
	if a, ok := o.codeAnswer(req, parts); ok {
		return a
	}
	switch {
	case req.URL.Path == "/user":
		return say(userBody(o.Viewer.Person))
	case req.URL.Path == "/user/orgs":
		if o.Viewer.Scopes == nil || !o.Viewer.Member {
			return page(req, o, []any{}) // to a fine-grained token no organisation is named
		}
		return page(req, o, []any{simpleOrganization(o)})
	case !strings.EqualFold(parts[1], o.Login):
		return refuse(http.StatusNotFound, "Not Found")
	case parts[0] == "orgs" && len(parts) == 2:
		return say(o.body())
	case parts[0] == "orgs" && parts[2] == "repos":
		return page(req, o, o.repositoryBodies())
	case parts[0] == "orgs" && parts[2] == "members":
		return o.members(req)
	case parts[0] == "orgs":
		return o.people(req, o.Outside)
	}
	r := o.repository(parts[2])
	if r == nil {
		return refuse(http.StatusNotFound, "Not Found")
	}
	switch parts[3] {
	case "vulnerability-alerts":
		return o.alerts(r)
	case "branches":
		return o.protection(r)
	case "rules":
		return o.rules(req, r)
	default:
		return o.ruleset(r, parts[4])
	}
}

func say(body any) answer {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // the fake's own state
	}
	return answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body: b}
}

func refuse(status int, message string) answer {
	a := say(map[string]any{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	})
	a.status = status
	return a
}

// page cuts a page from a list, with links as GitHub writes them: they name the
// organisation by its number.
func page(req *http.Request, o *Organization, items []any) answer {
	size, number := 30, 1
	if n, err := strconv.Atoi(req.URL.Query().Get("per_page")); err == nil {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(req.URL.Query().Get("page")); err == nil {
		number = max(n, 1)
	}
	last := max(1, (len(items)+size-1)/size)
	from := min((number-1)*size, len(items))
	a := say(items[from:min(from+size, len(items))])
	path := strings.Replace(req.URL.EscapedPath(), "/orgs/"+o.Login, fmt.Sprintf("/organizations/%d", o.ID), 1)
	var links []string
	link := func(rel string, n int) {
		q := req.URL.Query()
		q.Set("page", strconv.Itoa(n))
		links = append(links, fmt.Sprintf(`<https://api.github.com%s?%s>; rel="%s"`, path, q.Encode(), rel))
	}
	if number > 1 {
		link("prev", number-1)
	}
	if number < last {
		link("next", number+1)
		link("last", last)
	}
	if number > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		a.header.Set("Link", strings.Join(links, ", "))
	}
	return a
}

func (o *Organization) members(req *http.Request) answer {
	if !o.Viewer.Member {
		a := answer{status: http.StatusFound, header: http.Header{}}
		a.header.Set("Location", "https://api.github.com/orgs/"+o.Login+"/public_members")
		return a
	}
	people := o.Members
	if role := req.URL.Query().Get("role"); role == "admin" || role == "member" {
		people = choose(people, func(p Person) bool { return p.Owner == (role == "admin") })
	}
	return o.people(req, people)
}

func (o *Organization) people(req *http.Request, people []Person) answer {
	filter := req.URL.Query().Get("filter")
	if strings.HasPrefix(filter, "2fa_") && !o.owner() {
		return refuse(http.StatusUnprocessableEntity, "Only owners can use this filter.")
	}
	switch filter {
	case "2fa_disabled":
		people = choose(people, func(p Person) bool { return p.NoTwoFactor })
	case "2fa_insecure":
		people = choose(people, func(p Person) bool { return p.SMS })
	}
	items := []any{}
	for _, p := range people {
		items = append(items, simpleUser(p))
	}
	return page(req, o, items)
}

func choose(people []Person, yes func(Person) bool) []Person {
	var chosen []Person
	for _, p := range people {
		if yes(p) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

func (o *Organization) alerts(r *Repository) answer {
	switch {
	case r.NotGranted:
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	case !o.administers(r):
		return refuse(http.StatusNotFound, "Not Found")
	case !r.Alerts:
		return refuse(http.StatusNotFound, "Vulnerability alerts are disabled.")
	}
	return answer{status: http.StatusNoContent, header: http.Header{}}
}

func (o *Organization) protection(r *Repository) answer {
	switch {
	case r.NotGranted:
		return refuse(http.StatusForbidden, "Resource not accessible by personal access token")
	case !o.administers(r):
		return refuse(http.StatusNotFound, "Not Found")
	case o.FreePlan && r.Visibility != "public":
		return refuse(http.StatusForbidden, upgrade)
	case r.PushedAt.IsZero():
		return refuse(http.StatusNotFound, "Branch not found")
	case r.Protection == nil:
		return refuse(http.StatusNotFound, "Branch not protected")
	}
	return say(r.Protection.body("https://api.github.com/repos/" + o.Login + "/" + r.Name + "/branches/" + r.DefaultBranch + "/protection"))
}

const upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature."

func (o *Organization) rules(req *http.Request, r *Repository) answer {
	if o.FreePlan && r.Visibility != "public" {
		return refuse(http.StatusForbidden, upgrade)
	}
	items := []any{}
	for _, set := range r.Rulesets {
		items = append(items, set.ruleBodies("Repository", o.Login+"/"+r.Name)...)
	}
	for _, set := range o.Rulesets {
		items = append(items, set.ruleBodies("Organization", o.Login)...)
	}
	return page(req, o, items)
}

func (o *Organization) ruleset(r *Repository, id string) answer {
	for _, set := range r.Rulesets {
		if strconv.FormatInt(set.ID, 10) == id {
			return say(set.body("Repository", o.Login+"/"+r.Name, o.administers(r)))
		}
	}
	for _, set := range o.Rulesets {
		if strconv.FormatInt(set.ID, 10) == id {
			return say(set.body("Organization", o.Login, o.owner()))
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}
