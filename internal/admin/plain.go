package admin

// plain are the paths of the configuration that hold no secret, with all below
// them, and are kept as they are. What is not listed is kept as a digest only: a
// path that is forgotten here hides too much, and not too little.
var plain = []string{
	"organization", "scope", "store", "listen", "timezone", "network", "assess_every", "confirm", "controls",
	"decisions", "period", "sampling", "identities", "change",
	"evidence.answers", "evidence.log.key.file", "evidence.log.key.env",
	"evidence.log.key.kms.key", "evidence.log.key.kms.origin", "evidence.log.key.kms.region",
	"evidence.log.key.kms.credentials.profile", "evidence.log.key.kms.credentials.role",
	"evidence.log.anchors.rfc3161", "evidence.log.anchors.directory",
	"evidence.log.anchors.s3.bucket", "evidence.log.anchors.s3.prefix", "evidence.log.anchors.s3.region", "evidence.log.anchors.s3.retention_days",
	"evidence.log.anchors.s3.endpoint", "evidence.log.anchors.s3.credentials.profile", "evidence.log.anchors.s3.credentials.role",
	"evidence.log.anchors.webhook.witness_key",
}

// plainSettings are the settings of each provider that hold no secret; likewise.
var plainSettings = map[string][]string{
	"attestations": {"directory", "organization"},
	"aws":          {"profile", "regions", "event_log_days", "roles.arn", "skip_own_account"},
	"files":        {"directory", "organization"},
	"github": {
		"organizations", "app_id", "client_id", "private_key_file", "installation_id", "enterprise", "change_lookback_days", "event_log_days", "detail_calls", "base_url",
	},
	"okta": {"org_url", "client_id", "private_key_file", "key_id", "event_log_days", "requests_per_minute"},
}

// variables are those of the environment that hold credentials.
var variables = []string{
	"GITHUB_TOKEN", "GH_TOKEN", "OKTA_API_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	"CONTROLWATCH_API_TOKEN", "CONTROLWATCH_GITHUB_APP_PRIVATE_KEY",
}
