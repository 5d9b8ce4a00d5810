package oktatest

import (
	"net/http"
	"strings"
	"time"
)

// LogEvent is an event of the System Log.
type LogEvent struct {
	ID, Type string
	At       time.Time
	Actor    LogEntity
	Result   string // empty: SUCCESS
	Targets  []LogEntity
}

// LogEntity is an actor or a target.
type LogEntity struct{ ID, Type, Login, Name string }

func (e LogEntity) json() object {
	return object{"id": e.ID, "type": e.Type, "alternateId": e.Login, "displayName": e.Name}
}

func (e LogEvent) json() object {
	result := e.Result
	if result == "" {
		result = "SUCCESS"
	}
	return object{
		"uuid": e.ID, "published": date(e.At), "eventType": e.Type, "version": "0", "severity": "INFO",
		"actor": e.Actor.json(), "outcome": object{"result": result}, "target": each(e.Targets, LogEntity.json),
	}
}

// log answers a bounded question: since and until are given, so that the list ends.
func (s *Server) log(req *http.Request) answer {
	query := req.URL.Query()
	since, sinceErr := time.Parse(time.RFC3339, query.Get("since"))
	until, untilErr := time.Parse(time.RFC3339, query.Get("until"))
	if sinceErr != nil || untilErr != nil {
		return refuse(http.StatusBadRequest, "E0000001", "Api validation failed: since and until")
	}
	var all []LogEvent
	for _, e := range s.org.Log {
		if !e.At.Before(since) && e.At.Before(until) && strings.Contains(query.Get("filter"), `eventType eq "`+e.Type+`"`) {
			all = append(all, e)
		}
	}
	return s.page(req.URL, each(all, LogEvent.json), 1000)
}
