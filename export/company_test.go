package export_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestControlsAreToldInTheCompanysWordsToo(t *testing.T) {
	t.Parallel()
	w, _ := full(t)
	control := w.assessor.Catalogue.Controls[0].ID
	own := soc2.CompanyControl{ID: "AC-01", Wording: "=Nobody <b>enters</b> アクセス", Criteria: []string{}, Source: "m.csv, row 2"}
	imported, err := soc2.CompanyControlsBody([]soc2.CompanyControl{own, {ID: "AC-02", Wording: "Nothing shows this", Source: "m.csv, row 3"}})
	require.NoError(t, err)
	linked, err := soc2.ControlLinkBody(own, control)
	require.NoError(t, err)
	record := w.record(soc2.EntryCompanyControls, "m.csv", imported)
	w.record(soc2.EntryControlLink, "ac-01", linked)

	b, _ := w.fill(0, 90, nil)
	require.Empty(t, verify(t, b, w.key.Public()).Problems)
	files := unzip(t, b)
	all := rows(t, files["company-controls.csv"])
	require.Len(t, all, 2)
	require.Equal(t, record, all[0]["record"])
	require.Equal(t, "AC-01", all[0]["id"])
	require.Equal(t, "'"+own.Wording, all[0]["wording"], "no spreadsheet takes it for a formula")
	require.Equal(t, control, all[0]["controls"])
	require.Empty(t, all[1]["controls"])
	page := files["controls/"+control+"/index.html"]
	require.Contains(t, page, "In the company's words: AC-01: =Nobody &lt;b&gt;enters&lt;/b&gt; アクセス", page)
	found := false
	for name, text := range files {
		if strings.HasSuffix(name, "/controls.csv") {
			for _, r := range rows(t, text) {
				if r["control"] == control {
					found = true
					require.Equal(t, "AC-01: =Nobody <b>enters</b> アクセス", r["company_wording"])
				}
			}
		}
	}
	require.True(t, found)
}
