package canon_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/controlwatch/controlwatch/internal/canon"
)

// The text is the one of RFC 8785, section 3.2.2.
func TestLineIsWrittenAsTheRFCHasIt(t *testing.T) {
	t.Parallel()
	line, err := canon.Line(nil, map[string]any{
		"string":  "\u20ac$\u000f\nA'B\"\\\\\"/",
		"literal": nil, "also": true, "number": int64(-42), "digest": []byte{0, 0xff},
		"separators": "\u2028\u2029<&>\u007f",
	})
	require.NoError(t, err)
	want := []byte(`{"also":true,"digest":"00ff","literal":null,"number":-42,` +
		"\"separators\":\"\u2028\u2029<&>\u007f\"," +
		`"string":"€$\u000f\nA'B\"\\\\\"/"}` + "\n")
	require.True(t, bytes.Equal(want, line), "byte for byte, not only as JSON: %s", line)
}

func TestLineRefusesWhatHasNoOneForm(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"a fraction": 1.5, "too large": int64(1) << 53, "too small": -(int64(1) << 53),
		"not UTF-8": "a\xffb", "a list": []string{"a"},
	} {
		_, err := canon.Line(nil, map[string]any{"x": value})
		require.ErrorContains(t, err, "x: ", name)
	}
}

func TestLineReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fields := map[string]any{
			"a": rapid.String().Draw(t, "a"),
			"b": rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(t, "b"),
			"c": rapid.Bool().Draw(t, "c"),
		}
		line, err := canon.Line(nil, fields)
		require.NoError(t, err)
		var read struct {
			A string
			B int64
			C bool
		}
		require.NoError(t, json.Unmarshal(line, &read))
		require.Equal(t, map[string]any{"a": read.A, "b": read.B, "c": read.C}, fields)
	})
}
