package kinds

// Framework is a set of requirements that controls are mapped to.
type Framework struct {
	ID    string `json:"id"`    // its key in the catalogue
	Name  string `json:"name"`  // in full
	Short string `json:"short"` // the head of a column
	// Complete: the catalogue lists all of its requirements, so that those that no
	// control is mapped to can be named.
	Complete bool `json:"complete"`
}

// tsc is the key of the Trust Services Criteria.
const tsc = "tsc"

// frameworks lists them. Only the Trust Services Criteria are listed in full here;
// the others' own texts are not ours to copy.
var frameworks = []Framework{
	{tsc, "Trust Services Criteria 2017 (SOC 2)", "TSC", true},
	{"iso27001", "ISO/IEC 27001:2022, Annex A", "ISO 27001", false},
	{"hipaa", "HIPAA Security Rule, 45 CFR 164", "HIPAA", false},
	{"nist_csf", "NIST Cybersecurity Framework 2.0", "NIST CSF", false},
	{"nist_800_53", "NIST SP 800-53, revision 5", "NIST 800-53", false},
	{"cis", "CIS Benchmarks, as named", "CIS", false},
}
