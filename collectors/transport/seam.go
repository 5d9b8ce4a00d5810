package transport

// Seam is the one way out. 
type Seam struct{}
