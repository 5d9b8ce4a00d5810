package aws

// PolicyOf are the actions one operation needs.
func PolicyOf(operation string) []string { return actions([]string{operation}) }
