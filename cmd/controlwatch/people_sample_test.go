package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/soc2"
)

// People of the sample company over all of its providers, as its list of
// employments and its providers' answers have them.
func TestPeopleOfTheSampleCompany(t *testing.T) {
	t.Parallel()
	type subject struct{ check, typ, name string }
	found := map[subject]soc2.Outcome{}
	for _, f := range newCompany(t).scan(0).Findings {
		found[subject{f.Check, f.Resource.Type, f.Resource.Name}] = f.Outcome
	}
	const (
		leaver, known, everywhere = "leaver-has-no-open-account", "account-has-person-or-owner", "person-is-not-privileged-everywhere"
		hr, center, member, iam   = "files.employment", "aws.identity_center.user", "github.member", "aws.iam.user"
	)
	for s, outcome := range map[subject]soc2.Outcome{
		{leaver, hr, "Pavel Horak"}:                                             soc2.Fail, // Identity Center was forgotten
		{leaver, hr, "Tomas Silva"}:                                             soc2.Pass,
		{leaver, hr, "Ada Obi"}:                                                 soc2.NotApplicable,
		{leaver, hr, "Tom Becker"}:                                              soc2.NotApplicable, // until the end of the year
		{known, center, "pavel"}:                                                soc2.Fail,
		{known, center, "noor"}:                                                 soc2.Pass,
		{known, center, "break-glass"}:                                          soc2.Fail, // in no register of service accounts
		{known, iam, "ci-deploy"}:                                               soc2.Fail,
		{known, iam, "kofi"}:                                                    soc2.Pass,
		{known, member, "yuki"}:                                                 soc2.Pass,
		{known, "github.outside_collaborator", "rosa-fieldworks"}:               soc2.Fail,
		{known, "github.outside_collaborator", "tom-freelance"}:                 soc2.Pass,
		{known, "okta.user", "marie@acme-robotics.example"}:                     soc2.Pass, // on leave
		{everywhere, hr, "Ada Obi"}:                                             soc2.Fail, // the code host and the cloud
		{everywhere, hr, "Linus Farkas"}:                                        soc2.Pass,
		{"cloud-user-signs-in-through-directory", iam, "ada"}:                   soc2.Fail,
		{"cloud-user-signs-in-through-directory", iam, "ci-deploy"}:             soc2.NotApplicable,
		{"directory-users-have-second-factors", "okta.org", "Acme Robotics"}:    soc2.Unobserved, // one user's factors are denied
		{"device-is-encrypted", "files.device", "Kofi's MacBook Pro"}:           soc2.Fail,
		{"important-vendor-was-reviewed", "files.vendor", "Parcelmoth"}:         soc2.Fail,
		{"assigned-training-is-completed", "files.training", "2026-003"}:        soc2.Fail,
		{"assigned-training-is-completed", "files.training", "2026-001"}:        soc2.Pass,
		{"important-vendor-was-reviewed", "files.vendor", "Office Plants & Co"}: soc2.NotApplicable,
	} {
		require.Equal(t, outcome, found[s], "%v", s)
	}
}
