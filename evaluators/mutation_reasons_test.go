package evaluators

// turnsNothing are fields that a check names and that turn no passing case, by
// control, check and field, each with the reason.
var turnsNothing = map[string]string{
	"default-branch-is-protected/branch-rule-binds-administrators self.rulesets.admins_bound": "derived: true only where nobody may bypass, and then everybody who may is named",
}

// leftOut are operands without which every case comes out the same, by control,
// check and operand, each with the reason.
var leftOut = map[string]string{
	"changes-are-reviewed/merge-needs-approval self.rulesets.pull_request_required (2)":                          "derived: approvals are those of the rules that demand a pull request, so there are none without",
	"configuration-is-recorded-and-held/region-records-configuration self.exists":                                "what does not exist does not record either; it is there to be read",
	"data-at-rest-is-encrypted/bucket-is-encrypted self.encryption.algorithm in [\"aws:kms\", \"aws:kms:dsse\"]": "a key of the customer's own is one of KMS, as S3 has it; it is there to be read",
	"default-branch-is-protected/branch-rule-binds-administrators self.rulesets.admins_bound":                    "derived: true only where nobody may bypass, and then everybody who may is named",
}
