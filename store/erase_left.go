package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Left is a place of the store that still names what was erased.
type Left struct {
	Where    string   `json:"where"`
	Why      string   `json:"why"`
	Count    int64    `json:"count"`
	Examples []string `json:"examples,omitempty"` // some of them, by what they are found by
}

// mostExamples bounds what is listed; the rest is counted.
const mostExamples = 5

const (
	ofAlert = "it is told until the alert has ended, and removed 30 days after it was handed over"
	inLines = "lines of the log are made of it, and could not be made again without it"
	ofOther = "it is evidence of something else, until the retention removes it; erase that by its own id"
)

// textColumns are all columns with words in them, and what they are. Without a
// reason of its own a column's is inLines. One that is missing here fails a test.
var textColumns = []struct {
	table, column, where, example string
}{
	{"resource", "ref", "ids of resources", "provider || ' ' || kind"},
	{"resource", "account", "accounts of resources", "provider"},
	{"resource", "provider", "providers of resources", "''"},
	{"resource", "region", "regions of resources", "provider"},
	{"resource", "kind", "kinds of resources", "''"},
	{"finding_state", "name", "names of resources, as of assessments", "'a' || seq"},
	{"finding_state", "type", "types of resources", "''"},
	{"finding_state", "states", "states of findings", "'a' || seq"},
	{"drift", "name", "names of resources, in drift", "'a' || seq"},
	{"drift", "type", "types of resources", "''"},
	{"drift", "change", "drift", "''"},
	{"drift", "cause", "drift", "''"},
	{"drift", "control", "controls in drift", "''"},
	{"drift", "check_id", "checks in drift", "''"},
	{"drift", "outcome_from", "drift", "''"},
	{"drift", "outcome_to", "drift", "''"},
	{"drift", "severity", "drift", "''"},
	{"entry", "kind", "kinds of records", "''"},
	{"entry", "subject", "subjects of what people recorded", "kind || ' e' || seq || '.' || ord"},
	{"entry", "actor", "who recorded something", "kind || ' e' || seq || '.' || ord"},
	{"entry", "identity", "how it is known who recorded something", "kind || ' e' || seq || '.' || ord"},
	{"feed", "collector", "collectors", "''"},
	{"feed", "provider", "scopes of feeds", "collector"},
	{"feed", "account", "scopes of feeds", "collector"},
	{"feed", "region", "scopes of feeds", "collector"},
	{"feed", "shard", "scopes of feeds", "collector"},
	{"population", "kind", "lists", "''"},
	{"population", "type", "lists", "''"},
	{"plan", "source", "names of sources", "''"},
	{"pull", "source", "names of sources", "''"},
	{"record", "kind", "kinds of configuration", "''"},
	{"assessment", "version", "versions of the program", "''"},
	{"assessment", "catalogue", "assessments", "''"},
	{"assessment", "parameters", "assessments", "''"},
	{"assessment", "engine", "assessments", "''"},
	{"assessment", "derive", "assessments", "''"},
	{"commit_log", "kind", "commits", "''"},
	{"commit_log", "version", "versions of the program", "''"},
	{"checkpoint", "note", "checkpoints: the name of the key", "'commit ' || seq"},
	{"answer_set", "why", "answers", "''"},
	{"tombstone", "rule", "rules of tombstones", "'commit ' || seq"},
	{"alert_state", "id", "alerts", "''"},
	{"alert_state", "kind", "alerts", "''"},
	{"alert_state", "body", "alerts", "id"},
	{"outbox", "notice", "notices of alerts", "''"},
	{"outbox", "receiver", "receivers of alerts", "receiver"},
	{"outbox", "incident", "notices of alerts", "''"},
	{"outbox", "route", "routes of alerts", "''"},
	{"outbox", "body", "notices of alerts", "notice"},
	{"outbox", "state", "notices of alerts", "''"},
	{"outbox", "error", "notices of alerts", "notice"},
}

// bodyPlaces say what a body is by the row that names it.
var bodyPlaces = []struct {
	bodyReference
	where, why, example string
}{
	{bodyReference{"fact_change", "blob"}, "facts of other resources", ofOther, "SELECT r.kind || ' ' || r.ref FROM fact_change t JOIN resource r ON r.id = t.resource WHERE t.blob = $1 LIMIT 1"},
	{bodyReference{"pull", "record"}, "records of pulls", "the newest of their feeds are left, and what was not sure to mean it: pull again, and erase again with --also", "SELECT 'p' || t.seq FROM pull t WHERE t.record = $1 LIMIT 1"},
	{bodyReference{"answer", "request"}, "requests to a provider", "what is left was not sure to mean it: give --also", "SELECT 'p' || t.seq FROM answer t WHERE t.request = $1 LIMIT 1"},
	{bodyReference{"answer", "answer"}, "answers of a provider", "what is left was not sure to mean it: give --also", "SELECT 'p' || t.seq FROM answer t WHERE t.answer = $1 LIMIT 1"},
	{bodyReference{"plan", "record"}, "plans of sources", "they say what was to be looked at, and are kept for ever", "SELECT 'commit ' || t.seq FROM plan t WHERE t.record = $1 LIMIT 1"},
	{bodyReference{"record", "blob"}, "catalogues, parameters and configuration", "they say by what was judged, and are kept for ever", "SELECT t.kind || ' of commit ' || t.seq FROM record t WHERE t.blob = $1 LIMIT 1"},
	{bodyReference{"assessment", "feeds"}, "feeds of assessments", "they say what was judged, and are kept for ever", "SELECT 'a' || t.seq FROM assessment t WHERE t.feeds = $1 LIMIT 1"},
	{bodyReference{"assessment", "result"}, "results of assessments", "until the retention removes them", "SELECT 'a' || t.seq FROM assessment t WHERE t.result = $1 LIMIT 1"},
	{bodyReference{"assessment_inputs", "basis"}, "scope, parameters and decisions of assessments", "they say by what was judged, and are kept for ever", "SELECT 'a' || t.seq FROM assessment_inputs t WHERE t.basis = $1 LIMIT 1"},
	{bodyReference{"finding_state", "checks"}, "lists of checks", "they say what was checked, and are kept for ever", "SELECT 'a' || t.seq FROM finding_state t WHERE t.checks = $1 LIMIT 1"},
	{bodyReference{"resource_name", "name"}, "names of other resources", "findings were on them; erase that by its own id", "SELECT r.kind || ' ' || r.ref FROM resource_name t JOIN resource r ON r.id = t.resource WHERE t.name = $1 LIMIT 1"},
	{bodyReference{"attached", "body"}, "files that people attached", "they are evidence of what was recorded, until a newer record takes its place and the retention removes them", "SELECT 'file ' || t.ord || ' of e' || t.seq || '.' || t.entry FROM attached t WHERE t.body = $1 LIMIT 1"},
	{bodyReference{"entry", "body"}, "what people recorded", "it is their record, and kept for ever", "SELECT t.kind || ' e' || t.seq || '.' || t.ord FROM entry t WHERE t.body = $1 LIMIT 1"},
}

// left looks for what a resource is called through all of the store.
func (s session) left(ctx context.Context, who *called) ([]Left, error) {
	found := map[string]*Left{}
	add := func(where, why, example string) {
		one := found[where]
		if one == nil {
			one = &Left{Where: where, Why: why}
			found[where] = one
		}
		one.Count++
		if len(one.Examples) < mostExamples && example != "" && !slices.Contains(one.Examples, example) {
			one.Examples = append(one.Examples, example)
		}
	}
	for _, c := range textColumns {
		err := s.each(ctx, func(rows *sql.Rows) error {
			var text sql.RawBytes
			var example string
			if err := rows.Scan(&text, &example); err != nil {
				return err
			}
			if in(who.words, text) {
				why := inLines
				if c.table == "alert_state" || c.table == "outbox" {
					why = ofAlert
				}
				add(c.where, why, strings.TrimSpace(example))
			}
			return nil
		}, "SELECT "+c.column+", "+c.example+" FROM "+c.table)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", c.column, c.table, err)
		}
	}
	places, items, err := s.places(ctx)
	if err != nil {
		return nil, err
	}
	err = s.bodies(ctx, func(id int64, text []byte, _ int) error {
		if !in(who.words, text) {
			return nil
		}
		switch place, known := places[id]; {
		case known:
			p := bodyPlaces[place]
			var example string
			if err := s.row(ctx, p.example, id).Scan(&example); err != nil {
				return err
			}
			add(p.where, p.why, example)
		case items[id] != 0:
			add("items of answers of a provider", "what is left was not sure to mean it: give --also", pullID(items[id]))
		default:
			add("bodies that nothing names", "nothing reads them", fmt.Sprintf("body %d", id))
		}
		return nil
	})
	all := make([]Left, 0, len(found))
	for _, where := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[where])
	}
	return all, err
}

// places tell by body the first of bodyPlaces that names it, and of items of answers
// the newest commit that does.
func (s session) places(ctx context.Context) (places map[int64]int, items map[int64]int64, err error) {
	places, items = map[int64]int{}, map[int64]int64{}
	for i, p := range bodyPlaces {
		err := s.each(ctx, func(rows *sql.Rows) error {
			var blob int64
			err := rows.Scan(&blob)
			if _, known := places[blob]; !known {
				places[blob] = i
			}
			return err
		}, "SELECT DISTINCT "+p.column+" FROM "+p.table+" WHERE "+p.column+" IS NOT NULL")
		if err != nil {
			return nil, nil, err
		}
	}
	return places, items, s.answerItems(ctx, 0, func(seq, _, item int64) { items[item] = max(items[item], seq) })
}
