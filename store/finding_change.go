package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// findingColumns are the columns that hold a finding's state, in findingRow's order.
const findingColumns = "c.type, c.name, c.outcome, c.definite, c.inputs, c.severity, " +
	"c.first_seen, c.last_changed, c.accepted_until, c.resolved, c.gone"

// findingRow is a finding's state as its row has it: equal rows, same state.
type findingRow struct {
	typ, name, outcome, definite, inputs, severity string
	firstSeen, lastChanged                         int64
	acceptedUntil                                  sql.NullInt64
	resolved, gone                                 bool
}

func (r *findingRow) targets() []any {
	return []any{
		&r.typ, &r.name, &r.outcome, &r.definite, &r.inputs, &r.severity,
		&r.firstSeen, &r.lastChanged, &r.acceptedUntil, &r.resolved, &r.gone,
	}
}

func rowOf(s soc2.FindingState) findingRow {
	r := findingRow{
		typ: s.Resource.Type, name: s.Resource.Name,
		outcome: s.Outcome.String(), definite: s.Definite.String(), inputs: s.Inputs, severity: severityText(s.Severity),
		firstSeen: micros(s.FirstSeen), lastChanged: micros(s.LastChanged),
		resolved: s.Resolved, gone: s.Gone,
	}
	if !s.AcceptedUntil.IsZero() {
		r.acceptedUntil = sql.NullInt64{Int64: micros(s.AcceptedUntil), Valid: true}
	}
	return r
}

func (r *findingRow) state(key soc2.FindingKey) (soc2.FindingState, error) {
	k := key.Resource
	s := soc2.FindingState{
		Key: key,
		Resource: evidence.Resource{
			Provider: k.Provider, Account: k.Account, Region: k.Region, Kind: k.Kind, Type: r.typ, ID: k.ID, Name: r.name,
		},
		Inputs:    r.inputs,
		FirstSeen: fromMicros(r.firstSeen), LastChanged: fromMicros(r.lastChanged),
		Resolved: r.resolved, Gone: r.gone,
	}
	if r.acceptedUntil.Valid {
		s.AcceptedUntil = fromMicros(r.acceptedUntil.Int64)
	}
	var err error
	s.Severity, err = severityOf(r.severity)
	return s, errors.Join(err, s.Outcome.UnmarshalText([]byte(r.outcome)), s.Definite.UnmarshalText([]byte(r.definite)))
}

// FindingStates gives what is remembered of every finding, those no longer judged
// included, as of the newest assessment.
func (s *Store) FindingStates(ctx context.Context) (map[soc2.FindingKey]soc2.FindingState, error) {
	var states map[soc2.FindingKey]soc2.FindingState
	err := s.read(ctx, "read finding states", func(tx session) (err error) {
		states, err = findingStates(ctx, tx)
		return err
	})
	return states, err
}

func findingStates(ctx context.Context, tx session) (map[soc2.FindingKey]soc2.FindingState, error) {
	states := map[soc2.FindingKey]soc2.FindingState{}
	err := tx.each(ctx, func(rows *sql.Rows) error {
		var key soc2.FindingKey
		var row findingRow
		k := &key.Resource
		targets := append([]any{&key.Control, &key.Check, &k.Provider, &k.Account, &k.Region, &k.Kind, &k.ID}, row.targets()...)
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		state, err := row.state(key)
		if err != nil {
			return fmt.Errorf("state of %s on %s: %w", key.Control, k.ID, err)
		}
		states[key] = state
		return nil
	}, `SELECT f.control, f.check_id, r.provider, r.account, r.region, r.kind, r.ref, `+findingColumns+`
		FROM finding f JOIN resource r ON r.id = f.resource
		JOIN finding_change c ON c.finding = f.id AND c.seq = (SELECT MAX(seq) FROM finding_change WHERE finding = f.id)`)
	return states, err
}

func (c *commit) finding(ctx context.Context, key soc2.FindingKey) (id int64, isNew bool, err error) {
	resource, err := c.resource(ctx, key.Resource)
	if err != nil {
		return 0, false, err
	}
	return c.id(ctx, register{
		find:    "SELECT id FROM finding WHERE control = $1 AND check_id = $2 AND resource = $3",
		largest: "SELECT COALESCE(MAX(id), 0) FROM finding",
		insert:  "INSERT INTO finding (id, control, check_id, resource) VALUES ($1, $2, $3, $4)",
	}, key.Control, key.Check, resource)
}

// lastState is the newest row of a finding, and whether there is one.
func (c *commit) lastState(ctx context.Context, finding int64) (row findingRow, known bool, err error) {
	err = c.row(ctx, "SELECT "+findingColumns+" FROM finding_change c WHERE c.finding = $1 ORDER BY c.seq DESC LIMIT 1", finding).
		Scan(row.targets()...)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// changeFinding appends a state, unless it is the one the finding already has.
func (c *commit) changeFinding(ctx context.Context, state soc2.FindingState) error {
	finding, isNew, err := c.finding(ctx, state.Key)
	if err != nil {
		return err
	}
	row := rowOf(state)
	if !isNew {
		last, known, err := c.lastState(ctx, finding)
		if err != nil || known && row == last {
			return err
		}
	}
	return c.exec(ctx, `INSERT INTO finding_change (finding, seq, type, name, outcome, definite, inputs, severity,
			first_seen, last_changed, accepted_until, resolved, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		finding, c.seq, row.typ, row.name, row.outcome, row.definite, row.inputs, row.severity,
		row.firstSeen, row.lastChanged, row.acceptedUntil, row.resolved, row.gone)
}

func severityText(s soc2.Severity) string {
	if s == 0 {
		return ""
	}
	return s.String()
}

func severityOf(text string) (soc2.Severity, error) {
	if text == "" {
		return 0, nil
	}
	return soc2.ParseSeverity(text)
}
