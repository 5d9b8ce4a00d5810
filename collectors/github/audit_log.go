package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

const (
	readAuditLog     = "GET /orgs/{org}/audit-log"
	readAuditStreams = "GET /enterprises/{enterprise}/audit-log/streams"
)

// permitEnterprise cannot be given to Apps or fine-grained tokens.
const permitEnterprise = "enterprise owner's classic token: read:audit_log and read:enterprise"

var auditLogPopulation = evidence.Population{Kind: "AuditTrail", Type: "github.audit_log"}

// Calls: 2.
var auditLogCollector = evidence.Collector{
	Name:        "github_audit_log",
	Doc:         "Reads whether the organisation's audit log answers and where its enterprise streams it to. The events themselves are not kept.",
	Populations: []evidence.Population{auditLogPopulation},
	Reads:       []string{readOrganization, readAuditLog, readAuditStreams},
	Permissions: []string{permitOrganization, permitPlan, permitEnterprise},
}

func (s *source) collectAuditLog(ctx context.Context, c *session, rec *evidence.Recorder) error {
	var o organization
	var orgErr error
	if s.enterprise == "" { // who belongs to an enterprise has its plan
		o, orgErr = s.readOrganization(ctx, c)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	body := &evidence.AuditTrail{}
	f := evidence.Fact{Resource: s.resource(auditLogPopulation, "organization", s.login), Body: body}
	s.readAuditLog(ctx, c, o, &f, body)
	s.readAuditStream(ctx, c, o, orgErr, &f, body)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return rec.Add(f)
}

// readAuditLog asks for the newest entry only. GitHub keeps a log on every plan;
// reading it through the API is part of Enterprise Cloud, so a refusal says
// nothing about the log.
func (s *source) readAuditLog(ctx context.Context, c *session, o organization, f *evidence.Fact, body *evidence.AuditTrail) {
	var some []json.RawMessage
	a, err := c.getInto(ctx, readAuditLog, s.orgPath("/audit-log?per_page=1"), &some)
	if err == nil {
		err = onlyPart(readAuditLog, a.header)
	}
	if err == nil && len(some) == 0 {
		err = unreadable(readAuditLog, "the log is empty, but creating the organisation is an entry", nil)
	}
	if err != nil {
		if o.smallPlan() && (refusedWith(err, http.StatusNotFound, "") || refusedWith(err, http.StatusForbidden, "")) {
			err = &evidence.Unseen{
				Reason: evidence.Disabled, Operation: readAuditLog,
				Err: errors.New("the plan " + o.Plan.Name + " does not let programs read the audit log"), Hint: "GitHub Enterprise Cloud does",
			}
		}
		f.Miss("active", err)
		return
	}
	yes := true
	body.Active = &yes
}

// readAuditStream finds where the log is kept beyond GitHub's own time. Streams
// belong to the enterprise; an organisation on a smaller plan can have none, which
// is known absence.
func (s *source) readAuditStream(ctx context.Context, c *session, o organization, orgErr error, f *evidence.Fact, body *evidence.AuditTrail) {
	nowhere := ""
	switch {
	case o.smallPlan():
		body.Destination = &nowhere
		return
	case s.enterprise == "" && orgErr != nil:
		f.Miss("destination", orgErr)
		return
	case s.enterprise == "":
		f.Miss("destination", enterpriseNotNamed(readAuditStreams, "streams of the audit log belong to the enterprise"))
		return
	}
	var streams []struct {
		Type    string `json:"stream_type"`
		Enabled *bool  `json:"enabled"`
	}
	if _, err := c.getInto(ctx, readAuditStreams, "enterprises/"+url.PathEscape(s.enterprise)+"/audit-log/streams", &streams); err != nil {
		f.Miss("destination", err)
		return
	}
	var names []string
	for _, stream := range streams {
		if stream.Enabled == nil || stream.Type == "" {
			f.Miss("destination", unreadable(readAuditStreams, "a stream without type or state", nil))
			return
		}
		if *stream.Enabled {
			names = append(names, stream.Type)
		}
	}
	slices.Sort(names)
	to := strings.Join(names, ", ")
	body.Destination = &to
}

// enterpriseNotNamed is the hole of what an enterprise knows, where we were not
// told which one it is.
func enterpriseNotNamed(operation, why string) error {
	return &evidence.Unseen{
		Reason: evidence.NotConfigured, Operation: operation, Err: errors.New(why),
		Hint: "put the enterprise's slug, from github.com/enterprises/SLUG, into enterprise; reading it needs an " + permitEnterprise,
	}
}
