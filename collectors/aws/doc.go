// Package aws reads accounts of Amazon Web Services: who may sign in, which
// keys exist, where data is kept and how it is protected. It states what AWS
// answered and leaves what that means to others; it can only read.
package aws
