// Package slack sends notices to a channel of Slack through an incoming webhook.
//
// A webhook only adds messages: it neither threads nor changes one. Messages of
// one incident are told by the key in their last line.
package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/publish/outbound"
)

// Settings are what a person configures.
type Settings struct {
	Name string // for ever
	URL  string // of the incoming webhook; a secret: whoever has it can post
	Way  *outbound.Client
}

// Receiver is one channel.
type Receiver struct {
	name string
	to   outbound.Target
	way  *outbound.Client
}

var _ alert.Receiver = (*Receiver)(nil)

// New checks the settings.
func New(s Settings) (*Receiver, error) {
	if err := alert.CheckName(s.Name); err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	if s.Way == nil {
		return nil, errors.New("slack: no way out was given")
	}
	to, err := s.Way.Target(s.URL)
	if err != nil {
		return nil, fmt.Errorf("slack %s: %w", s.Name, err)
	}
	return &Receiver{name: s.Name, to: to, way: s.Way}, nil
}

// Name is as configured.
func (r *Receiver) Name() string { return r.name }

// Kind is slack.
func (r *Receiver) Kind() string { return "slack" }

// Send posts a message. Slack has no way to recognise one that it has: where a
// reply was lost the channel shows it twice, with the same last line.
func (r *Receiver) Send(ctx context.Context, n alert.Notice) error {
	body, err := json.Marshal(compose(n))
	if err != nil {
		return fmt.Errorf("slack %s: write the message: %w", r.name, err)
	}
	answer, err := r.way.Post(ctx, r.to, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body)
	if err != nil {
		return fmt.Errorf("slack %s: %w%s", r.name, err, meaning(answer.Body))
	}
	// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks:
	// success is the word ok. A page that says something else, such as that of a
	// proxy, is no delivery.
	if strings.TrimSpace(string(answer.Body)) != "ok" {
		return fmt.Errorf("slack %s: %s answered %d without ok; check the address", r.name, r.to.Host(), answer.Status)
	}
	return nil
}

// meaning explains the words that Slack is known to answer. Others are not
// repeated.
func meaning(answer []byte) string {
	said := strings.TrimSpace(string(answer))
	if hint, ok := hints[said]; ok {
		return " (" + said + ": " + hint + ")"
	}
	return ""
}

var hints = map[string]string{
	"invalid_payload":                   "Slack cannot read the message; please report this",
	"invalid_blocks":                    "Slack cannot read the message; please report this",
	"no_text":                           "Slack cannot read the message; please report this",
	"user_not_found":                    "the person it is for is gone",
	"channel_not_found":                 "the channel is gone",
	"channel_is_archived":               "the channel is archived; reopen it or make a new webhook",
	"action_prohibited":                 "an administrator restricts the channel",
	"posting_to_general_channel_denied": "only administrators post to that channel",
	"no_service":                        "the webhook was removed or switched off; make a new one",
	"no_service_id":                     "the address is not complete",
	"no_team":                           "the workspace is gone",
	"team_disabled":                     "the workspace is switched off",
	"invalid_token":                     "the address is wrong or was revoked; make a new webhook",
	"rollup_error":                      "Slack failed",
}
