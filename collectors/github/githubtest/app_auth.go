package githubtest

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Application is a GitHub App that may ask. Its installations are the Apps of
// the organisation with its AppID.
type Application struct {
	ID    int64
	Key   *rsa.PublicKey
	Clock func() time.Time

	Minted []map[string]string // the permissions of each token made, in order
	tokens map[string]time.Time
}

// authorised says whether a request may be answered: with the token, or with one
// that the App was given and that has not ended.
func (s *Server) authorised(req *http.Request) bool {
	held := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	if held == s.Token {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.App == nil {
		return false
	}
	ends, ok := s.App.tokens[held]
	return ok && s.App.Clock().Before(ends)
}

// appAnswer answers what only an App asks; false: the request is none of those.
func (s *Server) appAnswer(req *http.Request) (answer, bool) {
	path := req.URL.Path
	own := strings.HasPrefix(path, "/app/") || strings.HasPrefix(path, "/orgs/") && strings.HasSuffix(path, "/installation")
	if !own {
		return answer{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, no := s.refuseApp(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")); no {
		return a, true
	}
	var mine []App
	for _, a := range s.org.Access.Apps {
		if a.AppID == s.App.ID {
			mine = append(mine, a)
		}
	}
	if path == "/app/installations" {
		items := []any{}
		for _, a := range mine {
			b := a.body(s.org)
			// GitHub's description of this list asks of an account to be an organisation and an enterprise at once.
			b["account"] = with(b["account"].(map[string]any), map[string]any{
				"name": s.org.Login, "slug": s.org.Login, "created_at": date(s.org.CreatedAt), "updated_at": date(s.org.CreatedAt),
			})
			items = append(items, b)
		}
		return page(req, s.org, items), true
	}
	for _, a := range mine {
		switch id := strconv.FormatInt(a.ID, 10); {
		case strings.EqualFold(path, "/orgs/"+s.org.Login+"/installation"), path == "/app/installations/"+id:
			return say(a.body(s.org)), true
		case path == "/app/installations/"+id+"/access_tokens":
			return s.mintToken(req, a), true
		}
	}
	return refuse(http.StatusNotFound, "Not Found"), true
}

// refuseApp checks an App's proof as GitHub documents it.
func (s *Server) refuseApp(proof string) (answer, bool) {
	no := func(message string) (answer, bool) { return refuse(http.StatusUnauthorized, message), true }
	if s.App == nil {
		return no("A JSON web token could not be decoded")
	}
	var said jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(proof, &said); err != nil {
		return no("A JSON web token could not be decoded")
	}
	if said.Issuer != strconv.FormatInt(s.App.ID, 10) {
		return refuse(http.StatusNotFound, "Integration not found"), true
	}
	signed := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	if _, err := signed.Parse(proof, func(*jwt.Token) (any, error) { return s.App.Key, nil }); err != nil {
		return no("A JSON web token could not be decoded")
	}
	now := s.App.Clock()
	switch {
	case said.IssuedAt == nil || said.IssuedAt.After(now):
		return no("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	case said.ExpiresAt == nil || !said.ExpiresAt.After(now):
		return no("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case said.ExpiresAt.After(now.Add(10 * time.Minute)):
		return no("'Expiration time' claim ('exp') is too far in the future")
	}
	return answer{}, false
}

func (s *Server) mintToken(req *http.Request, a App) answer {
	var asked struct {
		Permissions map[string]string `json:"permissions"`
	}
	b, err := io.ReadAll(req.Body)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(b)).Decode(&asked)
	}
	if err != nil {
		return refuse(http.StatusUnprocessableEntity, "Problems parsing JSON")
	}
	if a.Suspended {
		return refuse(http.StatusForbidden, "This installation has been suspended")
	}
	for name, level := range asked.Permissions {
		if a.Permissions[name] == "" || level == "write" && a.Permissions[name] != "write" {
			return refuse(http.StatusUnprocessableEntity, "The permissions requested are not granted to this installation.")
		}
	}
	s.App.Minted = append(s.App.Minted, asked.Permissions)
	if s.App.tokens == nil {
		s.App.tokens = map[string]time.Time{}
	}
	token := fmt.Sprintf("ghs_example%d", len(s.App.Minted))
	s.App.tokens[token] = s.App.Clock().Add(time.Hour)
	made := say(map[string]any{"token": token, "expires_at": date(s.App.tokens[token]), "permissions": asked.Permissions, "repository_selection": a.Selection})
	made.status = http.StatusCreated
	return made
}
