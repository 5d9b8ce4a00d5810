package transport

import (
	"fmt"
	"slices"
	"strings"
)

// Kept says that answers of an operation may be kept, redacted. Only Keep makes
// one, and it makes none of an operation that hands out credentials.
type Kept struct {
	operation string
	items     [][]string
	table     []string
	secret    [][]string
	volatile  [][]string
}

// Keep opts an operation in. What every answer loses (redact.go) it loses too;
// the methods say what else. It panics on an operation that exchanges credentials,
// which is a programming error: such answers are never kept, whoever asks.
func Keep(operation string) Kept {
	if handsOutCredentials(operation) {
		panic(fmt.Sprintf("transport: answers of %q hold credentials and are never kept", operation))
	}
	return Kept{operation: operation}
}

// Operation is the one that is opted in.
func (k Kept) Operation() string { return k.operation }

// Each names the lists of the answer whose elements are stored one by one: member
// names joined by dots; "." where the answer itself is the list. Lists on the way
// are passed through.
func (k Kept) Each(paths ...string) Kept {
	k.items = nil
	for _, p := range paths {
		k.items = append(k.items, pathOf(p))
	}
	return k
}

// Table names the member that holds rows of comma-separated values in base64. They
// are told as a list of objects.
func (k Kept) Table(path string) Kept {
	k.table = pathOf(path)
	return k
}

// Without names members that hold secrets, or may: "[removed]" stands for them.
func (k Kept) Without(paths ...string) Kept {
	k.secret = slices.Clone(k.secret)
	for _, p := range paths {
		k.secret = append(k.secret, pathOf(p))
	}
	return k
}

// But names members that differ at every look or say nothing of what was asked:
// they are left out.
func (k Kept) But(paths ...string) Kept {
	k.volatile = slices.Clone(k.volatile)
	for _, p := range paths {
		k.volatile = append(k.volatile, pathOf(p))
	}
	return k
}

func pathOf(text string) []string {
	if text == "." {
		return []string{}
	}
	return strings.Split(text, ".")
}

// credentialServices hand out credentials: AWS' security token service, the access
// portal's and its sign-in, the instance metadata service, and role vendors.
var credentialServices = []string{"sts", "sso", "ssooidc", "signin", "imds", "ec2imds", "ec2rolecreds", "endpointcreds", "cognitoidentity", "rolesanywhere"}

// handsOutCredentials errs on the safe side: whatever could be a sign-in is one. A
// read of a REST provider is a GET; what is posted exchanges or changes something.
func handsOutCredentials(operation string) bool {
	if service, _, ok := strings.Cut(operation, ":"); ok && !strings.Contains(service, " ") {
		if slices.Contains(credentialServices, strings.ToLower(service)) {
			return true
		}
	}
	method, path, rest := strings.Cut(operation, " ")
	if operation == "" || rest && method != "GET" && method != "GraphQL" {
		return true
	}
	low := strings.ToLower(path)
	for _, part := range []string{"oauth", "access_token", "access-token", "/token", "latest/meta-data"} {
		if strings.Contains(low, part) {
			return true
		}
	}
	return false
}

// kept is the declaration for an operation of this policy.
func (p Policy) kept(operation string) (Kept, bool) {
	i := slices.IndexFunc(p.Keeps, func(k Kept) bool { return k.operation == operation })
	if i < 0 || slices.Contains(p.TokenMints, operation) || handsOutCredentials(operation) {
		return Kept{}, false
	}
	return p.Keeps[i], true
}

// Splits says whether the answer has a list that is split.
func (k Kept) Splits() bool { return len(k.items) > 0 }
