# SPDX-License-Identifier: Apache-2.0

comma := ,
space := $(subst ,, )
# The image that `make run` tests.
IMAGE ?= debian-6.12-simultaneous
# The scenarios that `make run` runs, a dozen for a first verdict; empty for all.
SCENARIOS ?= L01 L06 U05 U06 U07 R01 R04 G01 G02 S01 P01 P02 P03 P14
# The images of `make test`, and of `make test-all`: the shipped ones, variants in the end.
TEST_IMAGES ?= debian-6.12-simultaneous,debian-6.12
ALL_IMAGES = $(subst $(space),$(comma),$(strip debian-6.12-simultaneous debian-6.12 debian-6.1 $(VARIANTS)))
# Each is a kernel of its own, built in 10 minutes or more the first time.
VARIANTS = $(sort $(patsubst images/%.yaml,%,$(wildcard images/simultaneous-*.yaml)))
# Where `make install` puts things; DESTDIR goes before it.
PREFIX ?= /usr/local

SWIFT := $(shell scripts/find-swift.sh)
KCOVLAB = .build/release/kcovlab
AGENT = .build/release/kcov-agent
# One line for each scenario a test ran, appended by the tests.
RESULTS = .build/scenario-results.tsv
SHELL_FILES = scripts/*.sh .ci/run

.PHONY: run test test-all build dependencies dependencies-test dependencies-all check format docs install clean

run: build
	$(KCOVLAB) run $(SCENARIOS) --image $(IMAGE)

build: dependencies
	$(SWIFT) build -c release --static-swift-stdlib --product kcov-agent
	$(SWIFT) build -c release --static-swift-stdlib --product kcovlab

dependencies:
	scripts/install-dependencies.sh

# Submissions are held against their schema by a library from PyPI.
dependencies-test:
	scripts/install-dependencies.sh python3-venv

test: dependencies-test build
	scripts/run-tests.sh "$(SWIFT)" $(KCOVLAB) $(RESULTS) $(TEST_IMAGES)

# One variant is compiled by clang; pages are looked at in a browser.
dependencies-all:
	scripts/install-dependencies.sh python3-venv clang-14 lld-14 llvm-14 chromium-headless-shell fonts-dejavu-core

test-all: dependencies-all build
	KCOVLAB_TEST_ALL=1 scripts/run-tests.sh "$(SWIFT)" $(KCOVLAB) $(RESULTS) $(ALL_IMAGES)
	scripts/check-outside-package.sh package $(IMAGE) "$(SWIFT)"
	scripts/remote-libvirtd.sh with $(KCOVLAB) run $(SCENARIOS) --image $(IMAGE)

check:
	$(SWIFT) format lint --strict --recursive --parallel --configuration .swift-format Package.swift Sources Tests
	shellcheck $(SHELL_FILES)
	scripts/check-imports.sh
	scripts/check-licenses.sh
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	$(SWIFT) test --skip-build --skip MachineTests

format:
	$(SWIFT) format --in-place --recursive --parallel --configuration .swift-format Package.swift Sources Tests

docs:
	scripts/build-docs.sh "$(SWIFT)"

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/kcovlab/libexec
	install -m 755 $(KCOVLAB) $(DESTDIR)$(PREFIX)/bin/kcovlab
	install -m 755 $(AGENT) $(DESTDIR)$(PREFIX)/share/kcovlab/libexec/kcov-agent
	ln -sfn ../../../bin/kcovlab $(DESTDIR)$(PREFIX)/share/kcovlab/libexec/kcovlab
	cp -R images kconfigs Scenarios LICENSES $(DESTDIR)$(PREFIX)/share/kcovlab/

clean:
	rm -rf .build
