# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""Three hosts on this machine, each with a setkeyd on a kernel of its own inside the process; and plays with them."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).parent
HOSTS = {"a": "192.0.2.1", "b": "192.0.2.2", "c": "192.0.2.3"}
PATIENCE = 120


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (PATIENCE, what))
        time.sleep(0.05)


class Host:
    """One of the three; its directory has the daemon's file, its socket, its keys and what it logs."""

    def __init__(self, name, fleet, programs):
        self.name, self.programs = name, programs
        self.directory = fleet / name
        self.keys = self.directory / "keys"
        self.socket = self.directory / "control.sock"
        (self.directory / "conf.d").mkdir(parents=True)
        self.keys.mkdir(mode=0o700)
        (self.directory / "setkey.conf").write_text('include "conf.d/*.conf";\n')
        self.setkey = self.directory / "setkey"
        self.behaves('exec "$SETKEY" "$@"')
        self.start()

    def behaves(self, script):
        """Replaces the program that plays run on this host."""
        self.setkey.write_text("#!/bin/sh\nSETKEY=%s\nHOST=%s\n%s\n" % (self.programs / "setkey", self.directory, script))
        self.setkey.chmod(0o700)

    def start(self):
        self.log = open(self.directory / "log", "a")
        self.daemon = subprocess.Popen(
            [self.programs / "setkeyd", "--kernel", "simulated-xfrm", "--config", self.directory / "setkey.conf",
             "--socket", self.socket, "--state-directory", self.directory / "state"],
            stderr=self.log, env=dict(os.environ, CREDENTIALS_DIRECTORY=str(self.keys)),
        )
        wait_until(lambda: self.run("--status").returncode == 0, "%s has a daemon" % self.name)

    def stop(self):
        self.daemon.kill()
        self.daemon.wait()
        self.log.close()

    def run(self, *options):
        return subprocess.run(
            [self.programs / "setkey", "--socket", self.socket, *options], capture_output=True, text=True, check=False
        )

    def ask(self, *options):
        return json.loads(self.run("--json", *options).stdout)

    def status(self):
        return self.ask("--status")

    def associations(self):
        return {(each["destination"], each["spi"]): each for each in self.ask("-D")["associations"]}


class Fleet:
    def __init__(self, directory, programs):
        self.directory = pathlib.Path(directory)
        collections = self.directory / "ansible_collections" / "setkeyd"
        collections.mkdir(parents=True)
        (collections / "setkeyd").symlink_to(HERE.parent.parent)
        shutil.copytree(HERE / "connection_plugins", self.directory / "connection_plugins")
        shutil.copy(HERE / "play.yml", self.directory)
        self.hosts = {name: Host(name, self.directory, programs) for name in HOSTS}
        self.environment = dict(
            os.environ,
            ANSIBLE_COLLECTIONS_PATH=str(self.directory), ANSIBLE_CONNECTION_PLUGINS=str(self.directory / "connection_plugins"),
            ANSIBLE_HOME=str(self.directory / "home"), ANSIBLE_LOCALHOST_WARNING="0", ANSIBLE_NOCOLOR="1",
            ANSIBLE_RETRY_FILES_ENABLED="0", FLEET=str(self.directory), ANSIBLE_FORKS="3", ANSIBLE_PIPELINING="1",
        )
        self.environment.pop("ANSIBLE_CONFIG", None)

    def stop(self):
        for host in self.hosts.values():
            host.stop()

    def inventory(self, links, secrets):
        hosts = {}
        for identity, (name, address) in enumerate(HOSTS.items(), 1):
            ends = dict(
                core=dict(address=address), site=dict(address=address, networks=["10.%d.0.0/16" % identity]),
                lan=dict(address="fe80::%d" % identity, device="lo"),
            )
            hosts[name] = dict(
                setkeyd_id=identity, setkeyd_ends=ends,
                setkeyd_executable=str(self.hosts[name].setkey), setkeyd_socket=str(self.hosts[name].socket),
                setkeyd_file=str(self.hosts[name].directory / "conf.d" / "fleet.conf"),
                setkeyd_keys_directory=str(self.hosts[name].keys),
            )
        variables = dict(
            ansible_connection="mortal", ansible_python_interpreter="{{ ansible_playbook_python }}",
            setkeyd_links=links, setkeyd_secrets=secrets, setkeyd_service="", setkeyd_credential_prefix="",
            setkeyd_file_owner="", setkeyd_file_group="",
        )
        path = self.directory / "inventory.json"
        path.write_text(json.dumps(dict(fleet=dict(hosts=hosts, vars=variables))))
        return path

    def command(self, links, secrets, *options):
        return ["ansible-playbook", "-i", str(self.inventory(links, secrets)), *options, str(self.directory / "play.yml")]

    def play(self, links, secrets, *options):
        """The exit status, what was printed, and the numbers of the recap by host."""
        done = subprocess.run(
            self.command(links, secrets, *options), env=self.environment, cwd=self.directory, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )
        recap = {
            host: {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", numbers)}
            for host, numbers in re.findall(r"^(\w+) +: (ok=.*)$", done.stdout, re.MULTILINE)
        }
        return done.returncode, done.stdout, recap
