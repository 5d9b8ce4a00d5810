package store

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

var (
	packedOf = evidence.Resource{Provider: "aws", Account: "1", Kind: "User", Type: "aws.iam.user", ID: "AIDA", Name: "ada"}
	packedBy = [][2]string{{"mfa", "console"}, {"mfa", "root"}, {"keys", "age"}}
)

func TestStatesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		moment := func(name string) time.Time {
			return fromMicros(rapid.Int64Range(1, 1<<51).Draw(r, name))
		}
		outcome := rapid.SampledFrom(soc2.Outcomes)
		var states []soc2.FindingState
		for _, c := range packedBy {
			s := soc2.FindingState{
				Key: soc2.FindingKey{Control: c[0], Check: c[1], Resource: packedOf.Key()}, Resource: packedOf,
				Outcome: outcome.Draw(r, "outcome"), Definite: outcome.Draw(r, "definite"), Inputs: rapid.String().Draw(r, "inputs"),
				Severity: rapid.SampledFrom(soc2.Severities).Draw(r, "severity"), FirstSeen: moment("first"), LastChanged: moment("changed"),
				Resolved: rapid.Bool().Draw(r, "resolved"), Gone: rapid.Bool().Draw(r, "gone"), Awaiting: rapid.Bool().Draw(r, "awaiting"),
			}
			if rapid.Bool().Draw(r, "accepted") {
				s.AcceptedUntil = moment("accepted until")
			}
			if rapid.Bool().Draw(r, "waiting") {
				s.Waiting = soc2.Waiting{
					Looks: rapid.IntRange(1, 10).Draw(r, "looks"), Pull: moment("pull"), Cause: rapid.SampledFrom(waitingCauses).Draw(r, "cause"),
					Outcome: outcome.Draw(r, "told"), Definite: outcome.Draw(r, "told definite"), Absent: rapid.Bool().Draw(r, "absent"),
				}
			}
			states = append(states, s)
		}
		packed := pack(states)
		back, err := unpack(nil, packedOf, packedBy, packed)
		require.NoError(r, err)
		require.Equal(r, states, back)
		_, err = unpack(nil, packedOf, packedBy, packed[:len(packed)-1])
		require.Error(r, err, "cut short")
	})
}

// What the form's first version wrote is read: these bytes are its.
func TestStatesOfTheFirstVersionAreRead(t *testing.T) {
	t.Parallel()
	first, err := hex.DecodeString(firstVersion)
	require.NoError(t, err)
	states, err := unpack(nil, packedOf, packedBy[:2], first)
	require.NoError(t, err)
	at := func(day int) time.Time { return time.Date(2026, 6, day, 8, 0, 0, 0, time.UTC) }
	require.Equal(t, []soc2.FindingState{
		{
			Key: soc2.FindingKey{Control: "mfa", Check: "console", Resource: packedOf.Key()}, Resource: packedOf, Outcome: soc2.Fail, Definite: soc2.Fail,
			Inputs: "one", Severity: soc2.High, FirstSeen: at(1), LastChanged: at(2), AcceptedUntil: at(3), Resolved: true,
		},
		{
			Key: soc2.FindingKey{Control: "mfa", Check: "root", Resource: packedOf.Key()}, Resource: packedOf, Outcome: soc2.Unobserved, Definite: soc2.Pass,
			Inputs: "two", Severity: soc2.Low, FirstSeen: at(1), LastChanged: at(1), Gone: true,
		},
	}, states)

	first[0] = 3
	_, err = unpack(nil, packedOf, packedBy[:2], first)
	require.ErrorIs(t, err, errStates, "a version of later")
	first[0] = firstStatesVersion
	first[len(first)-5] |= flagMore
	_, err = unpack(nil, packedOf, packedBy[:2], first)
	require.ErrorIs(t, err, errStates, "the first version has no more")
}

// firstVersion is the two states below as the first version packed them.
const firstVersion = "0102046f6e650474776f038080b8cc92cba9068080f3a996d0a9068080ae879ad5a9065a03000001022401010000"
