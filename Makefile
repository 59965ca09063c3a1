# The versions of the tools that go.mod does not pin.
GOLANGCI   = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
SPECTRAL   = @stoplight/spectral-cli@6.16.3

# The packages whose exported API is meant to last; doc.go of each says what it is for.
STABLE = . validate client client/clienttest signature sessions fleet server

MODULES = . bench compat internal/faults

# Two checkouts must not share a cache: golangci-lint would name the other's files.
export GOLANGCI_LINT_CACHE = $(CURDIR)/bin/lint-cache

GENERATOR   = go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config oapi-codegen.yaml
FUZZTIME   ?= 10m
EXECUTIONS ?= 1000000
FAULTS_ADDRS ?= 1000000

.PHONY: run build test race compat generate lint api bench bench-check importing tenthousand compare fuzz faults servers
.DEFAULT_GOAL := run

# the demo: a node, its sessions, the API, a kill
run: build
	@./bin/dcs-sessions demo

build:
	@go build -buildvcs=auto -o bin/dcs-sessions ./cmd/dcs-sessions

# all tests, on real servers
test: servers
	go test ./... $(TESTFLAGS)
	cd bench && go test ./... $(TESTFLAGS)

race: servers
	go test -race ./... $(TESTFLAGS)

# the official Go SDK against the built command, whose changes the test cache does not see
compat: servers
	cd compat && go test -count=1 ./...

generate:
	$(GENERATOR) -generate models -package gen -o gen/models.go openapi.yaml
	$(GENERATOR) -generate client -package typedclient -o gen/typedclient/client.go openapi.yaml
	$(GENERATOR) -generate std-http,strict-server -package strictserver -o gen/strictserver/server.go openapi.yaml

# the contract, the format, the code of all modules and the workflow
lint:
	npx --yes $(SPECTRAL) lint --fail-severity=hint openapi.yaml
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt"; exit 1; }
	@for module in $(MODULES); do \
	  echo "golangci-lint run ./... in $$module"; \
	  (cd $$module && go run $(GOLANGCI) run ./...) || exit 1; done
	go run $(ACTIONLINT)

# how the exported API differs from the last commit's, or from BASE's
api:
	@.ci/api $(STABLE)

# ratios against peers, into bench/README.md
bench: servers
	cd bench && go run ./ratios -write README.md

# the same ratios in short beside those of bench/README.md; fails if one of ours has doubled,
# or needs more allocations, in three runs of three
bench-check: servers
	cd bench && go run ./ratios -check README.md -rounds 4 -benchtime 50ms

# what an import costs, into bench/README.md; it builds for minutes
importing:
	cd bench && go run ./importing -write README.md

# 10,000 sessions over the API and by hand, into bench/README.md; it needs ulimit -n 10200
tenthousand: servers
	cd bench && go test -run TenThousand -timeout 1h -tenthousand README.md

# verdicts beside another validating proxy's, into bench/COMPARE.md
compare:
	cd bench && go run ./compare -write COMPARE.md

# EXECUTIONS documents of schemas that are made up, then each target for FUZZTIME; what
# a target finds is kept in its package's testdata/fuzz
fuzz:
	go test ./validate/internal/fastpath -run WhatIsOK -timeout 0 -v -args -executions $(EXECUTIONS) -seed 0
	go test ./validate/internal/reference -run FindAgrees -timeout 0 -v -args -executions $(EXECUTIONS) -seed 0
	FUZZTIME=$(FUZZTIME) .ci/fuzz

# kills while nodes, links and the server fail, until FAULTS_ADDRS are checked, into
# docs/faults.md; FAULTS_SEED repeats what failed when
faults: servers
	mkdir -p docs
	cd internal/faults && go run ./run -addrs $(FAULTS_ADDRS) $(if $(FAULTS_SEED),-seed $(FAULTS_SEED)) -write ../../docs/faults.md

# a Redis or Valkey server for the tests, installed where there is none
servers:
	@.ci/servers
