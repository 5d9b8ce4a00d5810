// Package metrics turns assessments and provider calls into Prometheus series.
//
// The rules for every name here:
//   - one prefix, base units, _info for labels that describe, _timestamp_seconds
//     for moments;
//   - labels are control, criterion, outcome, state, reason, change, cause,
//     provider, account, collector, operation and source, each bounded by the
//     catalogue, the declared reads or the configuration; never a resource, never
//     free text;
//   - what an assessment says is projected from that one assessment as a whole and
//     exchanged as a whole, so a series ends when what it speaks of has gone;
//   - unobserved has its own series everywhere and is never added to what holds;
//   - severity is on controlwatch_control_info only, and on gaps, whose it is by what is
//     affected: join it where it is needed;
//   - at 50 accounts of AWS, judged by every control of the catalogue that can judge
//     them and read by every collector, there are no more than Budget series.
package metrics

// Budget is the most series there may be at 50 accounts, whatever is in them.
const Budget = 20_000
