package kinds

import "github.com/controlwatch/controlwatch/report"

// Contracts are the forms of the reports in JSON.
func Contracts() []report.Contract {
	return []report.Contract{
		{Name: SchemaAccess, Value: Access{}},
		{Name: SchemaAnswers, Value: Answers{}},
		{Name: SchemaCalendar, Value: Calendar{}},
		{Name: SchemaDescription, Value: Description{}},
		{Name: SchemaGap, Value: GapReport{}},
		{Name: SchemaInventory, Value: Inventory{}},
		{Name: SchemaMatrix, Value: Matrix{}},
		{Name: SchemaPlanReport, Value: PlanReport{}},
		{Name: SchemaQuestionnaire, Value: Questionnaire{}},
		{Name: SchemaReadiness, Value: Readiness{}},
		{Name: SchemaRisk, Value: RiskReport{}},
	}
}
