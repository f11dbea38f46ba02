#!/usr/bin/env python3
"""Plays members of the group who take from the daemon what they can get, and root who wants to be served.

    hostile_members.py SOCKET PID ATTACK [SECONDS]

Needs root. SOCKET is the daemon's, PID its process; the group of the socket is that of the members. Prints one line of
JSON: how often root's Status was answered, in how many milliseconds (median, worst), how long root's Reload took, and
by how many KiB the daemon has grown.
"""

import json
import os
import random
import signal
import socket
import statistics
import sys
import time

USERS = range(1500, 1507)


class Client:
    """A connection that speaks Varlink."""

    def __init__(self, path, patience=60, waits=True):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Waits for its place in the queue of those who connect, which others may have filled.
        self.socket.setblocking(waits)
        self.socket.connect(path)
        self.socket.settimeout(patience)
        self.rest = b""

    def send(self, method, more=False, **parameters):
        call = {"method": "org.setkeyd." + method, "parameters": parameters}
        if more:
            call["more"] = True
        self.socket.sendall(json.dumps(call).encode() + b"\0")

    def reply(self):
        while b"\0" not in self.rest:
            data = self.socket.recv(1 << 18)
            if not data:
                raise OSError("the daemon closed the connection")
            self.rest += data
        frame, _, self.rest = self.rest.partition(b"\0")
        return json.loads(frame)

    def call(self, method, **parameters):
        self.send(method, **parameters)
        return self.reply()

    def push(self, data):
        """Sends what the socket takes at once."""
        try:
            return self.socket.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            return 0


def crowd(path, act, count=40):
    """Keeps as many connections as there are places, and acts on each again and again."""
    clients = []
    while True:
        if len(clients) < count:
            try:
                clients.append(Client(path))
            except OSError:
                time.sleep(0.01)
        for client in list(clients):
            try:
                act(client)
            except OSError:
                clients.remove(client)


def idle(path):
    """Holds places."""
    crowd(path, lambda client: time.sleep(0.001))


def frames(path):
    """Sends calls of almost 64 KiB that are slow to decode, and reads no answer."""
    call = b'{"method":"org.setkeyd.Status","parameters":{"x":[' + b"0," * 32_000 + b"0]}}\0"
    rest = {}

    def act(client):
        data = rest.get(client) or call
        rest[client] = data[client.push(data):]

    crowd(path, act)


def plans(path):
    """Asks for plans and hangs up."""
    while True:
        try:
            Client(path).send("Plan")
        except OSError:
            pass


def dumps(path):
    """Asks for dumps on every connection, and reads them slowly."""
    asked = set()

    def act(client):
        if client not in asked:
            asked.add(client)
            client.send(random.choice(["ListAssociations", "ListPolicies"]), more=random.random() < 0.5)
        try:
            data = client.socket.recv(4096, socket.MSG_DONTWAIT)
            if not data:
                raise OSError
            if data.endswith(b"\0") and b'"continues":true' not in data:
                asked.discard(client)
        except BlockingIOError:
            pass

    crowd(path, act)


def monitors(path):
    """Listens on every connection and reads nothing."""
    asked = set()

    def act(client):
        if client not in asked:
            asked.add(client)
            client.send("Monitor", more=True, raw=True)
        else:
            time.sleep(0.001)

    crowd(path, act)


def noise(path):
    """Connects, sends what is no call, and hangs up."""
    while True:
        try:
            Client(path).push(b"noise\0")
        except OSError:
            pass


def connects(path):
    """Connects and hangs up, and does not even wait for a place in the queue."""
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.setblocking(False)
            try:
                client.connect(path)
            except OSError:
                pass


ATTACKS = {attack.__name__: attack for attack in (idle, frames, plans, dumps, monitors, noise, connects)}


def root(path):
    """A connection of root, which never waits for a place: the socket is its own."""
    return Client(path + ".root", waits=False)


def start(attack, path):
    """Starts one member for each user; returns their process ids."""
    children = []
    group = os.stat(path).st_gid
    for user in USERS:
        pid = os.fork()
        if pid == 0:
            os.setgroups([group])
            os.setgid(user)
            os.setuid(user)
            try:
                attack(path)
            finally:
                os._exit(0)
        children.append(pid)
    return children


def resident(pid):
    """KiB of memory of the process."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def main():
    path, pid, attack = sys.argv[1], int(sys.argv[2]), ATTACKS[sys.argv[3]]
    seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 3
    before = resident(pid)
    children = start(attack, path)
    times, largest, number = [], before, 0
    try:
        time.sleep(0.5)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            root(path).call("Status")
            times.append(time.monotonic() - began)
            # What root does is what monitors are told.
            number += 1
            statement = f"add 192.0.2.1 192.0.2.2 esp {100_000 + number} -E null; "
            root(path).call("Execute", text=statement + statement.replace("add", "delete").replace(" -E null", ""))
            largest = max(largest, resident(pid))
            # Each of these calls is a line of the log, which a test reads only at the end.
            time.sleep(0.01)
        began = time.monotonic()
        reload = root(path).call("Reload")
        took = time.monotonic() - began
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    print(json.dumps({
        "attack": attack.__name__, "answers": len(times), "median_ms": round(statistics.median(times) * 1000, 1),
        "worst_ms": round(max(times) * 1000, 1), "reload_ms": round(took * 1000, 1),
        "reloaded": "error" not in reload, "growth_kib": largest - before}))


if __name__ == "__main__":
    main()
