package metrics_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/daemon/metrics"
	"github.com/controlwatch/controlwatch/soc2"
)

// Accounts are called what a provider says. However they are called, every scrape is
// answered, no value is long, and two accounts stay two.
func TestLabelsOfAnyAccount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts := rapid.SliceOfNDistinct(rapid.OneOf(
			rapid.StringOfN(rapid.Rune(), 0, 300, -1),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 1, 200), func(b []byte) string { return string(b) }),
		), 1, 8, rapid.ID[string]).Draw(t, "accounts")
		a := soc2.Assessment{At: at, Places: map[soc2.Place]map[soc2.Outcome]int{}}
		for _, account := range accounts {
			a.Places[soc2.Place{Control: "c", Provider: "aws", Account: "a" + account}] = map[soc2.Outcome]int{soc2.Fail: 1}
		}
		p, err := metrics.Project(a, nil)
		require.NoError(t, err)
		m := metrics.New("1.0.0")
		m.Publish(p)
		r := prometheus.NewPedanticRegistry()
		require.NoError(t, r.Register(m))
		families, err := r.Gather()
		require.NoError(t, err)
		found := map[string]bool{}
		for _, f := range families {
			for _, one := range f.GetMetric() {
				for _, l := range one.GetLabel() {
					require.LessOrEqual(t, len(l.GetValue()), 130, l.GetName())
					if f.GetName() == "controlwatch_findings" && l.GetName() == "account" && l.GetValue() != "" {
						found[l.GetValue()] = true
					}
				}
			}
		}
		require.Len(t, found, len(accounts))
	})
}

func TestLabelsThatLookAlikeStayApart(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 80)
	a := soc2.Assessment{At: at, Places: map[soc2.Place]map[soc2.Outcome]int{}}
	for _, account := range []string{"\xff", "\xfe", long + "1", long + "2"} {
		a.Places[soc2.Place{Control: "c", Provider: "aws", Account: account}] = nil
	}
	m := metrics.New("1.0.0")
	publish(t, m, a)
	accounts := 0
	for s := range series(t, m) {
		if strings.Contains(s, `outcome="fail"`) {
			accounts++
		}
	}
	require.Equal(t, 4, accounts, fmt.Sprint(len(long)))
}
