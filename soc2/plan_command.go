package soc2

import (
	"regexp"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// commandLines are the commands that an advice holds between backticks, on one line each.
func commandLines(advice string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(advice, -1) {
		line := strings.Join(strings.Fields(m[1]), " ")
		if (strings.HasPrefix(line, "aws ") || strings.HasPrefix(line, "gh ")) && strings.Count(line, " ") > 2 {
			all = append(all, line)
		}
	}
	return all
}

// optionOf says which options name the resource itself, for which types, and by
// what. An option that is not here names something else, and is left to fill in.
var optionOf = map[string]struct {
	types []string
	by    func(evidence.Resource) string
}{
	"--region":                 {nil, region},
	"--source-region":          {[]string{"aws.ec2.snapshot"}, region},
	"--account-id":             {[]string{"aws.s3.account", "aws.account"}, account},
	"--bucket":                 {[]string{"aws.s3.bucket"}, name},
	"--db-instance-identifier": {[]string{"aws.rds.db_instance"}, name},
	"--db-snapshot-identifier": {[]string{"aws.rds.db_snapshot"}, name},
	"--table-name":             {[]string{"aws.dynamodb.table"}, name},
	"--file-system-id":         {[]string{"aws.efs.file_system"}, lastSegment},
	"--user-name":              {[]string{"aws.iam.user"}, name},
	"--role-name":              {[]string{"aws.iam.role"}, name},
	"--access-key-id":          {[]string{"aws.iam.access_key"}, id},
	"--certificate-arn":        {[]string{"aws.acm.certificate"}, arn},
	"--topic-arn":              {[]string{"aws.sns.topic"}, arn},
	"--instance-id":            {[]string{"aws.ec2.instance"}, id},
	"--instance-ids":           {[]string{"aws.ec2.instance"}, id},
	"--group-id":               {[]string{"aws.ec2.security_group"}, id},
	"--snapshot-id":            {[]string{"aws.ec2.snapshot"}, id},
	"--key-id":                 {[]string{"aws.kms.key"}, arn},
	"--function-name":          {[]string{"aws.lambda.function"}, name},
	"--log-group-name":         {[]string{"aws.logs.log_group"}, name},
	"--repository-name":        {[]string{"aws.ecr.repository"}, name},
	"--secret-id":              {[]string{"aws.secretsmanager.secret"}, name},
	"--resource-arn-list":      {nil, arn},
	"--by-resource-arn":        {nil, arn},
}

func region(r evidence.Resource) string  { return r.Region }
func account(r evidence.Resource) string { return r.Account }
func name(r evidence.Resource) string    { return r.Name }
func id(r evidence.Resource) string      { return r.ID }

func arn(r evidence.Resource) string {
	if strings.HasPrefix(r.ID, "arn:") {
		return r.ID
	}
	return ""
}

func lastSegment(r evidence.Resource) string { return r.ID[strings.LastIndex(r.ID, "/")+1:] }

// plain is what a shell takes as it is. A provider lets people choose names: what
// is anything else is never put into a command.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:@][A-Za-z0-9_./:@+=,-]*$`)

var (
	blank    = regexp.MustCompile(`^[A-Z][A-Z_]*$`)
	ownerOf  = regexp.MustCompile(`\bOWNER/(REPO|NAME)\b`)
	orgOf    = regexp.MustCompile(`/orgs/ORG\b`)
	repoPath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+$`)
)

// fillCommand puts what is known of a resource where a command names it, and
// nothing where that is in doubt.
func fillCommand(template string, r evidence.Resource) string {
	if r.Kind == evidence.KindScope {
		return template
	}
	if r.Provider == "github" {
		return fillPath(template, r)
	}
	words := strings.Split(template, " ")
	for i := 1; i < len(words); i++ {
		option, ok := optionOf[words[i-1]]
		if !ok || !blank.MatchString(words[i]) || len(option.types) > 0 && !slices.Contains(option.types, r.Type) {
			continue
		}
		if v := option.by(r); plain.MatchString(v) {
			words[i] = v
		}
	}
	return strings.Join(words, " ")
}

func fillPath(template string, r evidence.Resource) string {
	if repo := repository(r); repoPath.MatchString(repo) && !strings.HasSuffix(repo, "/..") && !strings.HasSuffix(repo, "/.") {
		template = ownerOf.ReplaceAllLiteralString(template, repo)
	}
	if plain.MatchString(r.Account) && !strings.Contains(r.Account, "/") {
		template = orgOf.ReplaceAllLiteralString(template, "/orgs/"+r.Account)
	}
	return template
}

// repository is the owner and name of what a resource is, or lies in.
func repository(r evidence.Resource) string {
	if r.Type != "github.repository" && r.Type != "github.repository_actions" {
		return "" // names of other things only contain it
	}
	if strings.Contains(r.Name, "/") {
		return r.Name
	}
	if r.Name == "" || r.Account == "" {
		return ""
	}
	return r.Account + "/" + r.Name
}
