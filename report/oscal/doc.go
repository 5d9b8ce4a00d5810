// Package oscal writes what was judged and what is planned in NIST's OSCAL 1.1.3
// (pages.nist.gov/OSCAL): assessment results, and a plan of action and milestones.
//
// OSCAL knows "satisfied" and "not-satisfied" only. What was not seen is never the
// first; it is the second with the reason "other", and says so. What OSCAL has no
// place for stands in properties of our namespace.
package oscal
