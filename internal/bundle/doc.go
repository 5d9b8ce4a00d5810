// Package bundle writes and checks evidence bundles: zip files that hold what an
// evidence log says of a window of time, with the proofs that it says so. Whoever
// checks one needs nothing but the file, and at best a key known from elsewhere.
// docs/evidence-bundle.md describes the form for others. It knows nothing of the
// store, and nothing of what evidence means.
package bundle

// Names of the files that every bundle has.
const (
	ManifestFile    = "manifest.json"       // every other file but the statement
	StatementFile   = "statement.dsse.json" // the manifest, signed
	SumsFile        = "SHA256SUMS"          // as sha256sum reads it: every file but these three
	VerifyFile      = "VERIFY.md"
	KeysFile        = "keys/log-keys.txt"   // a public key a line, oldest first
	InclusionFile   = "log/inclusion.txt"   // a leaf a line: its number and its proof
	ConsistencyFile = "log/consistency.txt" // two sizes a line and the proof between them
	LeftOutFile     = "log/left-out.txt"    // digests that lines name and of which the bundle has no body
	leavesFolder    = "log/leaves/"         // a leaf a file, named by its number
	pointsFolder    = "log/checkpoints/"    // a checkpoint a file, named by its size
	bodiesFolder    = "bodies/"             // *.jsonl: a body a line; other files are one body each
	statesFolder    = "bodies/states/"      // *.jsonl: what was remembered of a resource, a line each
	answersFolder   = "bodies/answers/"     // *.jsonl: what was asked of a provider and what was answered, packed, a line each
	itemsFolder     = "answers/items/"      // *.jsonl: the items that answers name, likewise
	anchorsFolder   = "anchors/"            // a token or signature of an anchor each
	StatementType   = "https://in-toto.io/Statement/v1"
	PredicateType   = "https://controlwatch.dev/evidence-bundle/v1"
	PayloadType     = "application/vnd.in-toto+json"
	ManifestSchema  = "controlwatch.bundle/v1"
	VerifiedSchema  = "controlwatch.bundle-verification/v1"
	numberWidth     = 12
	bodyLineLongest = 64 << 20
)
