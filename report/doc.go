// Package report renders an assessment: as the JSON contract that machines
// read, and as the summary a person reads first. It only ever reads the
// assessment, and it says what was not seen as loudly as what fails.
package report
