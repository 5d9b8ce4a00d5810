package catalogue

// Complete are the providers of whose rows of priority 1 every single one is
// answered by a check, or left out for a reason that Uncovered gives.
var Complete = []string{"aws", "github", "okta", "cross"}

// Why several rows are left out.
const (
	needsRegister = "Waits for the register of access reviews, owners and acceptances: nothing that a provider tells answers it."
	needsPeople   = "Needs the accounts of all providers joined to people, which no check can ask yet."
)

// Uncovered are rows of priority 1 of the complete providers that no check
// answers, each with the reason.
var Uncovered = map[string]string{
	"aws-backup-coverage": "Answered in part, by backups-are-made/production-data-has-a-recent-copy: databases, tables, file systems and buckets. " +
		"FSx is not collected. Machines and their volumes are not judged: of a volume that is copied with its machine, the backup service names only the machine, " +
		"so a volume on its own would fail although it is kept.",
	"aws-resource-tags":           "Answered in part, by assets-are-known-and-classified: what holds data, and machines. The tags of functions are not read, and clusters of containers (EKS) are not collected.",
	"x-access-review-overdue":     needsRegister,
	"x-review-removals-done":      needsRegister,
	"x-findings-have-owner":       needsRegister,
	"x-exceptions-valid":          needsRegister,
	"x-account-without-person":    needsPeople,
	"x-github-identity-linked":    needsPeople,
	"x-privileged-in-many-places": needsPeople,
	"x-offboarded-user-access":    "Needs the accounts of all providers joined to people, and to a record of departures that does not come from the directory itself.",
	"x-leaver-timeliness":         "Needs a record of departures beside the moments at which each account was closed, of all providers.",
	"x-aws-console-not-federated": "That people sign in through a directory is asked of the account in sign-in-is-federated/cloud-account-is-federated; passwords that remain beside it are judged for their second factor and use, not for being there.",
	"x-mfa-coverage":              "A share over all people; each account is judged by itself in people-use-multi-factor-sign-in.",
	"x-collector-coverage":        "What could not be read makes checks unobserved and shows in every report; that it was read is no fact that a check could judge yet.",
}
