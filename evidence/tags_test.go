package evidence_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/evidence"
)

// Whatever a kind calls tags, labels or topics, TagsOf must read.
func TestTagsOfEveryKind(t *testing.T) {
	t.Parallel()
	found := 0
	for _, kind := range evidence.Kinds {
		body := kind.New()
		require.Nil(t, evidence.TagsOf(body), "%s: nothing was seen", kind.Kind)
		v := reflect.ValueOf(body).Elem()
		for f := range kind.Type().Fields() {
			name := strings.ToLower(f.Name)
			if !strings.Contains(name, "tag") && !strings.Contains(name, "label") && !strings.Contains(name, "topic") {
				continue
			}
			switch into := v.FieldByIndex(f.Index).Addr().Interface().(type) {
			case *map[string]string:
				*into = map[string]string{"service": "payments"}
				require.Equal(t, map[string]string{"service": "payments"}, evidence.TagsOf(body), "%s.%s", kind.Kind, f.Name)
				*into = map[string]string{}
				require.Equal(t, map[string]string{}, evidence.TagsOf(body), "%s.%s: seen, and there are none", kind.Kind, f.Name)
			case *[]string:
				*into = []string{"payments"}
				require.Equal(t, map[string]string{"payments": ""}, evidence.TagsOf(body), "%s.%s", kind.Kind, f.Name)
			default:
				continue // whether tags may be overwritten, and the like
			}
			found++
		}
	}
	require.GreaterOrEqual(t, found, 5)
}

func TestTagsOfNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []any{nil, 1, "text", (*evidence.Datastore)(nil), evidence.Datastore{Tags: map[string]string{"a": "b"}}} {
		require.Nil(t, evidence.TagsOf(body))
		require.Empty(t, evidence.RepositoryOf(body))
	}
}

func TestRepositoryOfEveryKind(t *testing.T) {
	t.Parallel()
	name, found := "acme/payments", 0
	for _, kind := range evidence.Kinds {
		body := kind.New()
		require.Empty(t, evidence.RepositoryOf(body))
		if f := reflect.ValueOf(body).Elem().FieldByName("Repository"); f.IsValid() {
			f.Set(reflect.ValueOf(&name))
			require.Equal(t, name, evidence.RepositoryOf(body), kind.Kind)
			found++
		}
	}
	require.GreaterOrEqual(t, found, 8)
}
