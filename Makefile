# make help lists the targets. Every target installs what it needs: tools/require.

PREFIX ?= /usr/local
DESTDIR ?=
CONFDIR = $(DESTDIR)/etc/setkeyd
SBINDIR = $(DESTDIR)$(PREFIX)/sbin
APPARMORDIR = $(DESTDIR)/etc/apparmor.d
LIBDIR = $(DESTDIR)$(PREFIX)/lib
SHAREDIR = $(DESTDIR)$(PREFIX)/share
DOCDIR = $(SHAREDIR)/doc/setkeyd
COLLECTION = $(SHAREDIR)/ansible/collections/ansible_collections/setkeyd/setkeyd
RELEASE = .build/release

# One after another, but for those that make test has run side by side.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
.PHONY: help build demo test unit-test metrics-test ansible-test loop-test count-test vm-test vm-test-all fleet-test lint papers schema completions bench deb clean
.PHONY: install install-files install-configuration install-units install-users install-profile uninstall

help:
	@echo 'make build     the release binaries, $(RELEASE)/setkeyd and $(RELEASE)/setkey'
	@echo 'make demo      a tour on a simulated kernel; changes nothing on this machine'
	@echo 'make test      lint, unit tests, the longest turns of the loop, instruction counts, tests on real kernels (6.1 and 6.12) in a VM'
	@echo 'make fleet-test  the Ansible role by ssh, with three hosts on a real kernel, whose keys roll under traffic'
	@echo 'make vm-test-all  that, and every suite on both kernels through both interfaces (an hour and more)'
	@echo 'make lint      the format of the sources and of the man pages'
	@echo 'make ansible-test  the Ansible collection, with ansible-lint and three daemons on simulated kernels'
	@echo 'make papers    check man pages, completions, examples and citations against the programs'
	@echo 'make schema    write docs/setkeyd.schema.json and docs/metrics.md anew, after a change of what they are made of'
	@echo 'make completions  write docs/completions/*setkey* anew, after a change of the options'
	@echo 'make bench     performance figures: in the VM, and of what members can cost root here'
	@echo 'make deb       the Debian package, in .build/deb'
	@echo 'make install   PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'make uninstall  removes what make install has installed, with the same PREFIX; /etc/setkeyd stays'
	@echo 'make clean     remove what was built'

build:
	@tools/require build
	swift build -c release --static-swift-stdlib

demo: build
	@tools/demo

test:
	@tools/require build lint test count deb vm
	@$(MAKE) --no-print-directory lint unit-test build
	@$(MAKE) --no-print-directory SIDE_BY_SIDE=yes -j2 --output-sync ansible-test count-test loop-test papers metrics-test
	@$(MAKE) --no-print-directory vm-test

lint:
	@tools/require build lint
	swift format lint --strict -r Package.swift Sources Tests
	mandoc -T lint -W warning docs/man/*.[58]

papers: build
	@tools/check-papers $(RELEASE)

# What Prometheus says of the figures, of the alerts and of the board.
metrics-test: build
	@tools/require test
	@tools/check-metrics $(RELEASE)

# The Ansible collection, with the real ansible-core and three daemons on simulated kernels.
ansible-test: build
	@tools/require test
	@tools/check-ansible $(RELEASE)

schema:
	@tools/require build
	swift run write-schema > docs/setkeyd.schema.json
	swift run write-schema metrics > docs/metrics.md

# The completions of setkey, from its table of options; a test compares them.
completions:
	tools/require build
	for script in setkey.bash _setkey setkey.fish; do \
		swift run write-completions $$script > docs/completions/$$script || exit 1; done

# The tests of the programs wait for processes, on the threads that the others' tests want to go on.
unit-test:
	@tools/require test
	swift test --skip EndToEndTests </dev/null
	swift test --filter EndToEndTests </dev/null

# No turn of the daemon's loop may take 50 ms of the processor, whatever is done with so many entries.
loop-test: build
	$(RELEASE)/core-bench loop 50 100000

# An SA and a policy cost no more instructions than Tests/bench/thresholds says, and 10 %.
count-test: build
	@tools/require build count
	tools/instructions

# On both kernels and through both interfaces, as far as that makes a difference: run-tests has the table.
vm-test: deb
	@tools/require test vm
	Tests/VM/run-tests

vm-test-all: deb fleet-test
	@tools/require test vm
	Tests/VM/run-tests -a
	Tests/VM/run-tests -a -i xfrm

# The Ansible role by ssh, with three hosts on a real kernel.
fleet-test: deb
	@tools/require fleet
	Tests/VM/fleet/run-fleet

bench: build
	@tools/require build vm
	Tests/VM/bench/run-bench

deb: build
	@tools/require build deb
	@tools/make-deb

install: install-files install-configuration install-units install-users install-profile

install-files:
	@test -x $(RELEASE)/setkeyd -a -x $(RELEASE)/setkey || $(MAKE) build
	install -d $(SBINDIR) $(DOCDIR)/examples $(SHAREDIR)/man/man5 $(SHAREDIR)/man/man8
	install -m 755 $(RELEASE)/setkeyd $(RELEASE)/setkey $(SBINDIR)/
	install -m 644 README.md CHANGELOG.md SECURITY.md LICENSE docs/administration.md \
	    docs/setkeyd.schema.json docs/metrics.md $(DOCDIR)/
	install -m 644 etc/*.sample docs/examples/* docs/grafana/* docs/prometheus/* $(DOCDIR)/examples/
	install -m 644 docs/man/*.5 $(SHAREDIR)/man/man5/
	install -m 644 docs/man/*.8 $(SHAREDIR)/man/man8/
	install -d $(SHAREDIR)/bash-completion/completions $(SHAREDIR)/zsh/site-functions
	install -d $(SHAREDIR)/fish/vendor_completions.d
	install -m 644 docs/completions/setkey.bash $(SHAREDIR)/bash-completion/completions/setkey
	install -m 644 docs/completions/setkeyd.bash $(SHAREDIR)/bash-completion/completions/setkeyd
	install -m 644 docs/completions/_setkey docs/completions/_setkeyd $(SHAREDIR)/zsh/site-functions/
	install -m 644 docs/completions/*.fish $(SHAREDIR)/fish/vendor_completions.d/
	install -d $(LIBDIR)/sysusers.d $(LIBDIR)/systemd/catalog
	install -m 644 systemd/setkeyd.catalog $(LIBDIR)/systemd/catalog/setkeyd.catalog
	install -m 644 systemd/setkeyd.sysusers $(LIBDIR)/sysusers.d/setkeyd.conf
	find ansible -type f ! -path 'ansible/tests/*' ! -name '*.pyc' -exec sh -c \
	    'for file; do install -D -m 644 "$$file" "$(COLLECTION)/$${file#ansible/}" || exit 1; done' sh {} +

	install -d $(APPARMORDIR)
	sed 's|/usr/sbin/|$(PREFIX)/sbin/|g' apparmor/setkeyd > $(APPARMORDIR)/setkeyd
	chmod 644 $(APPARMORDIR)/setkeyd

# As the package does. A configuration that is there is the administrator's, and stays as it is.
install-configuration:
	@test -d $(CONFDIR) || install -d -m 750 $(CONFDIR)
	@test -d $(CONFDIR)/conf.d || install -d -m 750 $(CONFDIR)/conf.d
	@test -e $(CONFDIR)/setkey.conf || { \
	    sed 's|/usr/share/|$(PREFIX)/share/|' etc/setkey.conf > $(CONFDIR)/setkey.conf && \
	    chmod 640 $(CONFDIR)/setkey.conf && echo 'installed $(CONFDIR)/setkey.conf'; }

# The units name the programs where they are installed.
install-units:
	install -d $(LIBDIR)/systemd/system
	for unit in setkeyd.service setkeyd.socket setkeyd-root.socket \
	    setkeyd@.service setkeyd@.socket setkeyd-root@.socket setkeyd-metrics.socket setkeyd-metrics@.service; do \
	    sed 's|/usr/sbin/|$(PREFIX)/sbin/|g' systemd/$$unit > $(LIBDIR)/systemd/system/$$unit || exit 1; \
	    chmod 644 $(LIBDIR)/systemd/system/$$unit; \
	done

# The daemon's user, and what it must be able to read. What is under DESTDIR is for another root.
install-users:
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ] && command -v systemd-sysusers > /dev/null; then \
	    systemd-sysusers setkeyd.conf && \
	    for path in $(CONFDIR) $(CONFDIR)/conf.d $(CONFDIR)/setkey.conf; do \
	        [ "$$(stat -c %U:%G $$path)" != root:root ] || chgrp _setkeyd $$path || exit 1; \
	    done; \
	else \
	    echo 'Next, as root: systemd-sysusers setkeyd.conf; chgrp -R _setkeyd /etc/setkeyd'; \
	fi

# The units apply the profile where AppArmor has it.
install-profile:
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ] && [ -d /sys/kernel/security/apparmor ] && \
	    command -v apparmor_parser > /dev/null; then \
	    apparmor_parser -r -W -T $(APPARMORDIR)/setkeyd || \
	    echo 'the AppArmor profile cannot be loaded: setkeyd will run without it'; \
	fi

# Removes what `make install` has installed, found by installing it elsewhere; the configuration stays.
uninstall:
	@stage=$$(mktemp -d) && trap 'rm -r "$$stage"' EXIT && mkdir "$$stage/programs" && \
	touch "$$stage/programs/setkeyd" "$$stage/programs/setkey" && chmod 755 "$$stage"/programs/* && \
	$(MAKE) -s install-files install-units DESTDIR="$$stage/root" RELEASE="$$stage/programs" && \
	if [ -z '$(DESTDIR)' ] && [ -d /sys/kernel/security/apparmor ] && command -v apparmor_parser > /dev/null; then \
	    apparmor_parser -R $(APPARMORDIR)/setkeyd 2> /dev/null || true; \
	fi && \
	(cd "$$stage/root" && find . -type f) | while read -r file; do rm -f "$(DESTDIR)/$$file" || exit 1; done
	-@rmdir $(DOCDIR)/examples $(DOCDIR) 2> /dev/null
	-@find $(COLLECTION) -depth -type d -exec rmdir {} + 2> /dev/null

clean:
	rm -rf .build
