// Package page renders the status page: one HTML page without script, made of
// the published assessment. Names from providers are shown as text that cannot
// leave its place, and every colour is beside a word that says the same.
package page
