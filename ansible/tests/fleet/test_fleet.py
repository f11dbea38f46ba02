# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""The role with the real ansible-core, without root: a mesh of three hosts on this machine.

SETKEYD_PROGRAMS is the directory of setkey and setkeyd. The tests are one story, in the order of their names.
"""

from __future__ import annotations

import copy
import os
import pathlib
import secrets as random
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

from fleet import Fleet, wait_until

CORE = dict(name="core", number=1)
OTHERS = [dict(name="site", number=2, kind="tunnel"), dict(name="lan", number=3, kind="ospfv3")]
SECRETS = {name: {"1": random.token_hex(32), "2": random.token_hex(32)} for name in ("core", "site", "lan")}
# Of each host: two to and from each other one, by core and by site; and of lan one to each group and each router.
ASSOCIATIONS = 4 + 4 + 5
POLICIES = 4 + 6 + 6


class FleetTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        os.umask(0o077)
        cls.fleet = Fleet(cls.temporary.name, pathlib.Path(os.environ["SETKEYD_PROGRAMS"]).resolve())

    @classmethod
    def tearDownClass(cls):
        cls.fleet.stop()
        cls.temporary.cleanup()

    def play(self, link=None, *options, succeeds=True, secrets=None):
        result, output, recap = self.fleet.play([link or CORE] + OTHERS, secrets or SECRETS, *options)
        self.assertEqual(result == 0, succeeds, "exit status %d\n%s" % (result, output))
        for generations in SECRETS.values():
            for secret in generations.values():
                self.assertNotIn(secret, output)
        for host in self.fleet.hosts.values():
            for key in filter(pathlib.Path.is_file, host.keys.iterdir()):
                self.assertNotIn(key.read_text().strip(), output)
        return output, recap

    def everywhere(self, member):
        return [host.status().get(member) for host in self.fleet.hosts.values()]

    def assertUnchanged(self, recap, hosts="abc"):
        self.assertEqual({host: recap[host]["changed"] for host in hosts}, {host: 0 for host in hosts})

    def test_1_check_mode_changes_nothing_and_shows_the_file(self):
        output, recap = self.play(None, "--check", "--diff")
        self.assertIn("+add 192.0.2.1 192.0.2.2 esp 0x01001001 -m transport -u 1 -E aes-cbc @core.1.1-2.e", output)
        self.assertGreater(recap["a"]["changed"], 0)
        self.assertEqual(self.everywhere("declaredAssociations"), [0, 0, 0])
        for host in self.fleet.hosts.values():
            self.assertEqual(list((host.directory / "conf.d").iterdir()) + list(host.keys.iterdir()), [])

    def test_2_a_mesh_is_made_and_no_key_is_shown(self):
        output, recap = self.play(None, "--diff", "-vvvvv")
        self.assertIn("+ spdadd 192.0.2.1 192.0.2.2 any -P out", output)
        self.assertEqual(self.everywhere("associations"), [ASSOCIATIONS] * 3)
        self.assertEqual(self.everywhere("policies"), [POLICIES] * 3)
        self.assertEqual(self.everywhere("settled"), [True] * 3)
        self.assertEqual(self.everywhere("confirmSeconds"), [None] * 3)
        # Each SA is at two hosts, those of lan are at all, with the same keys; and no two of core and site have the same ones.
        prints = {}
        for host in self.fleet.hosts.values():
            for each in host.ask("--fingerprint", "--salt", "test")["associations"]:
                both = each.get("encryptionFingerprint"), each["integrityFingerprint"]
                prints.setdefault((each["destination"], each["spi"]), []).append(both)
        self.assertEqual(sorted(map(len, prints.values())), [2] * 12 + [3] * 5)
        self.assertEqual([len(set(found)) for found in prints.values()], [1] * 17)
        self.assertEqual(len({found[0] for found in prints.values()}), 12 + 1)
        for host in self.fleet.hosts.values():
            self.assertEqual(host.run("--plan").returncode, 0)
            self.assertNotIn("warning", (host.directory / "log").read_text())
            self.assertEqual({key.stat().st_mode & 0o777 for key in host.keys.iterdir()}, {0o600})

    def test_3_the_second_run_changes_nothing(self):
        self.assertUnchanged(self.play()[1])

    def test_4_check_mode_shows_what_a_reload_would_change(self):
        file = self.fleet.hosts["b"].directory / "conf.d" / "own.conf"
        file.write_text("spdadd 198.51.100.1 192.0.2.2 any -P in discard;\n")
        output, recap = self.play(None, "--check", "--diff")
        self.assertIn("+ spdadd 198.51.100.1 192.0.2.2 any -P in discard ;", output)
        self.assertUnchanged(recap, "ac")
        self.assertEqual(recap["b"]["changed"], 1)
        self.assertEqual(self.everywhere("policies"), [POLICIES] * 3)
        file.unlink()

    def test_5_a_host_that_missed_the_distribution_is_named_last(self):
        gone = self.fleet.hosts["c"].directory / "gone"
        gone.touch()
        changed = dict(CORE, upper="tcp")
        output, recap = self.play(changed, succeeds=False)
        gone.unlink()
        self.assertIn("These hosts have not got the file: c.", output)
        self.assertEqual([host["unreachable"] for host in recap.values()], [0, 0, 1])
        for name, upper in (("a", "6"), ("b", "6"), ("c", "any")):
            found = self.fleet.hosts[name].run("-DP").stdout
            self.assertEqual(found.count(" tcp\n") > 0, upper == "6", found)
        self.assertEqual(self.everywhere("confirmSeconds"), [None] * 3)
        # And it is no longer, once the play has been run for it.
        self.play(changed)

    def test_6_nobody_confirms_when_one_host_is_lost(self):
        script = '"$SETKEY" "$@"; status=$?; case "$*" in *--reload*) : > "$HOST/gone" ;; esac; exit $status'
        lost = self.nobody_confirms(6, script, r"Nothing is confirmed, .* afterwards: b\.")
        self.everyone_goes_back(lost)

    def test_6_nobody_confirms_when_time_runs_short(self):
        script = 'case "$*" in *--reload*) sleep 4 ;; esac; exec "$SETKEY" "$@"'
        self.nobody_confirms(8, script, r"Nothing is confirmed, .* since [0-9]+ s\s+have gone by")
        self.everyone_goes_back()

    def nobody_confirms(self, seconds, script, pattern):
        """A play in which a host runs this instead of setkey; returns that host."""
        host = self.fleet.hosts["b"]
        host.behaves(script)
        output, recap = self.play(None, "-e", "setkeyd_confirm=%d" % seconds, succeeds=False)
        host.behaves('exec "$SETKEY" "$@"')
        self.assertRegex(output, pattern)
        return host

    def everyone_goes_back(self, *lost):
        wait_until(lambda: self.everywhere("confirmSeconds") == [None] * 3, "all have gone back")
        for host in self.fleet.hosts.values():
            wait_until(
                lambda: "was not confirmed" in (host.directory / "log").read_text().splitlines()[-1], "it is said")
            wait_until(lambda: host.run("-DP").stdout.count(" tcp\n") == 4, "what was there before is there")
        for host in lost:
            (host.directory / "gone").unlink()

    def test_7_an_interrupted_play_leaves_what_the_confirmation_promises(self):
        for host in self.fleet.hosts.values():
            host.behaves(
                'case "$*" in *--confirm) : > "$HOST/asked"; while [ -e "$HOST/asked" ]; do sleep 0.1; done; exit 1 ;; esac; '
                'exec "$SETKEY" "$@"')
        play = subprocess.Popen(
            self.fleet.command([CORE] + OTHERS, SECRETS, "-e", "setkeyd_confirm=40"), env=self.fleet.environment,
            cwd=self.fleet.directory, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True,
        )
        wait_until(lambda: all((host.directory / "asked").exists() for host in self.fleet.hosts.values()), "the end is near")
        os.killpg(play.pid, 9)
        play.wait()
        for host in self.fleet.hosts.values():
            host.behaves('exec "$SETKEY" "$@"')
            # What the play has left behind ends.
            (host.directory / "asked").unlink()
        self.everyone_goes_back()
        # The next play applies the same file, and keeps it.
        self.play()
        self.assertEqual(self.everywhere("settled"), [True] * 3)
        self.assertEqual(self.fleet.hosts["a"].run("-DP").stdout.count(" tcp\n"), 0)

    def test_8_a_key_never_changes_under_its_name(self):
        others = copy.deepcopy(SECRETS)
        others["core"]["1"] = random.token_hex(32)
        output, recap = self.play(secrets=others, succeeds=False)
        self.assertIn("a key never changes: core.1.1-2.a, core.1.1-2.e", output)
        self.assertNotIn(others["core"]["1"], output)
        self.assertUnchanged(recap)

        # Another spelling of a key is no other key.
        for host in self.fleet.hosts.values():
            for key in host.keys.iterdir():
                key.write_text("0x" + key.read_text().upper())
        self.assertUnchanged(self.play()[1])
        strange = self.fleet.hosts["c"].keys / "old"
        strange.mkdir()
        self.assertIn("and these are none: old", self.play(succeeds=False)[0])
        strange.rmdir()

    def test_9_keys_that_are_there_before_they_begin_roll_by_themselves(self):
        begins = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=18)
        rolled = dict(CORE, skew=2, generations=[{"number": 1}, {"number": 2, "from": begins.isoformat()}])
        gone = self.fleet.hosts["c"].directory / "gone"
        gone.touch()
        output, recap = self.play(rolled, succeeds=False)
        gone.unlink()
        at = begins.strftime("%Y-%m-%dT%H:%M:%SZ")
        if datetime.now(timezone.utc) < begins:
            self.assertIn("not got the file: c. Run the play for them before it matters: generation 2 of core begins at %s." % at, output)
        self.play(rolled, "--limit", "c")
        for host in self.fleet.hosts.values():
            wait_until(lambda: {spi >> 12 for _, spi in host.associations() if spi >> 24 == 1} == {0x1002}, "it has the new SAs alone")
        self.assertEqual(self.everywhere("associations"), [ASSOCIATIONS] * 3)
        self.assertEqual(self.everywhere("settled"), [True] * 3)


if __name__ == "__main__":
    unittest.main(failfast=True)
