# `make` prints this help. CI runs exactly `make check`.
GO      ?= go
LINT    := $(GO) tool -modfile=tools/go.mod golangci-lint
# The detector does not look into SQLite translated to Go: it would find nothing of
# ours there, and tests of the store took four times as long. No other library is
# left out: generic code of the standard library, such as sync.Map's, is made once for
# all who use it, and where that happens in a package left out its locks go unseen.
RACE    := -race -gcflags='modernc.org/...=-race=false'
# Every package is tested with the race detector, but for these, whose tests
# compute long and in one goroutine each: with it they take five times as long.
# `make lists` fails when one of them starts to use goroutines.
PLAIN   := ./evaluators ./evaluators/catalogue ./export
# Where goroutines meet in some tests only, those run with the detector too, and
# all run without it: the daemon, sources read side by side and committed into one
# store, anchors, kept answers; readers beside a writer.
MIXED   := ./cmd/controlwatch ./store
MEETING := TestDaemonTellsSystemFromSight|TestADaemonsLifeIsRecorded|TestASourceNotAskedYetIsUnobserved|TestProgressElsewhereDoesNotFlood
MEETING := $(MEETING)|TestNoSecretIsStoredOrShown|TestFindingsAreGivenAgain|TestReceiptsAreKeptInTheLog|TestVerifyFromTheFirstScanToAnAlteredVerdict
MEETING := $(MEETING)|TestReadersDuringWrites|TestLockedByAnotherWriter|TestTwoPrograms|TestBackupWhileAnotherProgramWrites|TestCheckpointsCoverWhatWasCommitted
RACED    = $(filter-out $(patsubst ./%,%,$(PLAIN) $(MIXED)),$(patsubst $(MODULE)/%,%,$(shell $(GO) list ./...)))
MODULE  := github.com/controlwatch/controlwatch
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

.PHONY: peers-browser
peers-browser: ## open reports in Chromium and let axe-core judge them (needs node and chromium)
	cd tools/browser && npm ci --ignore-scripts --no-audit --no-fund
	$(GO) test ./report/document -tags browser -run '^TestInABrowser$$' -count=1 -v
	$(GO) test ./cmd/controlwatch -tags browser -run '^TestSampleReportsInABrowser$$' -count=1 -timeout 60m -v

.PHONY: peers-office
peers-office: ## have LibreOffice read every workbook, and compare with CSV (apt-get install libreoffice-calc)
	$(GO) test ./cmd/controlwatch -tags office -run '^TestSampleReportsInLibreOffice$$' -count=1 -timeout 30m -v

.PHONY: pictures
pictures: build ## make the pictures of docs/images again (needs node, chromium, pdftoppm and pngquant)
	cd tools/browser && npm ci --ignore-scripts --no-audit --no-fund
	node tools/browser/pictures.mjs bin/controlwatch docs/images

.PHONY: peers-grafana
peers-grafana: ## have Grafana's own types judge the dashboards (needs node)
	cd tools/grafana && npm ci --ignore-scripts --no-audit --no-fund
	$(GO) test ./deploy/grafana -tags grafana -run GrafanasTypes -count=1

.PHONY: alerting
alerting: ## the whole way of an alert: moto, the program, Prometheus, Alertmanager, a webhook, each killed once (three minutes)
	$(GO) test ./cmd/controlwatch -tags alerting -run '^TestAlerting$$' -count=1 -timeout 15m -v

.PHONY: chart
chart: ## render the Helm chart and judge it (needs helm and kubeconform: docs/testing.md)
	$(GO) test ./deploy/helm -tags chart -count=1

.PHONY: generate-chart
generate-chart: ## write the chart's copies of rules and dashboards again, and deploy/kustomize
	CONTROLWATCH_UPDATE=1 $(GO) test ./deploy/helm -tags chart -run 'OfThisRepository' -count=1
	CONTROLWATCH_UPDATE=1 $(GO) test ./deploy/helm -tags chart -run 'Kustomize' -count=1

.PHONY: kubernetes
kubernetes: ## install, upgrade and refuse the chart at a real API server (needs etcd-server and kubectl; builds the rest)
	@.ci/kubernetes
	PATH="$$($(GO) env GOPATH)/bin:$$PATH" $(GO) test ./deploy/helm -tags kubernetes -run '^TestAtAnAPIServer$$' -count=1

.PHONY: image
image: ## assemble the container image, and run its root as a kubelet would (root; no container engine)
	cd tools/release && $(GO) test ./... -tags image -count=1

.PHONY: release
release: ## binaries, image, bills of materials and checksums of VERSION into dist/
	@.ci/release '$(VERSION)'

.PHONY: test
test: peers lists ## run every test against every peer found, with the race detector where goroutines meet
	$(GO) test -timeout 20m -parallel 4 $(MIXED) $(PLAIN)
	$(GO) test -timeout 20m -vet=off $(RACE) $(RACED:%=./%)
	$(GO) test -timeout 20m -vet=off $(RACE) -run '^($(MEETING))$$' $(MIXED)
	cd tools/release && $(GO) test ./...

.PHONY: race
race: ## run every test with the race detector (half an hour)
	$(GO) test -timeout 60m $(RACE) ./...

.PHONY: lists
lists: ## what is tested without the race detector is as the Makefile says
	@.ci/lists '$(PLAIN)' '$(MIXED)' '$(MEETING)'

.PHONY: lint
lint: ## vet and lint, with the import rules
	$(GO) vet ./...
	$(LINT) run
	cd tools/release && $(GO) tool -modfile=../go.mod golangci-lint run ./...

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
	cd tools/release && $(GO) mod tidy -diff

.PHONY: check
check: test lint current ## all that CI checks

.PHONY: bench
bench: ## run the benchmarks whose figures stand in docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./evaluators/... ./store/... ./collectors/... ./report/... ./cmd/...

.PHONY: bench-year
bench-year: ## write a year of hourly assessments of 10,000 resources, verify it, read it back (hours; YEAR=folder keeps it, and goes on with it)
	$(GO) test ./cmd/controlwatch -run '^$$' -bench Year -benchtime 1x -timeout 24h $(if $(YEAR),-year.store $(YEAR))

.PHONY: tools
tools: ## build the pinned developer tools
	$(LINT) version
