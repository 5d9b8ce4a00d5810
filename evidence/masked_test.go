package evidence

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                         "",
		"reports-bucket":                           "reports-bucket",
		"arn:aws:iam::111122223333:role/deploy":    "arn:aws:iam::111122223333:role/deploy",
		"https://example.com/a?b=c":                "https://example.com/a?b=c",
		"https://x:hunter2@host/a":                 "https://[masked url-credentials]@host/a",
		"Server=db;Password=hunter2;":              "Server=db;Password=[masked password];",
		"see https://h.example/x?token=abcd&y=1":   "see https://h.example/x?token=[masked url-parameter]&y=1",
		"da39a3ee5e6b4b0d3255bfef95601890afd80709": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	} {
		got, _ := Mask(text)
		require.Equal(t, want, got)
	}
	one, formats := Mask("key AKIAIOSFODNN7EXAMPLE here")
	require.Equal(t, []string{"aws-access-key-id"}, formats)
	require.Regexp(t, `^key \[masked aws-access-key-id [0-9a-f]{8}\] here$`, one)
	other, _ := Mask("key AKIAIOSFODNN7EXAMPLF here")
	require.NotEqual(t, one, other, "two secrets stay two")
}

// What is masked holds nothing to mask.
func TestMaskingIsDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := []string{
			"AKIAIOSFODNN7EXAMPLE", "ghp_" + "x7x7x7x7x7x7x7x7x7x7x7x7", "https://a:b@c/", "?token=abcdef", "password=hunter2", " ", "/", "é", "%2F", "Bearer ",
			"-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "xoxb-0123456789ab", "eyJhbGciOiJ9", ".", "[masked x]",
		}
		text := ""
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			text += rapid.OneOf(rapid.SampledFrom(parts), rapid.String()).Draw(t, "part")
		}
		once, _ := Mask(text)
		twice, formats := Mask(once)
		require.Equal(t, once, twice, "%q", text)
		require.Empty(t, formats)
	})
}

func TestAFactIsStoredWithoutSecrets(t *testing.T) {
	t.Parallel()
	population := Population{Kind: "Workload", Type: "aws.ec2.instance"}
	recorder := func() *Recorder {
		return NewRecorder(Pull{Collector: "x", Populations: []Population{population}})
	}
	fact := func(id, tag string) Fact {
		return Fact{
			Resource: Resource{Provider: "aws", Account: "1", Kind: population.Kind, Type: population.Type, ID: id},
			Body:     &Workload{Tags: map[string]string{"owner": tag}},
		}
	}
	t.Run("a fact without any is as it was, and nothing is said", func(t *testing.T) {
		t.Parallel()
		r := recorder()
		require.NoError(t, r.Add(fact("i-1", "ada")))
		pull, facts := r.Result()
		require.Equal(t, []Fact{fact("i-1", "ada")}, facts)
		require.Empty(t, pull.Masked)
	})
	t.Run("the secret goes, the rest stays, and the pull says where", func(t *testing.T) {
		t.Parallel()
		r := recorder()
		require.NoError(t, r.Add(fact("i-1", "ada ghp_0123456789abcdefghijklmnop")))
		pull, facts := r.Result()
		require.Regexp(t, `^ada \[masked github-token [0-9a-f]{8}\]$`, facts[0].Body.(*Workload).Tags["owner"])
		require.Equal(t, []Masked{{Resource: "aws.ec2.instance i-1", Path: "body.tags.owner", Format: "github-token"}}, pull.Masked)
		require.True(t, pull.Complete())
	})
	t.Run("two resources that masking makes one are a hole, not one resource", func(t *testing.T) {
		t.Parallel()
		r := recorder()
		require.NoError(t, r.Add(fact("postgres://a:one@h", "")))
		require.NoError(t, r.Add(fact("postgres://a:two@h", "")))
		pull, facts := r.Result()
		require.Len(t, facts, 1)
		require.False(t, pull.CompleteFor(population.Type))
		require.Equal(t, 1, pull.Items)
	})
	t.Run("a refusal that repeats a secret is a hole without it", func(t *testing.T) {
		t.Parallel()
		r := recorder()
		r.Miss("", &Unseen{Reason: Denied, Operation: "x", Err: errors.New("bad token ghp_0123456789abcdefghijklmnop")})
		r.Parameter("x url=https://a:hunter2@h/")
		pull, _ := r.Result()
		require.NotContains(t, pull.Holes[0].Detail, "0123456789")
		require.Equal(t, Denied, pull.Holes[0].Reason)
		require.NotContains(t, pull.Parameters[0], "hunter2")
		require.Equal(t, []Masked{{Path: "parameters[0]", Format: "url-credentials"}}, pull.Masked)
	})
	t.Run("an access key keeps its own id", func(t *testing.T) {
		t.Parallel()
		user := "AKIAIOSFODNN7EXAMPLE"
		f := Fact{Resource: Resource{Kind: "AccessKey", Type: "aws.iam.access_key", ID: "AKIAIOSFODNN7EXAMPLE", Name: "AKIAIOSFODNN7EXAMPLE"}, Body: &AccessKey{User: &user}}
		got, found, err := f.Masked()
		require.NoError(t, err)
		require.Equal(t, f.Resource, got.Resource)
		require.NotContains(t, *got.Body.(*AccessKey).User, "AKIAIOSF")
		require.Len(t, found, 1)
	})
}
