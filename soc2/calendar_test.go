package soc2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

func TestCalendar(t *testing.T) {
	t.Parallel()
	in := calm()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	review := in.Standings[0]
	review.Control.ID, review.Control.Owner = soc2.AccessReview, "CISO"
	never := soc2.AttestationStanding{Control: review.Control, System: "shop", State: soc2.AttestedNever}
	never.Control.ID = "a-never-attested-control"
	ends := in.Window.From.AddDate(0, 2, 0)
	told := soc2.CalendarOf(soc2.CalendarInputs{
		Now: in.Now, Zone: zone, Scope: soc2.Scope{Audit: time.Date(2028, 2, 1, 5, 0, 0, 0, time.UTC)},
		Window:    soc2.Interval{From: time.Date(2027, 1, 1, 5, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 5, 0, 0, 0, time.UTC)},
		Standings: []soc2.AttestationStanding{review, never},
		Decisions: []soc2.DecisionState{
			{KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "d1", Kind: soc2.Accept, Requester: "ada", Expires: ends}}, Life: soc2.DecisionInForce},
			{KnownDecision: soc2.KnownDecision{Decision: soc2.Decision{ID: "d2", Kind: soc2.Accept, Expires: ends}}, Life: soc2.DecisionWithdrawn},
		},
		Plan: &soc2.Plan{Items: []soc2.PlanItem{
			{Gap: "control:x", Title: "X", Due: in.Now.AddDate(0, 0, -3), Status: soc2.PlanOpen, Overdue: true, Owner: "bob"},
			{Gap: "control:y", Due: in.Now, Status: soc2.PlanClosed},
		}},
	})
	got := map[string]string{}
	for _, e := range told.Entries {
		require.NotContains(t, got, e.ID, "an id stands for one date")
		got[e.ID] = e.On.Format(time.DateOnly) + " " + string(e.Kind)
		require.Equal(t, e.ID == "gap:control:x" || e.Kind == soc2.CalendarLacking, e.Overdue, e.ID)
	}
	require.Equal(t, map[string]string{
		"period:first": "2027-01-01 period", "period:last": "2027-12-31 period", "audit": "2028-02-01 audit",
		"attestation:access-is-reviewed":                       "2027-02-24 attestation-ends",
		"attestation:access-is-reviewed/2027-01-01":            "2027-03-31 access-review",
		"attestation:access-is-reviewed/2027-04-01":            "2027-06-30 access-review",
		"attestation:access-is-reviewed/2027-07-01":            "2027-09-30 access-review",
		"attestation:access-is-reviewed/2027-10-01":            "2027-12-31 access-review",
		"attestation:a-never-attested-control/shop":            "2026-12-01 attestation-missing",
		"attestation:a-never-attested-control/shop/2027-01-01": "2027-03-31 planned-activity",
		"attestation:a-never-attested-control/shop/2027-04-01": "2027-06-30 planned-activity",
		"attestation:a-never-attested-control/shop/2027-07-01": "2027-09-30 planned-activity",
		"attestation:a-never-attested-control/shop/2027-10-01": "2027-12-31 planned-activity",
		"decision:d1": "2027-02-28 decision-ends", "gap:control:x": "2026-11-28 gap-due",
	}, got)
	require.Empty(t, told.Unseen)
	require.Len(t, soc2.CalendarOf(soc2.CalendarInputs{}).Unseen, 4, "what was not looked at is said")
}
