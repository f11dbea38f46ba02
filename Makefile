# make help: what can be made. Every target installs what it needs: tools/require.

PREFIX ?= /usr/local
DESTDIR ?=
SBINDIR = $(DESTDIR)$(PREFIX)/sbin
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/setkeyd
RELEASE = .build/release

.NOTPARALLEL:
.PHONY: help build demo test unit-test vm-test lint bench install clean

help:
	@echo 'make build     the release binaries, $(RELEASE)/setkeyd and $(RELEASE)/setkey'
	@echo 'make demo      a tour on a simulated kernel; touches nothing of this machine'
	@echo 'make test      lint, unit tests, tests on real kernels (6.1 and 6.12) in a VM'
	@echo 'make lint      the format of the sources'
	@echo 'make bench     the table of figures, measured in the VM'
	@echo 'make install   PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'make clean     remove what was built'

build:
	@tools/require build
	swift build -c release --static-swift-stdlib

demo: build
	@tools/demo

test: lint unit-test vm-test

lint:
	@tools/require build
	swift format lint --strict -r Package.swift Sources Tests

unit-test:
	@tools/require test
	swift test </dev/null

vm-test: build
	@tools/require test vm
	Tests/VM/run-tests

bench: build
	@tools/require build vm
	Tests/VM/bench/run-bench

install:
	@test -x $(RELEASE)/setkeyd -a -x $(RELEASE)/setkey || $(MAKE) build
	install -d $(SBINDIR) $(DOCDIR)
	install -m 755 $(RELEASE)/setkeyd $(RELEASE)/setkey $(SBINDIR)/
	install -m 644 README.md LICENSE etc/setkey.conf.sample $(DOCDIR)/

clean:
	rm -rf .build
