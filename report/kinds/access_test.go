package kinds

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/report/document"
	"github.com/controlwatch/controlwatch/soc2"
)

func TestAccessReportCountsWhatWasNotSeenAgainstItself(t *testing.T) {
	t.Parallel()
	row := func(login string, person *string, privilege string, mfa *bool, unseen ...soc2.AccessUnseen) soc2.AccessRow {
		return soc2.AccessRow{
			Key: login, Login: evidence.Resource{Provider: "aws", Account: "1", Kind: "User", ID: login, Name: login}, Person: person, Nature: "human",
			What: soc2.AccessAccount, Target: "aws 1", Privilege: privilege, Paths: []string{"direct"}, MFA: mfa, Unseen: unseen,
		}
	}
	list := soc2.Access{
		At: at,
		Rows: []soc2.AccessRow{
			row("ghost", nil, "", nil, soc2.AccessUnseen{Field: "mfa", Why: "denied"}, soc2.AccessUnseen{Field: "privilege", Why: "denied"}),
			row("old", new(""), "read", new(false)),
			row("ada", new("ada@example.com"), soc2.PrivilegeAdmin, new(true)),
		},
		Feeds: []soc2.AccessFeed{
			{Type: "aws.iam.user", Kind: "User", Records: 3},
			{Type: "aws.iam.access_key", Kind: "AccessKey", Hole: &evidence.Hole{Reason: evidence.Denied}},
		},
	}
	r := AccessOf(&list, false)
	require.False(t, r.Complete)
	require.Equal(t, AccessCounts{Rows: 3, Privileged: 2, Nobody: 1, Unjoined: 1, NoFactor: 2}, r.Counts)
	require.Equal(t, []string{"ada", "old", "ghost"}, []string{r.Rows[0].Key, r.Rows[1].Key, r.Rows[2].Key})

	d := AccessDocument(Head{}, r, soc2.Assessment{At: at})
	var b bytes.Buffer
	f, _ := document.FormatOf("csv")
	require.NoError(t, f.Write(&b, d, document.Options{Table: "privileged"}))
	require.Contains(t, b.String(), `not seen,"ghost, aws 1",account aws 1,not seen,direct,not seen,not seen`)
	require.Contains(t, b.String(), `ada@example.com,"ada, aws 1"`)
	require.NotContains(t, b.String(), "old")
	b.Reset()
	f, _ = document.FormatOf("md")
	require.NoError(t, f.Write(&b, d, document.Options{}))
	require.Contains(t, b.String(), "The list is not complete")
	require.Contains(t, b.String(), "denied")

	// Nothing that was never read looks complete.
	never := AccessOf(&soc2.Access{At: at}, false)
	require.False(t, never.Complete)
	b.Reset()
	require.NoError(t, f.Write(&b, AccessDocument(Head{}, never, soc2.Assessment{At: at}), document.Options{}))
	require.Contains(t, b.String(), "The list is not complete")
}
