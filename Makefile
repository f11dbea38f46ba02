# make help lists the targets. Every target installs what it needs: tools/require.

PREFIX ?= /usr/local
DESTDIR ?=
CONFDIR = $(DESTDIR)/etc/setkeyd
SBINDIR = $(DESTDIR)$(PREFIX)/sbin
APPARMORDIR = $(DESTDIR)/etc/apparmor.d
LIBDIR = $(DESTDIR)$(PREFIX)/lib
SHAREDIR = $(DESTDIR)$(PREFIX)/share
DOCDIR = $(SHAREDIR)/doc/setkeyd
RELEASE = .build/release

.NOTPARALLEL:
.PHONY: help build demo test unit-test loop-test count-test vm-test lint papers schema bench deb clean
.PHONY: install install-files install-configuration install-units install-users install-profile uninstall

help:
	@echo 'make build     the release binaries, $(RELEASE)/setkeyd and $(RELEASE)/setkey'
	@echo 'make demo      a tour on a simulated kernel; changes nothing on this machine'
	@echo 'make test      lint, unit tests, the loop's longest turns, instruction counts, tests on real kernels (6.1 and 6.12) in a VM'
	@echo 'make lint      the format of the sources and of the man pages'
	@echo 'make papers    check man pages, completions, examples and citations against the programs'
	@echo 'make schema    write docs/setkeyd.schema.json anew, after a change of the control interface'
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

test: lint unit-test papers loop-test count-test vm-test

lint:
	@tools/require build lint
	swift format lint --strict -r Package.swift Sources Tests
	mandoc -T lint -W warning docs/man/*.[58]

papers: build
	@tools/check-papers $(RELEASE)

schema:
	@tools/require build
	swift run write-schema > docs/setkeyd.schema.json

unit-test:
	@tools/require test
	swift test </dev/null

# No turn of the daemon's loop may take 50 ms of the processor, whatever is done with so many entries.
loop-test: build
	$(RELEASE)/core-bench loop 50 100000

# An SA and a policy cost no more instructions than Tests/bench/thresholds says, and 10 %.
count-test: build
	@tools/require build count
	tools/instructions

vm-test: deb
	@tools/require test vm
	Tests/VM/run-tests
	Tests/VM/run-tests -i xfrm language events doctor declarative daemon overrun traffic service

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
	    docs/setkeyd.schema.json $(DOCDIR)/
	install -m 644 etc/setkey.conf.sample docs/examples/* $(DOCDIR)/examples/
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
	    setkeyd@.service setkeyd@.socket setkeyd-root@.socket; do \
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

clean:
	rm -rf .build
