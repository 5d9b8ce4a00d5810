package soc2

// RiskMatrix counts gaps by likelihood and impact: [likelihood-1][impact-1].
type RiskMatrix [5][5]int

// RiskMatrices count gaps in scope by inherent and by residual risk. Accepted ones
// are among them: an acceptance makes no risk smaller.
func RiskMatrices(gaps []Gap) (inherent, residual RiskMatrix) {
	for _, g := range gaps {
		if g.OutOfScope {
			continue
		}
		inherent.add(g.Risk.Inherent)
		residual.add(g.Risk.Residual)
	}
	return inherent, residual
}

func (m *RiskMatrix) add(s RiskScore) {
	s = s.plus(0, 0) // what is out of bounds stands at their edge, not nowhere
	m[s.Likelihood-1][s.Impact-1]++
}

// At is how many there are at a likelihood and an impact, each 1 to 5.
func (m *RiskMatrix) At(likelihood, impact int) int { return m[likelihood-1][impact-1] }

// Total is how many there are.
func (m *RiskMatrix) Total() (n int) {
	for _, row := range m {
		for _, count := range row {
			n += count
		}
	}
	return n
}
