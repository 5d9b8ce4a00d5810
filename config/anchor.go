package config

import (
	"regexp"
	"strings"
)

// Anchor is one place checkpoints are handed to: exactly one of the four.
type Anchor struct {
	Name      string           `yaml:"name" json:"name" jsonschema:"description=Name under which receipts are kept\\, for ever: letters\\, digits\\, - and _."`
	RFC3161   *AuthorityAnchor `yaml:"rfc3161" json:"rfc3161,omitempty" jsonschema:"description=A time-stamping authority (RFC 3161). Its tokens are kept in the log and prove that a checkpoint existed at a time."`
	Directory *DirectoryAnchor `yaml:"directory" json:"directory,omitempty" jsonschema:"description=A folder with one file for each checkpoint."`
	S3        *BucketAnchor    `yaml:"s3" json:"s3,omitempty" jsonschema:"description=A bucket made with Object Lock\\, best in an account that those who run controlwatch have no part in."`
	Webhook   *WitnessAnchor   `yaml:"webhook" json:"webhook,omitempty" jsonschema:"description=A witness that checkpoints are posted to."`
}

// AuthorityAnchor is a time-stamping authority.
type AuthorityAnchor struct {
	URL    string `yaml:"url" json:"url" jsonschema:"description=Where the authority answers\\, such as https://tsa.example.com/tsr."`
	CAFile string `yaml:"ca_file" json:"ca_file" jsonschema:"description=PEM file of the root certificates that the authority's chain must end in\\, relative to this file. Auditors need it too."`
}

// DirectoryAnchor is a folder.
type DirectoryAnchor struct {
	Path                string `yaml:"path" json:"path" jsonschema:"description=The folder\\, relative to this file. It must exist."`
	OperatorCannotWrite bool   `yaml:"operator_cannot_write" json:"operator_cannot_write,omitempty" jsonschema:"description=Say true only where nobody who runs controlwatch can change or remove what lies there\\, such as a write-once share of another team. It cannot be seen from here\\, so it is your word; reports show it as such."`
}

// BucketAnchor is a bucket with Object Lock.
type BucketAnchor struct {
	Bucket        string `yaml:"bucket" json:"bucket"`
	Prefix        string `yaml:"prefix" json:"prefix,omitempty" jsonschema:"description=What keys begin with\\, such as checkpoints/."`
	Region        string `yaml:"region" json:"region"`
	RetentionDays int    `yaml:"retention_days" json:"retention_days,omitempty" jsonschema:"description=For how many days nobody\\, the root user included\\, can remove a checkpoint. It cannot be shortened. Default 730."`
	Credentials   AWS    `yaml:"credentials" json:"credentials"`
	Endpoint      string `yaml:"endpoint" json:"endpoint,omitempty" jsonschema:"description=Address of a server that speaks S3 and is not AWS."`
}

// WitnessAnchor is a witness behind a webhook.
type WitnessAnchor struct {
	URL        string `yaml:"url" json:"url"`
	Secret     Secret `yaml:"secret" json:"secret,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}. What is posted is signed with it: Controlwatch-Signature: sha256=HEX (HMAC-SHA-256 of the body)."`
	WitnessKey string `yaml:"witness_key" json:"witness_key,omitempty" jsonschema:"description=Public key of the witness\\, NAME+HASH+BASE64. Its answer must then hold a signature or cosignature by it. Without one nothing proves what was posted\\, so that it protects against nobody."`
}

// DefaultRetentionDays is how long checkpoints in a bucket are locked.
const DefaultRetentionDays = 730

func (a *Anchor) secrets() []*Secret {
	var all []*Secret
	if a.S3 != nil {
		all = append(all, a.S3.Credentials.secrets()...)
	}
	if a.Webhook != nil {
		all = append(all, &a.Webhook.Secret)
	}
	return all
}

var (
	anchorName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	vkey       = regexp.MustCompile(`^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$`)
)

func (a Anchor) problems() []problem {
	var ps []problem
	add := func(text string, path ...any) { ps = append(ps, problem{path, text}) }
	if !anchorName.MatchString(a.Name) {
		add(".name: expected 1 to 63 letters, digits, - and _; receipts are kept under it", "name")
	}
	given := 0
	for _, is := range []bool{a.RFC3161 != nil, a.Directory != nil, a.S3 != nil, a.Webhook != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		add(": expected one of rfc3161, directory, s3 and webhook")
		return ps
	}
	switch {
	case a.RFC3161 != nil:
		if !isWebAddress(a.RFC3161.URL) {
			add(".rfc3161.url: expected an address such as https://tsa.example.com/tsr", "rfc3161", "url")
		}
		if a.RFC3161.CAFile == "" {
			add(".rfc3161.ca_file: is missing; without the authority's root nobody can tell its tokens from others", "rfc3161", "ca_file")
		}
	case a.Directory != nil:
		if strings.TrimSpace(a.Directory.Path) == "" {
			add(".directory.path: is missing", "directory", "path")
		}
	case a.S3 != nil:
		a.S3.problems(add)
	case a.Webhook != nil:
		if !isWebAddress(a.Webhook.URL) {
			add(".webhook.url: expected an address such as https://witness.example.com/checkpoint", "webhook", "url")
		}
		if a.Webhook.WitnessKey != "" && !vkey.MatchString(a.Webhook.WitnessKey) {
			add(".webhook.witness_key: expected a public key, NAME+HASH+BASE64", "webhook", "witness_key")
		}
	}
	return ps
}

func (b BucketAnchor) problems(add func(text string, path ...any)) {
	if !bucketName.MatchString(b.Bucket) {
		add(".s3.bucket: expected the name of a bucket", "s3", "bucket")
	}
	if strings.TrimSpace(b.Region) == "" {
		add(".s3.region: is missing", "s3", "region")
	}
	if b.RetentionDays < 0 || b.RetentionDays > 36500 {
		add(".s3.retention_days: expected 1 to 36500", "s3", "retention_days")
	}
	if text := b.Credentials.problem(); text != "" {
		add(".s3.credentials: "+text, "s3", "credentials")
	}
	if b.Endpoint != "" && !isWebAddress(b.Endpoint) {
		add(".s3.endpoint: expected an address such as https://s3.example.com", "s3", "endpoint")
	}
}
