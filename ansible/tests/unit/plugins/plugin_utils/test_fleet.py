# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause

from __future__ import annotations

import unittest
from datetime import datetime, timezone

from ansible_collections.setkeyd.setkeyd.plugins.plugin_utils.fleet import Fleet, FleetError, Link, deadline, derived

HOSTS = {
    "gw1": dict(setkeyd_id=1, setkeyd_ends=dict(
        site=dict(address="192.0.2.1", networks=["10.1.0.0/16"]), lan=dict(address="fe80::1", device="eth1"))),
    "gw2": dict(setkeyd_id=2, setkeyd_ends=dict(
        site=dict(address="198.51.100.1", networks=["10.2.0.0/16", "10.3.0.0/16"]), lan=dict(address="fe80::2", device="ens5"))),
    "gw3": dict(setkeyd_id=3, setkeyd_ends=dict(site=dict(address="203.0.113.1", networks=["10.4.0.0/16"]))),
    "other": dict(),
}
TWO = [{"number": 1}, {"number": 2, "from": "2026-12-01T00:00:00Z"}]
SITE = dict(name="site", number=1, kind="tunnel")
LAN = dict(name="lan", number=2, kind="ospfv3")
SECRETS = dict(site={1: "11" * 32, 2: "22" * 32}, lan={"1": "33" * 32, "2": "0x" + "44" * 32})


def fleet(*links, host="gw1", hosts=None):
    return Fleet(links, host, hosts or HOSTS)


class LinkTests(unittest.TestCase):
    def test_both_ends_declare_the_same_associations(self):
        found = {}
        for host in ("gw1", "gw2", "gw3"):
            for each in fleet(SITE, host=host).associations():
                found.setdefault((each["source"], each["destination"], each["spi"]), []).append(each)
        self.assertEqual(len(found), 6)
        for one, other in found.values():
            self.assertEqual(one, other)

    def test_both_ends_have_the_same_keys_and_no_key_is_there_twice(self):
        found = {}
        for host in ("gw1", "gw2", "gw3"):
            for name, key in fleet(SITE, host=host).keys(SECRETS).items():
                found.setdefault(name, []).append(key)
        self.assertEqual(len(found), 12)
        for name, (one, other) in found.items():
            self.assertEqual(one, other)
            self.assertEqual(len(one), 64 if name.endswith(".e") else 128)
        self.assertEqual(len({keys[0][:64] for keys in found.values()}), 12)

    def test_each_credential_of_an_association_is_among_the_keys(self):
        for link in (SITE, LAN):
            mine = fleet(dict(link, generations=TWO))
            named = {each[member] for each in mine.associations() for member in ("encryption_credential", "integrity_credential")
                     if each["encryption"] or member == "integrity_credential"}
            self.assertEqual(named, set(mine.keys(SECRETS)))

    def test_policies_of_gateways_lead_from_each_network_to_each(self):
        policies = [each for each in fleet(SITE).policies() if "198.51.100.1" in each["transform"]]
        self.assertEqual(
            [(each["direction"], each["source"], each["destination"], each["transform"]) for each in policies][:3],
            [("out", "10.1.0.0/16", "10.2.0.0/16", "esp/tunnel/192.0.2.1-198.51.100.1/unique:1"),
             ("in", "10.2.0.0/16", "10.1.0.0/16", "esp/tunnel/198.51.100.1-192.0.2.1/unique:1"),
             ("fwd", "10.2.0.0/16", "10.1.0.0/16", "esp/tunnel/198.51.100.1-192.0.2.1/unique:1")])
        self.assertEqual(len(policies), 6)

    def test_who_is_no_end_declares_nothing(self):
        other = fleet(SITE, LAN, host="other")
        self.assertEqual((other.associations(), list(other.policies()), other.keys({})), ([], [], {}))


class TimeTests(unittest.TestCase):
    def test_keys_are_received_longer_than_they_are_sent(self):
        times = {(each["spi"], each["source"]): each["times"] for each in fleet(dict(SITE, generations=TWO)).associations()}
        self.assertEqual(times["0x01001001", "192.0.2.1"], "-until 2026-12-01T00:00:00Z")
        self.assertEqual(times["0x01001002", "198.51.100.1"], "-until 2026-12-01T00:05:00Z")
        self.assertEqual(times["0x01002001", "192.0.2.1"], "-from 2026-12-01T00:00:00Z")
        self.assertEqual(times["0x01002002", "198.51.100.1"], "-from 2026-11-30T23:55:00Z")

    def test_shared_associations_are_switched_by_policies(self):
        mine = fleet(dict(LAN, generations=TWO))
        self.assertEqual(
            [(each["destination"], each["spi"], each["replay"], each["times"]) for each in mine.associations()][3:5],
            [("fe80::2", "0x02001000", 0, "-until 2026-12-01T00:05:00Z"),
             ("ff02::5", "0x02002000", 0, "-from 2026-11-30T23:55:00Z")])
        to_group = [each for each in mine.policies() if each["destination"] == "ff02::5/128"]
        self.assertEqual(
            [(each["direction"], each["times"], each["transform"], each["device"]) for each in to_group],
            [("out", "-until 2026-12-01T00:00:00Z", "esp/transport//unique:8193", "eth1"),
             ("in", "-until 2026-11-30T23:55:00Z", "esp/transport//unique:8193", "eth1"),
             ("out", "-from 2026-12-01T00:00:00Z", "esp/transport//unique:8194", "eth1"),
             ("in", "-from 2026-12-01T00:05:00Z", "esp/transport//unique:8194", "eth1"),
             ("in", "-from 2026-11-30T23:55:00Z -until 2026-12-01T00:05:00Z", "esp/transport//require", "eth1")])

    def test_policies_never_end(self):
        last = dict(TWO[1], until="2027-12-01T00:00:00Z")
        for skew in (300, 0):
            policies = list(fleet(dict(LAN, skew=skew, generations=[TWO[0], last])).policies())
            self.assertFalse([each for each in policies if "2027" in each["times"]])
            self.assertFalse([each for each in policies if len(set(each["times"].split()[1::2])) == 1
                              and len(each["times"].split()) == 4])

    def test_a_time_of_yaml_is_utc(self):
        link = Link(dict(SITE, generations=[{"number": 1, "until": datetime(2026, 12, 1)}]))
        self.assertEqual(link.generations[0].ends, datetime(2026, 12, 1, tzinfo=timezone.utc))

    def test_the_deadline_is_the_next_beginning(self):
        links = [dict(SITE, generations=TWO)]
        self.assertEqual(deadline(links, datetime(2026, 11, 30, tzinfo=timezone.utc)),
                         "generation 2 of site begins at 2026-12-01T00:00:00Z")
        self.assertEqual(deadline(links, datetime(2026, 12, 1, tzinfo=timezone.utc)), "")


class RefusalTests(unittest.TestCase):
    def refused(self, pattern, *links, **values):
        with self.assertRaisesRegex(FleetError, pattern):
            mine = fleet(*links, **values)
            return mine.associations(), list(mine.policies()), mine.keys(SECRETS)

    def test_what_cannot_be_meant(self):
        self.refused("same number", SITE, dict(LAN, number=1))
        self.refused("same name", SITE, dict(LAN, name="site"))
        self.refused("kind must be one of", dict(SITE, kind="mesh"))
        self.refused("must be a number from 1 to 255", dict(SITE, number=256))
        self.refused("ah does not encrypt", dict(SITE, protocol="ah", encryption="aes-cbc"))
        self.refused("numbers must increase", dict(SITE, generations=[TWO[1], TWO[0]]))
        self.refused("must say from when", dict(SITE, generations=[{"number": 1}, {"number": 2}]))
        self.refused("until is for the last one", dict(SITE, generations=[dict(TWO[0], until="2026-11-01T00:00:00Z"), TWO[1]]))
        self.refused("longer than twice the skew",
                     dict(SITE, generations=TWO[:1] + [dict(TWO[1], until="2026-12-01T00:10:00Z")]))
        self.refused("is not a time", dict(SITE, generations=[{"number": 1, "until": "tomorrow"}]))

    def test_ends_that_are_incomplete(self):
        self.refused("same setkeyd_id", SITE, hosts=dict(HOSTS, gw2=dict(HOSTS["gw2"], setkeyd_id=1)))
        self.refused("gw3: setkeyd_id must be a number", SITE, hosts=dict(HOSTS, gw3=dict(setkeyd_ends=dict(site={}))))
        self.refused("gw3: setkeyd_ends.site.address",
                     SITE, hosts=dict(HOSTS, gw3=dict(setkeyd_id=3, setkeyd_ends=dict(site=dict(networks=["10.4.0.0/16"])))))
        self.refused("10.4.0.1/16 has host bits set", SITE, hosts=dict(
            HOSTS, gw3=dict(setkeyd_id=3, setkeyd_ends=dict(site=dict(address="203.0.113.1", networks=["10.4.0.1/16"])))))
        self.refused("networks must not be empty",
                     SITE, hosts=dict(HOSTS, gw3=dict(setkeyd_id=3, setkeyd_ends=dict(site=dict(address="203.0.113.1")))))
        self.refused("device must be named", LAN, hosts=dict(HOSTS, gw1=dict(
            setkeyd_id=1, setkeyd_ends=dict(lan=dict(address="fe80::1")))))

    def test_names_that_are_written_wrongly(self):
        self.assertEqual(len(fleet(SITE, LAN).check_ends().links), 2)
        with self.assertRaisesRegex(FleetError, "gw1: setkeyd_ends names lan, and there is no such link"):
            fleet(SITE).check_ends()
        with self.assertRaisesRegex(FleetError, "site: gw1 is its only end"):
            fleet(SITE, LAN, hosts=dict(gw1=HOSTS["gw1"], gw2=dict(setkeyd_id=2, setkeyd_ends=dict(
                Site={}, lan=HOSTS["gw2"]["setkeyd_ends"]["lan"])))).check_ends()

    def test_families_do_not_mix(self):
        def six(address, *networks):
            return dict(setkeyd_id=2, setkeyd_ends=dict(site=dict(address=address, networks=list(networks))))
        self.refused("are of two families", SITE, hosts=dict(gw1=HOSTS["gw1"], gw2=six("2001:db8::1", "10.2.0.0/16")))
        both = dict(HOSTS["gw1"], setkeyd_ends=dict(site=dict(address="192.0.2.1", networks=["10.1.0.0/16", "fd00:1::/48"])))
        policies = list(fleet(SITE, hosts=dict(gw1=both, gw2=six("192.0.2.2", "10.2.0.0/16", "fd00:2::/48"))).policies())
        self.assertEqual([(each["source"], each["destination"]) for each in policies if each["direction"] == "out"],
                         [("10.1.0.0/16", "10.2.0.0/16"), ("fd00:1::/48", "fd00:2::/48")])

    def test_secrets_that_are_none_are_not_shown(self):
        for secret in ("ab" * 31, "no", 12345678, None):
            with self.assertRaises(FleetError) as failure:
                fleet(SITE).keys(dict(site={1: secret}))
            self.assertEqual(str(failure.exception), "setkeyd_secrets.site has no secret of at least 64 hexadecimal digits, "
                             "in quotes, for generation 1")


class DerivationTests(unittest.TestCase):
    def test_it_is_that_of_rfc_5869(self):
        # HMAC-SHA-512 of the label and the byte 1, made with `openssl dgst -sha512 -mac HMAC`.
        self.assertEqual(derived(bytes(range(32)), "setkeyd 1 1 1-2 e", 16), "633e459dd61cb6d377afabbedfa7bceb")


if __name__ == "__main__":
    unittest.main()
