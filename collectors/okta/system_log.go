package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/controlwatch/controlwatch/evidence"
)

const systemLogType = "okta.system_log"

// Calls: ⌈streams/page⌉.
var systemLogCollector = evidence.Collector{
	Name:        "okta_system_log",
	Doc:         "Reads where the System Log is streamed to. Every org has the log, so there is one fact even without a stream.",
	Populations: []evidence.Population{{Kind: "AuditTrail", Type: systemLogType}},
	Reads:       []string{readLogStreams.operation},
	Permissions: []string{readLogStreams.scope},
}

// systemLogDays is how long Okta keeps the log, whatever the org buys.
const systemLogDays = 90

// collectSystemLog records nothing unless every stream was seen: an org without
// a stream must not look like one whose streams could not be read.
func (s *source) collectSystemLog(ctx context.Context, rec *evidence.Recorder) error {
	streams := []evidence.AuditStream{}
	err := s.client.list(ctx, readLogStreams, "/api/v1/logStreams", nil, func(page []json.RawMessage) error {
		rec.Page()
		for _, raw := range page {
			stream, err := parseLogStream(raw)
			if err != nil {
				return unseen(readLogStreams, evidence.ProviderError, err)
			}
			streams = append(streams, stream)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := evidence.Fact{
		Resource: s.resource("AuditTrail", systemLogType, "system_log", "System Log"),
		// Okta records by itself, changes and sign-ins in all of the org; nobody can switch it off.
		Body: &evidence.AuditTrail{
			Active: new(true), Everywhere: new(true), Writes: new(true),
			RetentionDays: new(int64(systemLogDays)), Streams: streams,
		},
	}
	for _, stream := range streams {
		if stream.Active == nil {
			f.Miss("streams", unseen(readLogStreams, evidence.ProviderError, fmt.Errorf("the status of stream %s is not one Okta documents", stream.ID)))
		}
	}
	return rec.Add(f)
}

func parseLogStream(raw json.RawMessage) (evidence.AuditStream, error) {
	var l struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Type   string `json:"type"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(raw, &l); err != nil {
		return evidence.AuditStream{}, fmt.Errorf("a log stream cannot be read: %w", err)
	}
	if l.ID == "" {
		return evidence.AuditStream{}, errors.New("a log stream has no id")
	}
	return evidence.AuditStream{ID: l.ID, Name: l.Name, Kind: l.Type, Active: lifecycle(l.Status)}, nil
}
