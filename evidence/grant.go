package evidence

var grantKind = KindInfo{Kind: "Grant", New: func() any { return new(Grant) }, Doc: "A user or group holds a role somewhere: an assignment."}

// The holders of a grant.
const (
	HolderUser  = "user"
	HolderGroup = "group"
)

// Grant says that a user or group holds a role somewhere.
type Grant struct {
	HolderType *string `json:"holder_type,omitzero"` // user, group. aws: sso:ListAccountAssignments PrincipalType
	Holder     *string `json:"holder,omitzero"`      // id of the user or group. aws: PrincipalId
	Role       *string `json:"role,omitzero"`        // id of the role. aws: PermissionSetArn
	RoleName   *string `json:"role_name,omitzero"`   // aws: sso:DescribePermissionSet Name
	Target     *string `json:"target,omitzero"`      // where it holds. aws: AccountId

	// HolderName is the name of the user or group. Derived from them.
	HolderName *string `json:"holder_name,omitzero" derived:"true"`
}
