package receivertest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/publish/alert"
)

func answers(t *testing.T, p Place) {
	for _, c := range []struct {
		status  int
		refused bool
	}{
		{301, false},
		{302, false},
		{307, false},
		{308, false},
		{400, true},
		{401, true},
		{403, true},
		{404, true},
		{405, true},
		{407, false},
		{408, false},
		{410, true},
		{413, true},
		{415, true},
		{421, false},
		{422, true},
		{425, false},
		{429, false},
		{500, false},
		{502, false},
		{503, false},
		{504, false},
	} {
		t.Run(fmt.Sprintf("%d, with all that was sent, gives no secret away", c.status), func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				all, _ := httputil.DumpRequest(r, true)
				w.Header().Set("Location", "https://127.0.0.1:1"+path)
				w.Header().Set("Retry-After", "soon hunter2")
				w.WriteHeader(c.status)
				_, _ = w.Write(all)
			})
			err := p.at(t, s).Send(t.Context(), Notice())
			p.silent(t, err)
			require.Contains(t, err.Error(), fmt.Sprint(c.status))
			require.Equal(t, c.refused, errors.Is(err, alert.ErrRefused), "%v", err)
			_, later := errors.AsType[*alert.LaterError](err)
			require.False(t, later)
			require.Len(t, s.bodies(), 1)
		})
	}
	for said, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "999999999": time.Hour,
		Now().Add(2 * time.Minute).Format(http.TimeFormat):  2 * time.Minute,
		Now().Add(-2 * time.Minute).Format(http.TimeFormat): 0,
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprintf("%d says to wait %s", status, said), func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", said)
					w.WriteHeader(status)
				})
				err := p.at(t, s).Send(t.Context(), Notice())
				p.silent(t, err)
				later, ok := errors.AsType[*alert.LaterError](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, want, later.After)
				require.NotErrorIs(t, err, alert.ErrRefused)
			})
		}
	}
	t.Run("an answer without end is not read to its end", func(t *testing.T) {
		t.Parallel()
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			for {
				if _, err := io.WriteString(w, strings.Repeat("hunter2 ", 8192)); err != nil {
					return // until whoever asked hangs up
				}
			}
		})
		err := p.at(t, s).Send(t.Context(), Notice())
		p.silent(t, err)
		require.Contains(t, err.Error(), "500")
	})
}
