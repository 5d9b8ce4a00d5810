package alertmanager_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/alert/receivertest"
	"github.com/controlwatch/controlwatch/publish/alertmanager"
	"github.com/controlwatch/controlwatch/publish/outbound"
	"github.com/controlwatch/controlwatch/soc2"
)

// posted is an alert as Alertmanager reads it.
type posted struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
}

// recorder keeps what it is posted, after Alertmanager's own descriptions of its
// API found nothing wrong with it.
type recorder struct {
	*httptest.Server
	mu     sync.Mutex
	alerts []posted
	header http.Header
}

func record(t *testing.T) *recorder {
	t.Helper()
	var judges []routers.Router
	for _, file := range []string{"alertmanager-0.25.0-openapi.yaml", "alertmanager-0.34.2-openapi.yaml"} {
		judges = append(judges, judge(t, file))
	}
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		for _, j := range judges {
			again := req.Clone(context.Background())
			again.URL.Scheme, again.URL.Host, again.Body = "http", "alertmanager", io.NopCloser(bytes.NewReader(body))
			route, params, err := j.FindRoute(again)
			if err == nil {
				err = openapi3filter.ValidateRequest(again.Context(), &openapi3filter.RequestValidationInput{Request: again, Route: route, PathParams: params})
			}
			if err != nil {
				t.Errorf("not by the description: %v", err)
			}
		}
		var some []posted
		if err := json.Unmarshal(body, &some); err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.alerts, r.header = append(r.alerts, some...), req.Header
		r.mu.Unlock()
	}))
	t.Cleanup(r.Close)
	return r
}

func judge(t *testing.T, file string) routers.Router {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	asJSON, err := yaml.YAMLToJSON(text)
	require.NoError(t, err)
	var old openapi2.T
	require.NoError(t, json.Unmarshal(asJSON, &old))
	doc, err := openapi2conv.ToV3(&old)
	require.NoError(t, err)
	doc.Servers = nil
	doc.AddServer(&serverAt)
	j, err := legacy.NewRouter(doc)
	require.NoError(t, err)
	return j
}

func mirror(t *testing.T, change func(*alertmanager.Settings), urls ...string) *alertmanager.Mirror {
	t.Helper()
	way, err := outbound.New(outbound.Settings{AllowPrivate: urls, Clock: receivertest.Now})
	require.NoError(t, err)
	s := alertmanager.Settings{Name: "am", URLs: urls, Way: way}
	if change != nil {
		change(&s)
	}
	m, err := alertmanager.New(s)
	require.NoError(t, err)
	return m
}

func TestRequestsAreAsAlertmanagerDescribesThem(t *testing.T) {
	t.Parallel()
	r := record(t)
	m := mirror(t, func(s *alertmanager.Settings) { s.Labels = map[string]string{"installation": "eu"} }, r.URL)
	for _, n := range []alert.Notice{receivertest.Notice(), receivertest.Ended(), receivertest.Lost(), receivertest.Hostile()} {
		require.NoError(t, m.Show(t.Context(), n.Alerts, time.Hour))
	}
	require.NoError(t, m.Show(t.Context(), nil, time.Hour))
	began, ended := r.alerts[0], r.alerts[2]
	require.Equal(t, map[string]string{
		"alertname": "ControlwatchFinding", "class": "failing", "control": "datastores-are-private", "check": "datastore-not-public", "severity": "critical",
		"criteria": "CC6.1,CC6.6", "owner": "platform", "system": "billing", "provider": "aws", "account": "123456789012", "region": "eu-west-1",
		"kind": "datastore", "resource": "arn:aws:s3:::acme-invoices", "installation": "eu",
	}, began.Labels)
	require.Equal(t, began.Labels, ended.Labels, "else the one never ends and the other never began")
	require.Equal(t, receivertest.Now().Add(time.Hour), began.EndsAt)
	require.Equal(t, receivertest.Now(), ended.EndsAt)
	require.Equal(t, began.StartsAt, ended.StartsAt)
	require.Equal(t, "https://controlwatch.example.com/findings/f-1", began.GeneratorURL)
	require.Contains(t, began.Annotations["description"], "from pass to fail")
}

func TestTimesThatCannotBe(t *testing.T) {
	t.Parallel()
	now := receivertest.Now()
	for name, c := range map[string]struct {
		change     func(*alert.Alert)
		start, end time.Time
	}{
		"an end to come is one now":         {func(a *alert.Alert) { a.Status, a.EndsAt = alert.Resolved, now.Add(time.Hour) }, now.Add(-20 * time.Minute), now},
		"an end that nobody saw is one now": {func(a *alert.Alert) { a.Status = alert.Resolved }, now.Add(-20 * time.Minute), now},
		"an end before its start":           {func(a *alert.Alert) { a.Status, a.EndsAt = alert.Resolved, now.Add(-time.Hour) }, now.Add(-time.Hour), now.Add(-time.Hour)},
		"a start to come":                   {func(a *alert.Alert) { a.StartsAt = now.Add(time.Hour) }, now, now.Add(time.Minute)},
		"no status fires":                   {func(a *alert.Alert) { a.Status, a.EndsAt = "", now.Add(-time.Hour) }, now.Add(-20 * time.Minute), now.Add(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := record(t)
			a := receivertest.Notice().Alerts[0]
			c.change(&a)
			require.NoError(t, mirror(t, nil, r.URL).Show(t.Context(), []alert.Alert{a}, time.Minute))
			require.Equal(t, []time.Time{c.start, c.end}, []time.Time{r.alerts[0].StartsAt, r.alerts[0].EndsAt})
		})
	}
}

// Whatever changes while an alert lives is in no label.
func TestLabelsStayOverALife(t *testing.T) {
	t.Parallel()
	r := record(t)
	m := mirror(t, nil, r.URL)
	a := receivertest.Notice().Alerts[0]
	require.NoError(t, m.Show(t.Context(), []alert.Alert{a}, time.Minute))
	a.ID, a.Status, a.Change, a.Cause, a.Title = "other", alert.Resolved, soc2.Resolved, soc2.CauseScope, "renamed"
	a.Resource.Name, a.Resource.Type = "renamed", "aws.s3.other"
	a.From, a.To, a.StartsAt, a.EndsAt, a.SeenGood = soc2.Fail, soc2.Pass, a.StartsAt.Add(time.Second), receivertest.Now(), time.Time{}
	a.Current, a.Desired, a.Remediation, a.ChangedBy, a.Link = "x", "y", "z", alert.ChangedBy{Who: "w"}, ""
	a.Criteria = []string{"CC6.6", "CC6.1"}
	require.NoError(t, m.Show(t.Context(), []alert.Alert{a}, time.Minute))
	require.Equal(t, r.alerts[0].Labels, r.alerts[1].Labels)
}

// Two findings are two alerts, however long or strange what tells them apart is.
func TestTwoFindingsAreTwo(t *testing.T) {
	t.Parallel()
	r := record(t)
	m := mirror(t, nil, r.URL)
	base := receivertest.Notice().Alerts[0]
	var all []alert.Alert
	for _, change := range []func(*alert.Alert){
		func(*alert.Alert) {},
		func(a *alert.Alert) { a.Class = alert.OutOfSight },
		func(a *alert.Alert) { a.Check = "other" },
		func(a *alert.Alert) { a.Resource.Region = "" },
		func(a *alert.Alert) { a.Resource.Account = "2" },
		func(a *alert.Alert) { a.Resource.Provider = "gcp" },
		func(a *alert.Alert) { a.Resource.Kind = evidence.Kind("other") },
		func(a *alert.Alert) { a.Resource.ID = "a  b" },
		func(a *alert.Alert) { a.Resource.ID = "a b" },
		func(a *alert.Alert) { a.Resource.ID = "a\u202eb" },
		func(a *alert.Alert) { a.Resource.ID = `a\u202eb` },
		func(a *alert.Alert) { a.Resource.ID = "\xff" },
		func(a *alert.Alert) { a.Resource.ID = "\xfe" },
		func(a *alert.Alert) { a.Resource.ID = strings.Repeat("x", 5000) + "1" },
		func(a *alert.Alert) { a.Resource.ID = strings.Repeat("x", 5000) + "2" },
	} {
		a := base
		change(&a)
		all = append(all, a)
	}
	require.NoError(t, m.Show(t.Context(), all, time.Minute))
	seen := map[string]bool{}
	for _, p := range r.alerts {
		key, err := json.Marshal(p.Labels)
		require.NoError(t, err)
		require.False(t, seen[string(key)], string(key))
		seen[string(key)] = true
		require.LessOrEqual(t, len(p.Labels["resource"]), 512)
	}
	require.Len(t, seen, len(all))
}

func TestTheSampleIsSaid(t *testing.T) {
	t.Parallel()
	r := record(t)
	a := receivertest.Notice().Alerts[0]
	a.Sample, a.Severity = true, 0
	require.NoError(t, mirror(t, nil, r.URL).Show(t.Context(), []alert.Alert{a}, time.Minute))
	require.Equal(t, "true", r.alerts[0].Labels["sample"])
	require.Contains(t, r.alerts[0].Annotations["description"], alert.SampleWords)
	require.Equal(t, "critical", r.alerts[0].Labels["severity"], "one that is not known goes where the gravest go")
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	r := record(t)
	require.NoError(t, mirror(t, func(s *alertmanager.Settings) { s.User, s.Password = "u", "p" }, r.URL).Show(t.Context(), receivertest.Notice().Alerts, time.Minute))
	require.Equal(t, "Basic dTpw", r.header.Get("Authorization"))
	require.NoError(t, mirror(t, func(s *alertmanager.Settings) { s.Bearer = "b" }, r.URL).Show(t.Context(), receivertest.Notice().Alerts, time.Minute))
	require.Equal(t, "Bearer b", r.header.Get("Authorization"))
}

func thousand() []alert.Alert {
	many := make([]alert.Alert, 1000)
	for i := range many {
		many[i] = receivertest.Notice().Alerts[0]
		many[i].Resource.ID = "arn:aws:s3:::bucket-" + strconv.Itoa(i)
	}
	return many
}

func TestBatches(t *testing.T) {
	t.Parallel()
	r := record(t)
	require.NoError(t, mirror(t, nil, r.URL).Show(t.Context(), thousand(), time.Minute))
	require.Len(t, r.alerts, 1000)
	for i, p := range r.alerts {
		require.Equal(t, "arn:aws:s3:::bucket-"+strconv.Itoa(i), p.Labels["resource"])
	}
}
