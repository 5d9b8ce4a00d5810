// NIST's JSON schema of OSCAL is published as a file, not as a module. go-oscal
// carries it; nothing of that is built.
module oscalschema

go 1.26

require github.com/defenseunicorns/go-oscal v0.7.0
