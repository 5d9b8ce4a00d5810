package derive

import "github.com/controlwatch/controlwatch/evidence"

var globalConfigurationRule = rule{kind: "Account", apply: func(w *world, s *subject) {
	a, ok := s.Body.(*evidence.Account)
	if !ok {
		return
	}
	a.GlobalConfigurationRecorded = nil
	if s.Resource.Type == "aws.account" {
		a.GlobalConfigurationRecorded = s.set("global_configuration_recorded", globalConfiguration(w, s))
	}
}}

// globalConfiguration says whether any recorder of the account records what
// belongs to no region: one is enough, and more would keep everything twice.
func globalConfiguration(w *world, s *subject) truth {
	recorded := []truth{definite(false)}
	if holes := w.Kind(s.Resource.Provider, s.Resource.Account, "ConfigurationRecorder"); len(holes) > 0 {
		recorded = append(recorded, unseen(holes...))
	}
	for _, f := range w.beside(s.Resource, "ConfigurationRecorder") {
		if h, lost := w.Fact(f); lost {
			recorded = append(recorded, unseen(h))
			continue
		}
		c, ok := f.Body.(*evidence.ConfigurationRecorder)
		if !ok {
			continue
		}
		recorder := &subject{f}
		recorded = append(recorded, and(
			recorder.look("exists", c.Exists), recorder.look("recording", c.Recording), recorder.look("global_types", c.GlobalTypes),
		))
	}
	return or(recorded...)
}
