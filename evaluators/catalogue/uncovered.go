package catalogue

// Complete are the providers of whose rows of priority 1 every single one is
// answered by a check, or left out for a reason that Uncovered gives.
var Complete = []string{"aws", "github", "okta", "cross"}

// Why several rows are left out.
const (
	needsRegister = "Waits for the register of access reviews, owners and acceptances: nothing that a provider tells answers it."
)

// Uncovered are rows of priority 1 of the complete providers that no check
// answers, each with the reason.
var Uncovered = map[string]string{
	"aws-backup-coverage": "Answered in part, by backups-are-made/production-data-has-a-recent-copy: databases, tables, file systems and buckets. " +
		"FSx is not collected. Machines and their volumes are not judged: of a volume that is copied with its machine, the backup service names only the machine, " +
		"so a volume on its own would fail although it is kept.",
	"aws-resource-tags":        "Answered in part, by assets-are-known-and-classified: what holds data, and machines. The tags of functions are not read, and clusters of containers (EKS) are not collected.",
	"x-access-review-overdue":  needsRegister,
	"x-review-removals-done":   needsRegister,
	"x-findings-have-owner":    needsRegister,
	"x-exceptions-valid":       needsRegister,
	"x-github-identity-linked": "The identities that single sign-on links to members are not read yet; members are joined to people by what the company's own list of employments says.",
	"x-leaver-timeliness":      "Needs the moment at which each account was closed; only Okta tells it. That none is open after the last day is judged in leavers-lose-access.",
	"x-collector-coverage":     "What could not be read makes checks unobserved and shows in every report; that it was read is no fact that a check could judge yet.",
}
