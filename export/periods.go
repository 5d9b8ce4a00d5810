package export

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// periods: how controls operated over the window, told when the bundle was made.
func (x *exporter) periods(ctx context.Context) error {
	const what = "the window as an observation period"
	switch {
	case x.redacted("periods"):
		x.leave(what, "redacted: it was left out on purpose")
		return nil
	case x.options.Period == nil:
		x.leave(what, "none was told: \"controlwatch period\" does")
		return nil
	}
	told, err := x.options.Period(ctx)
	if err != nil {
		return fmt.Errorf("%w (--redact periods leaves it out, and says so)", err)
	}
	for _, f := range []struct {
		name  string
		write func(io.Writer, soc2.Period) error
	}{{"periods/period.json", report.PeriodJSON}, {"periods/period.csv", report.PeriodCSV}} {
		var b bytes.Buffer
		if err := f.write(&b, told); err != nil {
			return err
		}
		if err := x.out.File(f.name, b.Bytes()); err != nil {
			return err
		}
	}
	x.counts.Periods++
	return nil
}
