# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""What the links of an inventory mean for one host: its SAs, its policies and its keys. Pure functions."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from datetime import datetime, timedelta, timezone

# Bytes of the keys; an SA of a combined mode must not outlive a boot, so they are not offered.
ENCRYPTION = {"aes-cbc": 32, "camellia-cbc": 32, "none": 0}
INTEGRITY = {
    "hmac-sha1": 20,
    "hmac-sha256": 32,
    "hmac-sha256-128": 32,
    "hmac-sha384": 48,
    "hmac-sha512": 64,
}
KINDS = ("transport", "tunnel", "ospfv3")
GROUPS = ("ff02::5", "ff02::6")
SECRET = re.compile(r"(0x)?([0-9A-Fa-f]{2}){32,}\Z")
NAME = re.compile(r"[A-Za-z0-9_-]+\Z")


class FleetError(Exception):
    """What is wrong in the inventory, without a key."""


def moment(value):
    """A time as YAML or a string has it; without a zone it is UTC."""
    if value is None or isinstance(value, datetime):
        time = value
    else:
        try:
            time = datetime.fromisoformat(re.sub(r"[Zz]\Z", "+00:00", str(value)))
        except ValueError:
            raise FleetError("%s is not a time: write it as 2026-12-01T00:00:00Z" % value) from None
    if time is not None and time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return time


def words(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(value, lowest, highest, what):
    try:
        result = int(value)
    except (TypeError, ValueError):
        result = None
    if result is None or isinstance(value, bool) or not lowest <= result <= highest:
        raise FleetError("%s must be a number from %d to %d" % (what, lowest, highest))
    return result


class Generation:
    """The keys of a link for an interval of time: they are sent with from `begins` until `ends`, each of which may be
    None, and received `skew` longer on both sides."""

    def __init__(self, number, begins, ends, skew):
        self.number, self.begins, self.ends, self.skew = number, begins, ends, skew

    def sent(self):
        return self.begins, self.ends

    def received(self):
        return self.begins and self.begins - self.skew, self.ends and self.ends + self.skew

    def alone(self):
        """When no packet of another generation is to be expected."""
        return self.begins and self.begins + self.skew, self.ends and self.ends - self.skew


class Link:
    """A link of the inventory, looked at and completed."""

    def __init__(self, values):
        self.name = str(values.get("name", ""))
        if not NAME.match(self.name):
            raise FleetError("a link needs a name of letters, digits, - and _")
        self.number = number(values.get("number"), 1, 255, "%s: its number" % self.name)
        self.kind = self.one_of(values, "kind", KINDS, "transport")
        self.protocol = self.one_of(values, "protocol", ("esp", "ah"), "esp")
        without = self.kind == "ospfv3" or self.protocol == "ah"
        self.encryption = self.one_of(values, "encryption", ENCRYPTION, "none" if without else "aes-cbc")
        self.integrity = self.one_of(values, "integrity", INTEGRITY, "hmac-sha512")
        if self.protocol == "ah" and self.encryption != "none":
            raise FleetError("%s: ah does not encrypt" % self.name)
        self.upper = str(values.get("upper", "any"))
        self.skew = timedelta(seconds=number(values.get("skew", 300), 0, 86400, "%s: its skew" % self.name))
        self.generations = self.in_time(values.get("generations") or [{"number": 1}])

    def one_of(self, values, name, choices, otherwise):
        value = values.get(name, otherwise)
        if value not in choices:
            raise FleetError("%s: %s must be one of %s" % (self.name, name, ", ".join(choices)))
        return value

    def in_time(self, listed):
        """The generations in their order: each ends when the next one begins, unless it says so itself."""
        result = []
        for values, following in zip(listed, listed[1:] + [{}]):
            generation = Generation(
                number(values.get("number"), 1, 4095, "%s: the number of a generation" % self.name),
                moment(values.get("from")),
                moment(values.get("until", following.get("from"))),
                self.skew,
            )
            self.check(generation, result[-1] if result else None)
            result.append(generation)
        return result

    def check(self, generation, before):
        name = "%s, generation %d" % (self.name, generation.number)
        if before is not None:
            if generation.number <= before.number:
                raise FleetError("%s: numbers must increase" % name)
            if generation.begins is None:
                raise FleetError("%s: it follows another one, and must say from when" % name)
            if before.ends != generation.begins:
                raise FleetError("%s: the one before must end when it begins; until is for the last one" % name)
        if generation.begins and generation.ends and generation.begins + 2 * self.skew >= generation.ends:
            raise FleetError("%s: it must last longer than twice the skew" % name)

    def spi(self, generation, sender):
        """0xLLGGGSSS: link, generation, sender; of no meaning but that it is another one for each."""
        return "0x%08x" % (self.number << 24 | generation.number << 12 | sender)

    def reqid(self, generation):
        """Of a link between two ends, the same for all generations: the kernel sends with the newest."""
        return self.number << 12 | generation.number if self.kind == "ospfv3" else self.number


class Fleet:
    """The links of which `host` is an end. `hosts` has the variables of all hosts."""

    def __init__(self, links, host, hosts):
        self.host = host
        self.hosts = hosts
        self.links = [Link(values) for values in links]
        for what in ("name", "number"):
            values = [getattr(link, what) for link in self.links]
            if len(set(values)) < len(values):
                raise FleetError("two links have the same %s" % what)
        self.names = {link.name for link in self.links}
        self.links = [link for link in self.links if self.is_end(link, host)]
        self.check_identities()

    def check_ends(self):
        """A name that is written wrongly would leave its ends without any policy, so that they send in clear."""
        for name in self.hosts[self.host].get("setkeyd_ends") or {}:
            if name not in self.names:
                raise FleetError("%s: setkeyd_ends names %s, and there is no such link" % (self.host, name))
        for link in self.links:
            if not self.peers(link):
                raise FleetError("%s: %s is its only end" % (link.name, self.host))
        return self

    def check_identities(self):
        owners = {}
        for host in sorted(self.hosts):
            if any(self.is_end(link, host) for link in self.links):
                other = owners.setdefault(self.identity(host), host)
                if other != host:
                    raise FleetError("%s and %s have the same setkeyd_id" % (other, host))

    def identity(self, host):
        return number(self.hosts[host].get("setkeyd_id"), 1, 4095, "%s: setkeyd_id" % host)

    def is_end(self, link, host):
        return link.name in (self.hosts[host].get("setkeyd_ends") or {})

    def end(self, link, host):
        return self.hosts[host]["setkeyd_ends"][link.name] or {}

    def address(self, link, host):
        address = self.end(link, host).get("address")
        try:
            return str(ipaddress.ip_address(str(address)))
        except ValueError:
            raise FleetError("%s: setkeyd_ends.%s.address must be an address" % (host, link.name)) from None

    def peers(self, link):
        return [host for host in sorted(self.hosts) if host != self.host and self.is_end(link, host)]

    # SAs

    def associations(self):
        result = []
        for link in self.links:
            for generation in link.generations:
                if link.kind == "ospfv3":
                    result += self.shared(link, generation)
                    continue
                for peer in self.peers(link):
                    result.append(self.association(link, generation, self.host, peer, generation.sent()))
                    result.append(self.association(link, generation, peer, self.host, generation.received()))
        return result

    def association(self, link, generation, source, destination, interval):
        sender, receiver = self.identity(source), self.identity(destination)
        if version(self.address(link, source)) != version(self.address(link, destination)):
            raise FleetError("%s: the addresses of %s and %s are of two families" % (link.name, source, destination))
        return self.statement(
            link, generation, interval, "%d-%d" % (sender, receiver), sender,
            source=self.address(link, source), destination=self.address(link, destination), replay=None,
        )

    def shared(self, link, generation):
        """RFC 4552: one SA for all that send to a destination, and one key for all of a link."""
        neighbours = [self.address(link, host) for host in sorted([self.host] + self.peers(link))]
        return [
            self.statement(
                link, generation, generation.received(), "all", 0, source="::", destination=destination, replay=0
            )
            for destination in list(GROUPS) + neighbours
        ]

    def statement(self, link, generation, interval, ends, sender, **values):
        stem = "%s.%d.%s" % (link.name, generation.number, ends)
        return dict(
            values,
            link=link.name,
            protocol=link.protocol,
            mode="tunnel" if link.kind == "tunnel" else "transport",
            spi=link.spi(generation, sender),
            reqid=link.reqid(generation),
            times=times(interval),
            encryption=None if link.encryption == "none" else link.encryption,
            integrity=link.integrity,
            encryption_credential=stem + ".e",
            integrity_credential=stem + ".a",
        )

    # Policies

    def policies(self):
        result = []
        for link in self.links:
            if link.kind == "ospfv3":
                result += self.on_device(link)
                continue
            for peer in self.peers(link):
                result += self.between(link, peer)
        return result

    def between(self, link, peer):
        here, there = self.address(link, self.host), self.address(link, peer)
        ways = [("out", here, there), ("in", there, here)] + ([("fwd", there, here)] if link.kind == "tunnel" else [])
        for near in self.networks(link, self.host):
            for far in self.networks(link, peer):
                if version(near) != version(far):
                    continue
                for direction, source, destination in ways:
                    selector = (near, far) if direction == "out" else (far, near)
                    transform = self.transform(link, "%s-%s" % (source, destination), "unique:%d" % link.number)
                    yield self.policy(link, direction, selector, None, (None, None), transform)

    def transform(self, link, ends, level):
        if link.kind == "tunnel":
            return "%s/tunnel/%s/%s" % (link.protocol, ends, level)
        return "%s/transport//%s" % (link.protocol, level)

    def networks(self, link, host):
        if link.kind != "tunnel":
            return [self.address(link, host)]
        networks = self.end(link, host).get("networks")
        if not networks:
            raise FleetError("%s: setkeyd_ends.%s.networks must not be empty" % (host, link.name))
        try:
            return [str(ipaddress.ip_network(str(network))) for network in networks]
        except ValueError as error:
            raise FleetError("%s: setkeyd_ends.%s.networks: %s" % (host, link.name, error)) from None

    def on_device(self, link):
        device = self.end(link, self.host).get("device")
        if not device:
            raise FleetError("%s: setkeyd_ends.%s.device must be named" % (self.host, link.name))
        for generation in link.generations:
            bound = self.transform(link, None, "unique:%d" % link.reqid(generation))
            sent, alone = generation.sent(), generation.alone()
            if generation is link.generations[-1]:
                # Policies never end: without an SA packets are dropped, and without a policy they pass in clear.
                sent, alone = (sent[0], None), (alone[0], None)
            yield from self.to_all(link, device, "out", sent, bound)
            yield from self.to_all(link, device, "in", alone, bound)
            if generation.begins and link.skew:
                # Around a roll the neighbours send with either key.
                around = generation.begins - link.skew, generation.begins + link.skew
                yield from self.to_all(link, device, "in", around, self.transform(link, None, "require"))

    def to_all(self, link, device, direction, interval, transform):
        for destination in [group + "/128" for group in GROUPS] + ["fe80::/10"]:
            yield self.policy(link, direction, ("fe80::/10", destination), device, interval, transform)

    def policy(self, link, direction, selector, device, interval, transform):
        return dict(
            link=link.name, direction=direction, source=selector[0], destination=selector[1], device=device,
            upper="89" if link.kind == "ospfv3" else link.upper, times=times(interval), transform=transform,
        )

    # Keys

    def keys(self, secrets):
        """The keys of this host's SAs by the names of their credentials; no other key can be made of them."""
        result = {}
        for link in self.links:
            for generation in link.generations:
                secret = self.secret(link, generation, secrets)
                for stem, ends in self.pairs(link, generation):
                    for purpose, length in (("e", ENCRYPTION[link.encryption]), ("a", INTEGRITY[link.integrity])):
                        if length:
                            label = "setkeyd %d %d %s %s" % (link.number, generation.number, ends, purpose)
                            result["%s.%s" % (stem, purpose)] = derived(secret, label, length)
        return result

    def pairs(self, link, generation):
        ends = ["all"]
        if link.kind != "ospfv3":
            me = self.identity(self.host)
            them = [self.identity(peer) for peer in self.peers(link)]
            ends = ["%d-%d" % pair for other in them for pair in ((me, other), (other, me))]
        return [("%s.%d.%s" % (link.name, generation.number, each), each) for each in ends]

    def secret(self, link, generation, secrets):
        of_link = {str(key): value for key, value in (secrets.get(link.name) or {}).items()}
        secret = of_link.get(str(generation.number))
        if not isinstance(secret, str) or not SECRET.match(secret):
            raise FleetError(
                "setkeyd_secrets.%s has no secret of at least 64 hexadecimal digits, in quotes, for generation %d"
                % (link.name, generation.number)
            )
        return bytes.fromhex(secret[2:] if secret.startswith("0x") else secret)


def version(network):
    """4 or 6, of an address or a network."""
    return ipaddress.ip_network(network).version


def derived(secret, label, length):
    """The first block of HKDF-Expand with SHA-512 (RFC 5869), which is as long as the longest key."""
    return hmac.new(secret, label.encode() + b"\x01", hashlib.sha512).digest()[:length].hex()


def times(interval):
    """An interval as the language says it; empty where it has neither a beginning nor an end."""
    return " ".join(
        "%s %s" % (option, words(time)) for option, time in zip(("-from", "-until"), interval) if time is not None
    )


def deadline(links, now):
    """The next generation that begins, as words, or an empty string."""
    begins = [
        (generation.begins, link.name, generation.number)
        for link in (Link(values) for values in links)
        for generation in link.generations
        if generation.begins and generation.begins > now
    ]
    return "generation %d of %s begins at %s" % (min(begins)[2], min(begins)[1], words(min(begins)[0])) if begins else ""
