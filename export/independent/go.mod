// A second reader of evidence bundles that shares nothing with the first. It has a
// module of its own so that it cannot import anything of ours.
module independent

go 1.26

require github.com/transparency-dev/merkle v0.0.2
