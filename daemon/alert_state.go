package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/controlwatch/controlwatch/daemon/alerts"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/store"
)

const (
	alertRow    = "alert"
	incidentRow = "incident"
)

// readAlerts reads what is remembered. A row that cannot be read is an error: an
// alert that is forgotten would never be told as ended.
func readAlerts(ctx context.Context, book AlertBook) (alerts.State, error) {
	state := alerts.NewState()
	mark, rows, err := book.AlertState(ctx)
	if err != nil {
		return state, err
	}
	state.Seq = mark
	for _, row := range rows {
		switch row.Kind {
		case alertRow:
			one := &alerts.Tracked{}
			err = json.Unmarshal(row.Body, one)
			state.Alerts[row.ID] = one
		case incidentRow:
			one := &alerts.Incident{}
			err = json.Unmarshal(row.Body, one)
			state.Incidents[row.ID] = one
		default:
			err = fmt.Errorf("kind %q is not known", row.Kind)
		}
		if err != nil {
			return state, fmt.Errorf("read alert %s: %w: the store was altered, or written by a newer controlwatch", row.ID, err)
		}
	}
	return state, nil
}

// keepTurn writes what became of alerts, and what receivers are to be told of it.
func keepTurn(ctx context.Context, book AlertBook, from int64, turn alerts.Turn, at time.Time) error {
	c := store.AlertChange{From: from, To: turn.State.Seq, Forget: turn.Gone, At: at}
	for _, id := range turn.Changed {
		row := store.AlertRow{ID: id, Kind: alertRow}
		var body any
		if one, ok := turn.State.Alerts[id]; ok {
			body = one
		} else if one, ok := turn.State.Incidents[id]; ok {
			row.Kind, body = incidentRow, one
		} else {
			return fmt.Errorf("keep alert %s: it is none", id)
		}
		var err error
		if row.Body, err = json.Marshal(body); err != nil {
			return fmt.Errorf("keep alert %s: %w", id, err)
		}
		c.Write = append(c.Write, row)
	}
	for _, m := range turn.Messages {
		n, err := posted(m)
		if err != nil {
			return err
		}
		c.Notices = append(c.Notices, n)
	}
	return book.KeepAlerts(ctx, c)
}

func posted(m alerts.Message) (store.OutboxNotice, error) {
	body, err := json.Marshal(m.Notice)
	if err != nil {
		return store.OutboxNotice{}, fmt.Errorf("write notice %s: %w", m.Notice.ID, err)
	}
	return store.OutboxNotice{
		Notice: m.Notice.ID, Incident: m.Notice.Key, Number: m.Notice.Number, Route: m.Route, Severity: int(m.Notice.Severity), Body: body,
		Due: m.Due, Receivers: m.Receivers, Replaces: m.Replaces,
	}, nil
}

func noticeOf(body []byte) (n alert.Notice, err error) {
	err = json.Unmarshal(body, &n)
	return n, err
}
