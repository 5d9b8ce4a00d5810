package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evaluators/catalogue"
	"github.com/controlwatch/controlwatch/soc2"
)

// coverageReference says of each test that the catalogue set out to have which
// check is it, or why none is.
func coverageReference(cat soc2.Catalogue, rows []catalogue.Row) []byte {
	answers := catalogue.Answers(cat)
	var b bytes.Buffer
	b.WriteString("# Coverage\n\nGenerated from the catalogue; `make generate` writes it again.\n\n" +
		"[`evaluators/catalogue/tests.csv`](../evaluators/catalogue/tests.csv) lists what people in the field test. Of the providers\nbelow, every test of the first priority is answered by a check or left out for the reason given. A check\nclaims a test only if it answers it wholly; where it judges otherwise on purpose, [peers.md](peers.md) says so.\n")
	for _, provider := range catalogue.Complete {
		answered, all := 0, 0
		var table bytes.Buffer
		for _, r := range rows {
			if r.Attested || r.Provider != provider || r.Priority != "1" {
				continue
			}
			all++
			answer := checkLinks(answers[r.ID])
			if len(answers[r.ID]) > 0 {
				answered++
			} else {
				answer = "not covered: " + oneLine(catalogue.Uncovered[r.ID])
			}
			fmt.Fprintf(&table, "| `%s` | %s | %s |\n", r.ID, oneLine(r.Title), answer)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%d of %d.\n\n| test | asks | check |\n| --- | --- | --- |\n%s", provider, answered, all, table.String())
	}
	b.WriteString("\n## The rest\n\nHow many tests there are in all, by priority, and how many of them a check answers.\n\n| provider | first | answered | second | answered | third | answered |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, provider := range providersOf(rows) {
		fmt.Fprintf(&b, "| %s |", provider)
		for _, priority := range []string{"1", "2", "3"} {
			answered, all := 0, 0
			for _, r := range rows {
				if r.Attested || r.Provider != provider || r.Priority != priority {
					continue
				}
				all++
				if len(answers[r.ID]) > 0 {
					answered++
				}
			}
			fmt.Fprintf(&b, " %d | %d |", all, answered)
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

// peersReference says of each test that another tool has too whether we judge
// it alike.
func peersReference(cat soc2.Catalogue, rows []catalogue.Row) []byte {
	answers := catalogue.Answers(cat)
	var b, others, counts bytes.Buffer
	agreed, differing := 0, 0
	left := map[string]int{}
	for _, r := range rows {
		switch difference := oneLine(catalogue.Differences[r.ID]); {
		case r.Attested:
		case len(answers[r.ID]) == 0:
			if len(r.Peers) > 0 {
				left[r.Provider]++
			}
		case len(r.Peers) == 0:
			if difference != "" {
				fmt.Fprintf(&others, "| `%s` | %s | %s |\n", r.ID, checkLinks(answers[r.ID]), difference)
			}
		default:
			if difference == "" {
				agreed++
				difference = "agrees"
			} else {
				differing++
			}
			fmt.Fprintf(&counts, "| `%s` | %s | %s | %s |\n", r.ID, checkLinks(answers[r.ID]), strings.Join(r.Peers, ", "), difference)
		}
	}
	b.WriteString("# Beside other tools\n\nGenerated from the catalogue; `make generate` writes it again.\n\n" +
		"Other tools ask many of the same questions. Here is each that a check answers, what others call it, and\nwhere our judgement differs from theirs, or from the test as our list has it, and why. \"Agrees\" says that the check was\nwritten to judge what the test asks and that no difference is known, not that both tools were run side by side.\nWhat could not be seen is unobserved with us, whatever a peer makes of it.\n\n")
	fmt.Fprintf(&b, "%d agree, %d differ.\n\n| test | ours | theirs | agreement |\n| --- | --- | --- | --- |\n%s", agreed, differing, counts.String())
	b.WriteString("\n## Differences where no other tool asks\n\n| test | ours | how it differs from the test as listed |\n| --- | --- | --- |\n")
	b.Write(others.Bytes())
	b.WriteString("\n## What others ask and we do not\n\nTests of other tools that no check answers; [coverage.md](coverage.md) has the reasons for those of the first priority.\n\n| provider | tests |\n| --- | --- |\n")
	for _, provider := range providersOf(rows) {
		if left[provider] > 0 {
			fmt.Fprintf(&b, "| %s | %d |\n", provider, left[provider])
		}
	}
	return b.Bytes()
}

func checkLinks(answers []string) string {
	var links []string
	for _, a := range answers {
		control, check, _ := strings.Cut(a, "/")
		links = append(links, fmt.Sprintf("[%s](controls.md#%s)/%s", control, control, check))
	}
	return strings.Join(links, ", ")
}

func providersOf(rows []catalogue.Row) []string {
	var providers []string
	for _, r := range rows {
		if !r.Attested && !slices.Contains(providers, r.Provider) {
			providers = append(providers, r.Provider)
		}
	}
	return providers
}
