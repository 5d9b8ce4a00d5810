package main

import "github.com/controlwatch/controlwatch/soc2"

// loggingExpected is what is to be said of what records, watches and scans. moto
// states no finished delivery of a configuration record and none to a log group,
// so what depends on those cannot pass there; it knows no analyzers, standards
// and GuardDuty findings, so those are unobserved where the service is on. An
// account has no name.
var loggingExpected = []expected{
	{"account-records-every-action", "", soc2.Pass},
	{"trail-shows-tampering", "acme-robotics-trail", soc2.Pass},
	{"trail-shows-tampering", "telemetry-debugging", soc2.Fail},
	{"trail-is-encrypted-with-own-key", "acme-robotics-trail", soc2.Pass},
	{"trail-is-encrypted-with-own-key", "telemetry-debugging", soc2.Fail},
	{"trail-can-be-searched", "acme-robotics-trail", soc2.Fail},
	{"trail-can-be-searched", "telemetry-debugging", soc2.Fail},
	{"log-store-keeps-a-year", "/acme/cloudtrail", soc2.Pass},
	{"log-store-keeps-a-year", "/acme/network/flow-logs", soc2.Pass},
	{"log-store-keeps-a-year", "/acme/orders/application", soc2.Pass},
	{"log-store-keeps-a-year", "/acme/reporting/nightly-import", soc2.Fail},
	{"log-store-keeps-a-year", "/acme/telemetry/ingest", soc2.Pass},
	{"log-store-keeps-a-year", "/acme/telemetry/debug", soc2.Fail},
	{"region-records-configuration", "AWS Config in eu-west-1", soc2.Fail},
	{"region-records-configuration", "AWS Config in us-east-1", soc2.Fail},
	{"account-records-global-configuration", "", soc2.Pass},
	{"network-logs-connections", "production", soc2.Pass},
	{"network-logs-connections", "office-vpn", soc2.Fail},
	{"network-logs-connections", "telemetry", soc2.Fail},
	{"region-detects-threats", "GuardDuty in eu-west-1", soc2.Pass},
	{"region-detects-threats", "GuardDuty in us-east-1", soc2.Fail},
	{"region-measures-settings", "Security Hub in eu-west-1", soc2.Unobserved},
	{"region-measures-settings", "Security Hub in us-east-1", soc2.Fail},
	{"systems-are-scanned", "Inspector in eu-west-1", soc2.Pass},
	{"systems-are-scanned", "Inspector in us-east-1", soc2.Fail},
	{"region-finds-outside-access", "IAM Access Analyzer in eu-west-1", soc2.Unobserved},
	{"region-finds-outside-access", "IAM Access Analyzer in us-east-1", soc2.Unobserved},
}
