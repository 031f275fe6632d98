# What there is to do with a checkout. Everything is built optimised: numbers are what this is about.

PREFIX ?= /usr/local
BINARY := .build/release/espalier
# Tests need internals to be visible, which is another build: a folder of its own keeps `make search`
# after `make test` from building everything again.
TEST_FLAGS := -c release --scratch-path .build/tests
PEERS := Benchmarks/.build/peers

.DEFAULT_GOAL := build
.PHONY: setup build search test benchmark check format install train-glyphs

setup:
	@Scripts/install-dependencies.sh

## Builds the command line tool.
build: setup
	swift build -c release --product espalier

## Compresses the network that comes along on data that are drawn, not downloaded; writes runs/….
search: build
	$(BINARY) search glyphs-amc

## Runs the tests; the slow ones only with ESPALIER_SLOW=1 in the environment.
test: setup
	swift test $(TEST_FLAGS)

## Times the engine and its peers in turns and writes Benchmarks/RESULTS.md; models from ESPALIER_MODELS.
benchmark: setup
	swift build -c release --package-path Benchmarks --product EngineBenchmark
	test -x $(PEERS)/bin/python || python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --requirement Benchmarks/peers/engine/requirements.txt
	$(PEERS)/bin/python Benchmarks/peers/engine/compare.py \
	  --engine Benchmarks/.build/release/EngineBenchmark \
	  --thresholds Benchmarks/thresholds.json --markdown Benchmarks/RESULTS.md

## Checks layout, layers, policies, devices and environments.
check:
	Scripts/check-format.sh
	python3 Scripts/check-layers.py
	python3 Scripts/check-policies.py
	python3 Scripts/check-devices.py
	python3 Scripts/check-environments.py

## Lays out every Swift file as the committed .swift-format says.
format:
	find Sources Tests Environments Package.swift -name '*.swift' ! -name '*.pb.swift' -print0 \
	  | xargs -0 swift format --in-place --parallel

## Installs the tool with its environments, devices, policies and schema below PREFIX.
install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/espalier
	install -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/espalier
	cp -R Environments Devices Policies $(DESTDIR)$(PREFIX)/share/espalier/

## Trains the network of Environments/glyphs-amc again.
train-glyphs: build
	$(BINARY) train resnet8 --data glyphs: --preprocessing signed-unit --augmentation crop-flip \
	  --epochs 12 --seed 1 --output Environments/glyphs-amc/glyphs-resnet8.onnx
