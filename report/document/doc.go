// Package document is the form every report of ours has before it is a file, and
// the renderers that make files of it. A kind of report builds a Document and
// nothing else; a format renders any Document and knows no kind. So nine kinds in
// six formats cost fifteen pieces, not fifty-four.
//
// It knows nothing of controls, findings or evidence. What it insists on: a state
// is a shape and a word, never a colour alone; text that others chose stays text,
// whatever it contains; rows stream, and an error while they do is an error.
package document
