package evidence

import "reflect"

// Kind is the neutral name of a fact's type, the same for every provider that
// answers the same question.
type Kind string

// KindScope is the kind of a scope standing in for what could not be seen in it.
const KindScope Kind = "Scope"

// KindInfo describes one kind of fact.
type KindInfo struct {
	Kind Kind
	New  func() any // returns a pointer to an empty struct of the kind
	Doc  string     // one sentence
}

// Type is the struct type of the kind.
func (k KindInfo) Type() reflect.Type { return reflect.TypeOf(k.New()).Elem() }

// Kinds lists every kind of fact. A new kind is a file of its own and a line here.
var Kinds = []KindInfo{
	accessAnalyzerKind,
	accessKeyKind,
	accountKind,
	applicationKind,
	artifactKind,
	attestationKind,
	auditTrailKind,
	backupServiceKind,
	branchHistoryKind,
	branchRuleKind,
	certificateKind,
	changeEventKind,
	changeRequestKind,
	configurationRecorderKind,
	datastoreDefaultsKind,
	datastoreKind,
	deviceKind,
	employmentKind,
	encryptionKeyKind,
	enrolmentPolicyKind,
	environmentKind,
	grantKind,
	groupKind,
	identityProviderKind,
	loadBalancerKind,
	logStoreKind,
	networkKind,
	networkRuleKind,
	passwordPolicyKind,
	pipelineSettingsKind,
	policyKind,
	protectedResourceKind,
	queueKind,
	regionDefaultsKind,
	repositoryAccessKind,
	repositoryKind,
	roleKind,
	secretKind,
	securityAlertKind,
	signOnPolicyKind,
	threatDetectionKind,
	trainingKind,
	userKind,
	vendorKind,
	vulnerabilityScannerKind,
	webhookKind,
	workflowKind,
	workloadKind,
}

// KindOf finds a kind by name.
func KindOf(k Kind) (KindInfo, bool) {
	for _, info := range Kinds {
		if info.Kind == k {
			return info, true
		}
	}
	return KindInfo{}, false
}
