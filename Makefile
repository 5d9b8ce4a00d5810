# `make` prints this help. CI runs exactly `make check`.
GO      ?= go
LINT    := $(GO) tool -modfile=tools/go.mod golangci-lint
# The detector does not look into SQLite translated to Go: it would find nothing
# of ours there, and tests of the store took four times as long.
RACE    := -race -gcflags='modernc.org/...=-race=false'
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: help
help: ## print this help
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build a static binary into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/controlwatch ./cmd/controlwatch

.PHONY: demo
demo: ## the whole pipeline on a sample company, no credentials needed
	$(GO) run ./cmd/controlwatch demo

.PHONY: peers
peers: ## say which servers to test against are here, and how to get the others
	@.ci/peers

.PHONY: test
test: peers ## run every test with the race detector, against every peer found
	$(GO) test -timeout 40m $(RACE) ./...
	$(GO) test -run '^TestMonth$$' -timeout 20m ./cmd/controlwatch

.PHONY: lint
lint: ## vet and lint, with the import rules
	$(GO) vet ./...
	$(LINT) run

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt

.PHONY: generate
generate: ## write the generated references again
	CONTROLWATCH_UPDATE=1 $(GO) test ./report ./daemon ./cmd/controlwatch -run 'Reference|Schema' -count=1

.PHONY: current
current: ## formatting and module files are as the tools would write them
	$(LINT) fmt --diff
	$(GO) mod verify
	$(GO) mod tidy -diff

.PHONY: check
check: test lint current ## all that CI checks

.PHONY: bench
bench: ## run the benchmarks whose figures stand in docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./evaluators/... ./store/... ./collectors/... ./cmd/...

.PHONY: bench-year
bench-year: ## write a year of hourly assessments of 10,000 resources, verify it, read it back (hours)
	$(GO) test ./cmd/controlwatch -run '^$$' -bench Year -benchtime 1x -timeout 24h

.PHONY: tools
tools: ## build the pinned developer tools
	$(LINT) version
