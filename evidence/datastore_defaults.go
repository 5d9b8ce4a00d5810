package evidence

var datastoreDefaultsKind = KindInfo{Kind: "DatastoreDefaults", New: func() any { return new(DatastoreDefaults) }, Doc: "Settings of an account that bind all its data stores."}

// DatastoreDefaults are settings of an account that bind all its data stores.
type DatastoreDefaults struct {
	// PublicAccessBlock of the account. aws: s3control:GetPublicAccessBlock
	PublicAccessBlock *PublicAccessBlock `json:"public_access_block,omitzero"`
}
