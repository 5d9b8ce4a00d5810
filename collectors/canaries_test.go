package collectors_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/sample"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

// canaries are secrets of every known form: the text in which one stands, and the
// part of it that must be found nowhere. None of them opens anything.
var canaries = []struct{ text, secret string }{
	{"AKIAQQ7CANARY4KEYS5A", "QQ7CANARY4KEYS5A"},
	{"ASIAQQ7CANARY4TEMP5B", "QQ7CANARY4TEMP5B"},
	{"ghp_canaryA" + strings.Repeat("x7", 14), "canaryAx7x7"},
	{"ghs_canaryB" + strings.Repeat("x7", 14), "canaryBx7x7"},
	{"github_pat_11canaryC" + strings.Repeat("x7", 20), "11canaryCx7"},
	{"-----BEGIN RSA PRIVATE KEY-----\nMIIcanaryD" + strings.Repeat("x7", 14) + "\n-----END RSA PRIVATE KEY-----", "MIIcanaryDx7"},
	{"xoxb-canaryE-0123456789-x7x7", "canaryE-0123"},
	{"https://deploy:canaryFhunter2@git.example.com/x", "canaryFhunter2"},
	{"postgres://canaryG:pw@db.example.com/x", "canaryG:pw"},
	{"https://hooks.example.com/x?token=canaryHx7x7x7", "canaryHx7x7"},
	{"https://hooks.slack.com/services/T00/B00/canaryIx7x7", "canaryIx7"},
	{"eyJcanaryJx7x7.eyJcanaryJx7x7.canaryJsignature", "canaryJsign"},
	{"00canaryK" + strings.Repeat("x7", 16) + "x", "canaryKx7x7"},
	{"password=canaryLhunter2", "canaryLhunter2"},
	{"Authorization: Bearer canaryMx7x7x7x7x7x7", "canaryMx7x7"},
	{"IQoJcanaryN" + strings.Repeat("x7", 60), "canaryNx7x7"},
	{base64.StdEncoding.EncodeToString([]byte("export TOKEN=ghp_canaryO" + strings.Repeat("x7", 15))), base64.StdEncoding.EncodeToString([]byte("export TOKEN=ghp_canaryO"))[:28]},
	{url.QueryEscape("-----BEGIN PRIVATE KEY-----\nMIIcanaryP" + strings.Repeat("x7", 14) + "\n-----END PRIVATE KEY-----"), "MIIcanaryPx7"},
	{"AIzacanaryQ" + strings.Repeat("x", 28), "canaryQxxx"},
}

// planting puts a text behind what stands at some places of every answer.
type planting struct {
	base   http.RoundTripper
	text   func(path string) string
	places func(operation string) []string // paths
}

func (p planting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := p.base.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	op := transport.Operation(req.Context())
	at := p.places(op)
	if len(at) == 0 {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body = plant(body, func(path, text string) string {
		if !slices.Contains(at, path) {
			return text
		}
		return text + p.text(path)
	})
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// plant rewrites every string of an answer of either form.
func plant(body []byte, with func(path, text string) string) []byte {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return body
	case trimmed[0] == '<':
		return plantXML(body, with)
	}
	tree, err := evidence.Tree(body)
	if err != nil {
		return body
	}
	out, err := json.Marshal(plantJSON(tree, "", with))
	if err != nil {
		return body
	}
	return out
}

func plantJSON(v any, path string, with func(path, text string) string) any {
	switch v := v.(type) {
	case string:
		return with(path, v)
	case []any:
		for i := range v {
			v[i] = plantJSON(v[i], path+"[]", with)
		}
	case map[string]any:
		for k := range v {
			v[k] = plantJSON(v[k], path+"."+k, with)
		}
	}
	return v
}

func plantXML(body []byte, with func(path, text string) string) []byte {
	var out bytes.Buffer
	d, e := xml.NewDecoder(bytes.NewReader(body)), xml.NewEncoder(&out)
	var path []string
	for {
		token, err := d.RawToken()
		if err != nil {
			break
		}
		switch x := token.(type) {
		case xml.StartElement:
			path = append(path, x.Name.Local)
			for i := range x.Attr {
				x.Attr[i].Name = plainName(x.Attr[i].Name)
			}
			x.Name = plainName(x.Name)
			token = x
		case xml.EndElement:
			path = path[:len(path)-1]
			x.Name = plainName(x.Name)
			token = x
		case xml.CharData:
			if text := strings.TrimSpace(string(x)); text != "" {
				token = xml.CharData(with(strings.Join(path, "."), text))
			}
		}
		if err := e.EncodeToken(token); err != nil {
			return body
		}
	}
	if err := e.Flush(); err != nil {
		return body
	}
	return out.Bytes()
}

func plainName(n xml.Name) xml.Name {
	if n.Space != "" {
		return xml.Name{Local: n.Space + ":" + n.Local}
	}
	return n
}

// places are the paths of every string in the sample's answers, by operation.
func places(t *testing.T) map[string][]string {
	t.Helper()
	exchanges, err := sample.Exchanges()
	require.NoError(t, err)
	found := map[string]map[string]bool{}
	for _, e := range exchanges {
		plant([]byte(e.Response.Body), func(path, text string) string {
			if found[e.Operation] == nil {
				found[e.Operation] = map[string]bool{}
			}
			found[e.Operation][path] = true
			return text
		})
	}
	out := map[string][]string{}
	for op, paths := range found {
		out[op] = slices.Sorted(maps.Keys(paths))
	}
	return out
}

// leaked lists the canaries that are in what was committed or told.
func leaked(t *testing.T, got taken) []string {
	t.Helper()
	for i, f := range got.facts {
		if f.Resource.Kind == "AccessKey" { // who it is, and no secret: see evidence.Fact.Masked
			got.facts[i].Resource.ID, got.facts[i].Resource.Name = "", ""
		}
	}
	b, err := json.Marshal(map[string]any{"pulls": got.pulls, "facts": got.facts, "answers": got.answers, "events": got.events, "plans": got.plans})
	require.NoError(t, err)
	var out []string
	for _, c := range canaries {
		if bytes.Contains(b, []byte(c.secret)) {
			i := bytes.Index(b, []byte(c.secret))
			out = append(out, string(b[max(0, i-300):min(len(b), i+60)]))
		}
	}
	return out
}

// Every string of every answer holds secrets of known forms; nothing that is committed, kept or told does. In each round the n-th string
// of every operation does at once.
func TestNoSecretGetsThroughACollector(t *testing.T) {
	t.Parallel()
	exchanges, err := sample.Exchanges()
	require.NoError(t, err)
	// Two of them at each place, all of them at many.
	text := func(path string) string {
		n := crc32.ChecksumIEEE([]byte(path)) % uint32(len(canaries))
		return " " + canaries[n].text + " " + canaries[(int(n)+7)%len(canaries)].text
	}
	where, planted := places(t), 0
	const rounds = 20 // at once what would take a minute of looks otherwise
	for n := range rounds {
		for _, paths := range where {
			planted += len(chosen(paths, n, rounds))
		}
		t.Run("round "+strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			// The clients wait before they repeat what a planted token made fail: in a
			// bubble, where time passes at once.
			synctest.Test(t, func(t *testing.T) {
				got := take(t.Context(), t, planting{base: replay.New(exchanges), text: text, places: func(op string) []string {
					return slices.DeleteFunc(chosen(where[op], n, rounds), func(path string) bool {
						// Who a key is, which is no secret; and a state that is polled, minutes
						// long, until it is a known one.
						return op == "iam:ListAccessKeys" && strings.HasSuffix(path, "AccessKeyId") || op == "iam:GenerateCredentialReport"
					})
				}}, "aws", "github", "okta")
				require.Empty(t, leaked(t, got), "round %d", n)
			})
		})
	}
	require.Greater(t, planted, 1000)
}

// chosen are the n-th of every so many paths.
func chosen(paths []string, n, rounds int) (out []string) {
	for ; n < len(paths); n += rounds {
		out = append(out, paths[n])
	}
	return out
}
