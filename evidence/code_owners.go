package evidence

// CodeOwners is who answers for the code of a repository, as its file CODEOWNERS says:
// the file names them, and nobody has confirmed that they are there or agree.
type CodeOwners struct {
	// File is the one that counts; empty: there is none.
	// github: GET /repos/{owner}/{repo}/git/trees/{tree_sha} of the default branch (.github, then the root, then docs)
	File *string `json:"file,omitzero"`
	// Everything are the owners of every file for which no later line says otherwise,
	// as the file names them: @user, @organisation/team, or an e-mail address. None
	// where no pattern matches everything, or the last that does names nobody.
	// github: GET /repos/{owner}/{repo}/git/blobs/{file_sha}
	Everything []string `json:"everything,omitzero"`
	// Named are all owners that the file names, in order, and no more than the first hundred.
	Named []string `json:"named,omitzero"`
	// Owners counts all that the file names.
	Owners *int64 `json:"owners,omitzero"`
	// Unread counts the lines that are no rule, which the provider passes over.
	Unread *int64 `json:"unread,omitzero"`
}
