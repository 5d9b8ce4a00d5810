package aws

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// Settings is the provider's block in the configuration file.
type Settings struct {
	// Profile names a profile of the shared AWS configuration files. Empty: the default credential chain.
	Profile string `yaml:"profile,omitempty" json:"profile,omitempty" jsonschema:"description=Profile of the shared AWS configuration files; without it the default credential chain is used"`
	// Regions limits regional services to these regions. Empty: every region
	// enabled in the account. What is global (IAM and the list of S3 buckets) is always read whole.
	Regions []string `yaml:"regions,omitempty" json:"regions,omitempty" jsonschema:"description=Regions in which regional services are read; without it every region enabled in the account. What is global is always read whole"`
	// Roles are roles to assume, each in an account of its own. A role not listed here is never assumed.
	Roles []Role `yaml:"roles,omitempty" json:"roles,omitempty" jsonschema:"description=Roles to assume; each is read as an account of its own. A role that is not listed is never assumed"`
	// SkipOwnAccount leaves out the account the credentials themselves belong to, for credentials that can only assume roles.
	SkipOwnAccount bool `yaml:"skip_own_account,omitempty" json:"skip_own_account,omitempty" jsonschema:"description=Leave out the account the credentials themselves belong to; for credentials that can only assume the listed roles"`
	// EventLogDays is how far back CloudTrail's event history is read for who changed what is kept.
	EventLogDays int `yaml:"event_log_days,omitempty" json:"event_log_days,omitempty" jsonschema:"minimum=1,maximum=90,description=How many days back CloudTrail's event history is read for who began\\, ended and changed what is kept; 7 bridges a long weekend. Without it the history is not read. Needs cloudtrail:LookupEvents."`
}

// Role is a role to assume in an account.
type Role struct {
	ARN        string `yaml:"arn" json:"arn" jsonschema:"description=ARN of the role"`
	ExternalID string `yaml:"external_id,omitempty" json:"external_id,omitempty" jsonschema:"description=External id that the role's trust policy asks for"`
}

var regionForm = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)

// check finds what can be known to be wrong before anything is called.
func (s Settings) check() error {
	for i, region := range s.Regions {
		if !regionForm.MatchString(region) {
			return fmt.Errorf("regions[%d]: %q is not a region name; write it like eu-west-1", i, region)
		}
		if slices.Contains(s.Regions[:i], region) {
			return fmt.Errorf("regions[%d]: %q is listed twice; remove one", i, region)
		}
	}
	if err := checkEventDays(s.EventLogDays); err != nil {
		return err
	}
	accounts := map[string]int{}
	for i, role := range s.Roles {
		account, err := role.account()
		if err != nil {
			return fmt.Errorf("roles[%d].arn: %w", i, err)
		}
		if first, twice := accounts[account]; twice {
			return fmt.Errorf("roles[%d].arn: account %s is already read through roles[%d]; keep one role per account", i, account, first)
		}
		accounts[account] = i
	}
	if s.SkipOwnAccount && len(s.Roles) == 0 {
		return fmt.Errorf("skip_own_account: nothing is left to read; list roles or remove it")
	}
	return nil
}

func (r Role) account() (string, error) {
	parsed, err := arn.Parse(r.ARN)
	if err != nil || parsed.Service != "iam" || len(parsed.AccountID) != 12 || len(parsed.Resource) <= len("role/") || parsed.Resource[:len("role/")] != "role/" {
		return "", fmt.Errorf("%q is not a role; write it like arn:aws:iam::111122223333:role/controlwatch", r.ARN)
	}
	return parsed.AccountID, nil
}
