package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// Log is the evidence log: who signs it, and where its checkpoints are handed to
// so that rewriting it would show.
type Log struct {
	Key     LogKey   `yaml:"key" json:"key,omitzero"`
	Anchors []Anchor `yaml:"anchors" json:"anchors,omitempty" jsonschema:"description=Places that checkpoints of the log are handed to after each assessment. Without one out of your own reach the log is not protected against the operator."`
}

// LogKey says where the key that signs checkpoints is: one of the three, or none
// for a file beside the store.
type LogKey struct {
	File string  `yaml:"file" json:"file,omitempty" jsonschema:"description=File that holds the secret key\\, relative to this file and readable by its owner only."`
	Env  string  `yaml:"env" json:"env,omitempty" jsonschema:"description=Environment variable that holds the secret key."`
	KMS  *KMSKey `yaml:"kms" json:"kms,omitempty"`
}

// KMSKey is a key that never leaves AWS KMS.
type KMSKey struct {
	Key         string `yaml:"key" json:"key" jsonschema:"description=ARN\\, id or alias of an asymmetric key of spec ECC_NIST_EDWARDS25519 for SIGN_VERIFY. The credentials need kms:GetPublicKey and kms:Sign on it."`
	Origin      string `yaml:"origin" json:"origin,omitempty" jsonschema:"description=Name of a new log\\, such as controlwatch.example.com/evidence. A log keeps the name it has."`
	Region      string `yaml:"region" json:"region" jsonschema:"description=Region of the key."`
	Credentials AWS    `yaml:"credentials" json:"credentials"`
}

// AWS is credentials for something that writes: one of the three. They are never
// those that evidence is collected with.
type AWS struct {
	Profile         string `yaml:"profile" json:"profile,omitempty" jsonschema:"description=Profile of the shared AWS configuration files."`
	Role            string `yaml:"role" json:"role,omitempty" jsonschema:"description=ARN of a role to assume with the default credential chain."`
	AccessKeyID     Secret `yaml:"access_key_id" json:"access_key_id,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}."`
	SecretAccessKey Secret `yaml:"secret_access_key" json:"secret_access_key,omitzero" jsonschema:"description=${env:NAME} or ${file:PATH}."`
}

// problem is what is wrong at a path below evidence.log.
type problem struct {
	path []any
	text string
}

func (l *Log) within(file string, env func(string) string) {
	dir := filepath.Dir(file)
	for i := range l.Anchors {
		for _, s := range l.Anchors[i].secrets() {
			s.Node.File, s.dir, s.env = file, dir, env
		}
	}
	if l.Key.KMS != nil {
		for _, s := range l.Key.KMS.Credentials.secrets() {
			s.Node.File, s.dir, s.env = file, dir, env
		}
	}
}

func (l Log) problems() []problem {
	ps := l.Key.problems()
	names := map[string]bool{}
	for i, a := range l.Anchors {
		for _, p := range a.problems() {
			ps = append(ps, problem{append([]any{"anchors", i}, p.path...), fmt.Sprintf("evidence.log.anchors[%d]%s", i, p.text)})
		}
		if names[a.Name] {
			ps = append(ps, problem{[]any{"anchors", i, "name"}, fmt.Sprintf("evidence.log.anchors[%d].name: %q is used twice; receipts are kept under it", i, a.Name)})
		}
		names[a.Name] = true
	}
	return ps
}

func (k LogKey) problems() []problem {
	given := 0
	for _, is := range []bool{k.File != "", k.Env != "", k.KMS != nil} {
		if is {
			given++
		}
	}
	const at = "evidence.log.key"
	if given > 1 {
		return []problem{{[]any{"key"}, at + ": expected one of file, env and kms"}}
	}
	if k.KMS == nil {
		return nil
	}
	var ps []problem
	add := func(field, text string) {
		ps = append(ps, problem{[]any{"key", "kms", field}, at + ".kms." + field + ": " + text})
	}
	if strings.TrimSpace(k.KMS.Key) == "" {
		add("key", "is missing; expected the ARN of the key")
	}
	if strings.TrimSpace(k.KMS.Region) == "" {
		add("region", "is missing")
	}
	if text := k.KMS.Credentials.problem(); text != "" {
		add("credentials", text)
	}
	if strings.ContainsAny(k.KMS.Origin, "+ \t\n") {
		add("origin", "expected a name without spaces and +")
	}
	return ps
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/\S+$`)

func (a AWS) problem() string {
	keys := a.AccessKeyID.Given() || a.SecretAccessKey.Given()
	given := 0
	for _, is := range []bool{a.Profile != "", a.Role != "", keys} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return "expected one of profile, role, and access_key_id with secret_access_key: what writes has credentials of its own"
	case keys && (!a.AccessKeyID.Given() || !a.SecretAccessKey.Given()):
		return "access_key_id and secret_access_key belong together"
	case a.Role != "" && !roleARN.MatchString(a.Role):
		return "role: expected an ARN such as arn:aws:iam::111122223333:role/controlwatch-anchor"
	}
	return ""
}

func (a *AWS) secrets() []*Secret { return []*Secret{&a.AccessKeyID, &a.SecretAccessKey} }

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}
