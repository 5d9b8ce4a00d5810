package metrics

// Names lists the projected families.
func Names() []string {
	var names []string
	for _, f := range projectedFamilies {
		names = append(names, f.name)
	}
	return names
}
