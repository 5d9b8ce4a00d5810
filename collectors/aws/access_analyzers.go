package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"

	"github.com/controlwatch/controlwatch/evidence"
)

// Calls: ⌈analyzers ÷ 100⌉ for each region.
var accessAnalyzers = collector{
	Collector: declare(evidence.Collector{
		Name:        "aws_access_analyzers",
		Doc:         "IAM Access Analyzer in a region: which analyzers exist and whether they are active.",
		Populations: []evidence.Population{{Kind: "AccessAnalyzer", Type: "aws.accessanalyzer.region"}},
		Reads:       []string{"accessanalyzer:ListAnalyzers"},
	}),
	reach: regional,
	collect: func(ctx context.Context, s session, r *evidence.Recorder) error {
		client := accessanalyzer.NewFromConfig(s.config, func(o *accessanalyzer.Options) { o.Region = s.region })
		return collectAnalyzers(ctx, s, r, client.ListAnalyzers)
	},
}

func collectAnalyzers(ctx context.Context, s session, r *evidence.Recorder,
	list func(context.Context, *accessanalyzer.ListAnalyzersInput, ...func(*accessanalyzer.Options)) (*accessanalyzer.ListAnalyzersOutput, error),
) error {
	const operation = "accessanalyzer:ListAnalyzers"
	body := &evidence.AccessAnalyzer{}
	fact := evidence.Fact{Body: body, Resource: regionResource(s, "AccessAnalyzer", "aws.accessanalyzer.region", "accessanalyzer", "IAM Access Analyzer")}
	found := []evidence.Analyzer{}
	err := pages(operation, r, func(token *string) (*string, error) {
		out, err := list(ctx, &accessanalyzer.ListAnalyzersInput{MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Analyzers == nil {
			return nil, without(operation, "analyzers")
		}
		for _, a := range out.Analyzers {
			found = append(found, evidence.Analyzer{Name: aws.ToString(a.Name), Type: string(a.Type), Status: string(a.Status)})
		}
		return more(out.NextToken), nil
	})
	if err != nil {
		fact.Miss("analyzers", err)
	} else {
		body.Analyzers = found
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Add(fact)
}
