package evidence

import "time"

var encryptionKeyKind = KindInfo{Kind: "EncryptionKey", New: func() any { return new(EncryptionKey) }, Doc: "A key that the company controls and data is encrypted under."}

// EncryptionKey is a key of the company's own in a key management service. Keys
// that a provider keeps for itself are not among them.
type EncryptionKey struct {
	CreatedAt *time.Time `json:"created_at,omitzero"` // aws: kms:DescribeKey CreationDate
	// State is the provider's word: Enabled, Disabled, PendingDeletion,
	// PendingImport … aws: kms:DescribeKey KeyState
	State *string `json:"state,omitzero"`
	// DeletedAt is when it will be gone; never: no deletion is planned.
	// aws: kms:DescribeKey DeletionDate
	DeletedAt *Moment `json:"deleted_at,omitzero"`
	// Symmetric: one secret both encrypts and decrypts. aws: KeySpec SYMMETRIC_DEFAULT
	Symmetric *bool `json:"symmetric,omitzero"`
	// Origin is where the key material comes from, in the provider's word:
	// AWS_KMS, EXTERNAL, AWS_CLOUDHSM … aws: kms:DescribeKey Origin
	Origin *string `json:"origin,omitzero"`
	// Rotation by the provider. A key whose material it cannot rotate has none.
	Rotation *KeyRotation `json:"rotation,omitzero"`
	// Policy says who may use it. aws: kms:GetKeyPolicy
	Policy *PolicyDocument `json:"policy,omitzero"`

	// Public: the policy lets anybody use it. Derived.
	Public *bool `json:"public,omitzero" derived:"true"`
}

// KeyRotation is how the provider replaces key material.
// aws: kms:GetKeyRotationStatus
type KeyRotation struct {
	Enabled    *bool  `json:"enabled,omitzero"`     // KeyRotationEnabled
	PeriodDays *int64 `json:"period_days,omitzero"` // RotationPeriodInDays; 0: never
}
