package report

import "github.com/controlwatch/controlwatch/soc2"

// Contract is a form of JSON that others may rely on, and a value of the type that it
// is written from: docs/schema has a JSON Schema of each.
type Contract struct {
	Name  string // "controlwatch.period/v1"
	Value any
}

// Contracts are those of this package's writers.
func Contracts() []Contract {
	return []Contract{
		{AccessSchemaV1, accessReport{}},
		{AttestationsV1, attestationsReport{}},
		{ChangesV1, changesJSON{}},
		{DataFlowSchemaV1, dataFlowReport{}},
		{InventorySchemaV1, inventoryReport{}},
		{LogV1, administrationReport{}},
		{PeriodV1, PeriodReport{}},
		{PopulationSchemaV1, populationReport{}},
		{ReplayV1, replayJSON{}},
		{ReviewSchemaV1, reviewReport{}},
		{SampleSchemaV1, sampleReport{}},
		{SchemaDecisions, DecisionReport{}},
		{SchemaShown, Shown{}},
		{soc2.PlanDiffV1, soc2.PlanDiff{}},
		{soc2.PlanV1, soc2.Plan{}},
		{soc2.ProgressV1, soc2.Progress{}},
	}
}
