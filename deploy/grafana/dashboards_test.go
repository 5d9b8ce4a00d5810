// Package grafana_test has the dashboards judged by what they speak of and by how
// they are made. Their queries are asked in cmd/controlwatch, where the story is.
package grafana_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/internal/dashboards"
)

// UIDs are addresses that people keep: a file is named after its own, for ever.
var uids = []string{"controlwatch-collectors", "controlwatch-drift", "controlwatch-evidence", "controlwatch-gaps", "controlwatch-readiness"}

// What docs/metrics.md knows and no dashboard shows.
var notShown = map[string]string{
	"controlwatch_anchor_attempts_total":     "failed attempts are shown; their share says nothing while a receipt is fresh",
	"controlwatch_attestation_state":         "read by the rules; counts by state and dates are shown",
	"controlwatch_anchor_rounds_total":       "an alert says when rounds fail; single anchors are shown",
	"controlwatch_review_items":              "controlwatch review status lists them",
	"controlwatch_review_overdue":            "an alert says it, and controlwatch review status lists them",
	"controlwatch_review_records_unreadable": "an alert says it",
	"controlwatch_store_epoch":               "of interest when two programs want one store, and then the log says it",
	"controlwatch_store_fenced":              "who lost the store says so in its log, and ends",
	"controlwatch_told":                      "an alert says what cannot be told",
	"controlwatch_publish_requests_total":    "a budget of GitHub's for one repository, far from its limit",
	"controlwatch_publish_runs_total":        "failed runs and the last success are shown",
	"controlwatch_store_pruned_bodies_total": "of interest once a year; controlwatch log says it in full",
	"controlwatch_store_pruned_bytes_total":  "of interest once a year; controlwatch log says it in full",
	"controlwatch_store_prunes_total":        "the last success is shown, which a failure leaves behind",
}

func all(t *testing.T) []dashboards.Dashboard {
	t.Helper()
	read, err := dashboards.Read(".")
	require.NoError(t, err)
	require.Len(t, read, len(uids))
	return read
}

// expressions are what a dashboard asks Prometheus.
func expressions(d dashboards.Dashboard) (asked []string) {
	for _, v := range d.Templating.List {
		asked = append(asked, v.Asks())
	}
	for _, a := range d.Annotations.List {
		asked = append(asked, a.Expr)
	}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			asked = append(asked, q.Expr)
		}
	}
	return asked
}

var (
	metricNames = regexp.MustCompile(`\b(controlwatch[_:][a-zA-Z0-9_:]+|process_[a-z_]+|ALERTS)\b`)
	ofParts     = regexp.MustCompile(`_(bucket|sum|count)$`)
)

func TestMetricsAreKnownAndShown(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	rules, err := os.ReadFile("../prometheus/rules.yaml")
	require.NoError(t, err)
	known := map[string]bool{"ALERTS": true, "process_start_time_seconds": true, "process_resident_memory_bytes": true}
	recorded := map[string]string{}
	for _, r := range regexp.MustCompile(`(?m)- record: (\S+)\n((?: {8}.*\n)+)`).FindAllStringSubmatch(string(rules), -1) {
		known[r[1]], recorded[r[1]] = true, r[2]
	}
	var families []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(controlwatch_[a-z_]+)` \\| (\\w+)").FindAllStringSubmatch(string(reference), -1) {
		families = append(families, m[1])
		known[m[1]] = true
		if m[2] == "histogram" {
			known[m[1]+"_bucket"] = true
		}
	}
	require.Greater(t, len(families), 60)
	shown := map[string]bool{}
	for _, d := range all(t) {
		for _, expr := range expressions(d) {
			for _, name := range metricNames.FindAllString(expr, -1) {
				require.True(t, known[name], "%s reads %s, which nothing gives: %s", d.File, name, expr)
				shown[ofParts.ReplaceAllString(name, "")] = true
				for _, behind := range metricNames.FindAllString(recorded[name], -1) {
					shown[behind] = true
				}
			}
		}
	}
	for _, family := range families {
		why, left := notShown[family]
		require.NotEqual(t, shown[family], left, "%s is on a dashboard, or in notShown with a reason, and not both", family)
		require.True(t, !left || why != "")
	}
	for family := range notShown {
		require.Contains(t, families, family, "notShown has what is no more")
	}
}

func TestEachDashboardIsAddressedForEver(t *testing.T) {
	t.Parallel()
	var found []string
	for _, d := range all(t) {
		require.Equal(t, d.UID+".json", d.File)
		require.LessOrEqual(t, len(d.UID), 40, "Grafana takes no longer one")
		require.Contains(t, d.Tags, "controlwatch", "others find it by this tag")
		require.Equal(t, "browser", d.Timezone)
		require.NotEmpty(t, d.Description, d.File)
		require.LessOrEqual(t, len(d.Panels), 30, "%s: few panels are looked at", d.File)
		found = append(found, d.UID)
		ids := map[int]bool{}
		for _, p := range d.Panels {
			require.False(t, ids[p.ID], "%s has panel %d twice", d.File, p.ID)
			ids[p.ID] = true
		}
	}
	require.ElementsMatch(t, uids, found)
}

func TestPanelsStandBesideEachOther(t *testing.T) {
	t.Parallel()
	for _, d := range all(t) {
		taken := map[[2]int]string{}
		for _, p := range d.Panels {
			at := p.GridPos
			require.Positive(t, at.W*at.H, "%s: %s", d.File, p.Title)
			require.True(t, at.X >= 0 && at.Y >= 0 && at.X+at.W <= 24, "%s: %s is outside of the grid", d.File, p.Title)
			for x := at.X; x < at.X+at.W; x++ {
				for y := at.Y; y < at.Y+at.H; y++ {
					require.Empty(t, taken[[2]int{x, y}], "%s: %s lies over another", d.File, p.Title)
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
	}
}

func TestEverythingIsExplained(t *testing.T) {
	t.Parallel()
	for _, d := range all(t) {
		for _, p := range d.Panels {
			if p.Type == "row" {
				continue
			}
			where := d.File + ": " + p.Title
			require.NotEmpty(t, p.Title, d.File)
			require.NotEmpty(t, p.Description, where)
			require.NotEmpty(t, p.Targets, where)
			require.NotEmpty(t, p.FieldConfig.Defaults.Unit, where)
			require.NotEmpty(t, p.FieldConfig.Defaults.NoValue, "%s does not say what no data means", where)
			refs := map[string]bool{}
			for _, q := range p.Targets {
				require.False(t, refs[q.RefID], "%s: two queries are %s", where, q.RefID)
				refs[q.RefID] = true
				require.NotEqual(t, q.Range, q.Instant, where)
				require.Equal(t, p.Type == "table", q.Format == "table", where)
			}
			// Where colours speak, so do words: those that say from when on which.
			if p.Type == "stat" && len(p.FieldConfig.Defaults.Thresholds.Steps) > 1 {
				require.Regexp(t, `(?i)\b(red|green|orange)\b`, p.Description+strings.Join(mapped(p), " "), where)
			}
		}
	}
}

func mapped(p dashboards.Panel) (texts []string) {
	for _, m := range p.FieldConfig.Defaults.Mappings {
		texts = append(texts, string(m.Options))
	}
	return texts
}

// What is not known has the colour of the lowest step, which therefore never is green.
func TestNothingIsGreenBecauseNobodyLooked(t *testing.T) {
	t.Parallel()
	for _, d := range all(t) {
		for _, p := range d.Panels {
			steps := p.FieldConfig.Defaults.Thresholds.Steps
			if p.Type == "row" {
				continue
			}
			require.NotEmpty(t, steps, p.Title)
			require.Nil(t, steps[0].Value, p.Title)
			require.NotContains(t, steps[0].Color, "green", "%s: %s: no data would look fine", d.File, p.Title)
			require.NotRegexp(t, `(?i)\b(ok|well|fine|none|0%)\b`, p.FieldConfig.Defaults.NoValue, "%s: %s", d.File, p.Title)
			shown := p.Title + p.Description
			for _, q := range p.Targets {
				shown += q.Expr + q.LegendFormat
			}
			if regexp.MustCompile(`control_state\{[^}]*state="pass"|outcome="pass"`).MatchString(shown) {
				require.Contains(t, shown, "unobserved", "%s: %s shows what passes without what was not seen", d.File, p.Title)
			}
			for _, o := range p.FieldConfig.Overrides {
				for _, property := range o.Properties {
					value := string(property.Value)
					if strings.Contains(o.Matcher.Options, "unobserved") || strings.Contains(o.Matcher.Options, "incomplete") || strings.Contains(o.Matcher.Options, "lost") {
						require.NotContains(t, value, "green", "%s: %s", d.File, p.Title)
					}
				}
			}
		}
	}
}

// A share counts what holds over all there is; what was not seen is below the line only.
func TestNoShareCountsTheUnobserved(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, d := range all(t) {
		for _, p := range d.Panels {
			if p.FieldConfig.Defaults.Unit != "percentunit" {
				continue
			}
			for _, q := range p.Targets {
				asked++
				above, _, _ := strings.Cut(q.Expr, "/")
				require.NotRegexp(t, `unobserved|outcome!=|state!=|outcome=~"pass\||fail"\)`, above, "%s: %s", d.File, p.Title)
				require.NotRegexp(t, `\b1 ?- |state="fail"|outcome="fail"`, q.Expr, "%s: %s: what does not fail may be unobserved", d.File, p.Title)
				require.NotContains(t, q.Expr, "or vector(1)", "%s: %s: nothing is not all", d.File, p.Title)
			}
		}
	}
	require.Greater(t, asked, 5)
}

func TestDataSourcesAndInstallationsAreChosen(t *testing.T) {
	t.Parallel()
	selector := regexp.MustCompile(`\{[^}]*namespace=~?"\$namespace[^}]*job=~?"\$job[^}]*\}`)
	for _, d := range all(t) {
		names := make([]string, 0, len(d.Templating.List))
		for _, v := range d.Templating.List {
			names = append(names, v.Name)
			require.NotEmpty(t, v.Label, v.Name)
			if v.Type == "query" {
				require.Equal(t, "${datasource}", v.Datasource.UID, v.Name)
			}
			require.Equal(t, v.IncludeAll, v.Multi, v.Name)
			require.Equal(t, v.IncludeAll, v.AllValue == ".*", v.Name)
		}
		require.Equal(t, []string{"datasource", "namespace", "job"}, names[:3], d.File)
		for _, v := range names {
			used := slices.ContainsFunc(expressions(d), func(expr string) bool { return strings.Contains(expr, "$"+v) })
			require.True(t, used || v == "datasource", "%s: nothing depends on %s", d.File, v)
		}
		for _, a := range d.Annotations.List {
			require.Equal(t, dashboards.Source{Type: "prometheus", UID: "${datasource}"}, a.Datasource)
		}
		require.NotEmpty(t, d.Annotations.List)
		for _, p := range d.Panels {
			if p.Type == "row" {
				continue
			}
			require.Equal(t, &dashboards.Source{Type: "prometheus", UID: "${datasource}"}, p.Datasource, p.Title)
			for _, q := range p.Targets {
				require.Equal(t, *p.Datasource, q.Datasource, p.Title)
				for _, at := range metricNames.FindAllStringIndex(q.Expr, -1) {
					name, rest := q.Expr[at[0]:at[1]], q.Expr[at[1]:]
					require.True(t, strings.HasPrefix(rest, "{") && selector.MatchString(rest[:strings.IndexByte(rest, '}')+1]), "%s: %s reads %s of every installation", d.File, p.Title, name)
				}
				for _, variable := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(q.Expr, -1) {
					require.True(t, strings.HasPrefix(variable[1], "__") || slices.Contains(names, variable[1]), "%s: %s asks for %s", d.File, p.Title, variable[0])
				}
			}
		}
	}
}

func TestLinksLeadToWhatIsThere(t *testing.T) {
	t.Parallel()
	const pages = "https://github.com/controlwatch/controlwatch/blob/main/"
	for _, d := range all(t) {
		links := slices.Clone(d.Links)
		require.True(t, slices.ContainsFunc(links, func(l dashboards.Link) bool { return l.Type == "dashboards" && l.IncludeVars && l.KeepTime }), d.File)
		runbooks := 0
		for _, p := range d.Panels {
			links = append(links, p.Links...)
		}
		for _, l := range links {
			if l.Type != "link" {
				continue
			}
			path, ours := strings.CutPrefix(strings.Replace(l.URL, "/tree/main/", "/blob/main/", 1), pages)
			require.True(t, ours, l.URL)
			_, err := os.Stat("../../" + path)
			require.NoError(t, err, "%s: %s", d.File, l.Title)
			if strings.HasPrefix(path, "docs/runbooks/") {
				runbooks++
			}
		}
		require.Positive(t, runbooks, d.File)
	}
}

func TestTheReadmeAsksWhatEachPanelAnswers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, d := range all(t) {
		_, of, found := strings.Cut(string(text), "["+d.File+"]("+d.File+")")
		require.True(t, found, d.File)
		of, _, _ = strings.Cut(of, "\n## ")
		panels := 0
		for _, p := range d.Panels {
			if p.Type != "row" {
				require.Contains(t, of, "\n| "+p.Title+" | ", d.File)
				panels++
			}
		}
		require.Equal(t, panels, strings.Count(of, "?"+" |\n"), "%s: a question is of no panel", d.File)
	}
}

// Columns are named after what a query answers: the label, or the value of one.
func TestColumnsAreThere(t *testing.T) {
	t.Parallel()
	for _, d := range all(t) {
		for _, p := range d.Panels {
			if p.Type != "table" {
				continue
			}
			for _, tr := range p.Transformations {
				for from := range tr.Options.RenameByName {
					where := fmt.Sprintf("%s: %s: %s", d.File, p.Title, from)
					switch ref, value := strings.CutPrefix(from, "Value #"); {
					case from == "Value":
						require.Len(t, p.Targets, 1, where)
					case value:
						require.True(t, slices.ContainsFunc(p.Targets, func(q dashboards.Target) bool { return q.RefID == ref }), where)
						require.Greater(t, len(p.Targets), 1, where)
					default:
						require.Regexp(t, `\b`+from+`\b`, p.Targets[0].Expr, where)
					}
				}
				names := []string{}
				for _, to := range tr.Options.RenameByName {
					names = append(names, to)
				}
				if len(names) == 0 {
					continue
				}
				for _, o := range p.FieldConfig.Overrides {
					require.Contains(t, names, o.Matcher.Options, "%s: %s: an override is of no column", d.File, p.Title)
				}
			}
		}
	}
}
