#!/usr/bin/env python3
"""Drives the daemon with the Varlink library from PyPI, which knows nothing of us but what the daemon itself tells.

    varlink_client.py SOCKET [--scratch]

Prints one line per check and exits with 1 at the first that fails. With --scratch it also adds and deletes an SA, for
a daemon whose kernel is there to be changed (a simulated one, or a test machine's).
"""

import sys
import threading

import varlink

STATEMENT = 'add 10.0.11.41 10.0.11.33 esp 0x10001 -E des-cbc 0x3ffe05014819ffff;\n'
DELETION = 'delete 10.0.11.41 10.0.11.33 esp 0x10001;\n'


def check(holds, what):
    """Prints a check's outcome."""
    print(("ok " if holds else "FAILED ") + what, flush=True)
    if not holds:
        sys.exit(1)


def expect_error(name, what, call):
    """Checks that `call` is answered with the error `name`."""
    try:
        call()
    except varlink.VarlinkError as error:
        check(error.error() == name, f"{what} is answered with {name}")
    else:
        check(False, f"{what} is answered with {name}")


def introspection(client):
    """GetInfo and the description of every interface."""
    info = client.get_interfaces()
    check("org.setkeyd" in info, "GetInfo names org.setkeyd")
    with client.open("org.varlink.service") as service:
        reply = service.GetInfo()
        check(reply["product"] == "setkeyd", "GetInfo names the product")
        for name in reply["interfaces"]:
            text = service.GetInterfaceDescription(name)["description"]
            parsed = varlink.Interface(text)
            check(parsed.name == name, f"the description of {name} parses")
        expect_error(
            "org.varlink.service.InterfaceNotFound", "an interface that is not there",
            lambda: service.GetInterfaceDescription("org.nothing"))


def reading(connection):
    """The calls that change nothing."""
    status = connection.Status()
    check(isinstance(status["settled"], bool), "Status is answered")
    parts = list(connection.ListAssociations(_more=True))
    total = sum(len(part["associations"]) for part in parts)
    check(len(parts) >= 1, f"ListAssociations with more: {len(parts)} parts, {total} associations")
    whole = connection.ListAssociations()
    check(isinstance(whole["associations"], list), "ListAssociations without more is one reply")
    check(isinstance(connection.ListPolicies()["policies"], list), "ListPolicies is answered")
    text = "".join(part["text"] for part in connection.Render("associations", _more=True))
    check(isinstance(text, str), f"Render: {len(text)} characters")
    check("steps" in connection.Plan(), "Plan is answered")


def errors(connection):
    """Calls that cannot be carried out."""
    expect_error("org.setkeyd.InvalidText", "text that is not setkey's", lambda: connection.Execute("nonsense here;\n"))
    expect_error("org.varlink.service.ExpectedMore", "Monitor without more", connection.Monitor)
    check(connection.Status()["pid"] > 0, "the connection goes on after errors")


def changing(address, connection):
    """Adds and deletes an SA, and watches that on a second connection."""
    listening = threading.Event()
    seen = []

    def watch():
        with varlink.Client(address) as other, other.open("org.setkeyd") as monitor:
            for event in monitor.Monitor(_more=True):
                seen.append(event["event"])
                listening.set()
                if event["event"] == "deleted":
                    return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    check(listening.wait(60), "Monitor listens")
    reply = connection.Execute(STATEMENT)
    check(reply["executed"] == 1 and not reply.get("failures"), "Execute adds an SA")
    records = connection.ListAssociations()["associations"]
    ours = [record for record in records if record["spi"] == 0x10001]
    check(len(ours) == 1 and ours[0]["destination"] == "10.0.11.33", "ListAssociations shows it")
    check("encryptionKey" not in ours[0], "and no key of it")
    again = connection.Execute(STATEMENT)
    check(again["failures"][0]["errno"] == 17, "adding it again fails with EEXIST")
    reply = connection.Execute(DELETION)
    check(reply["executed"] == 1 and not reply.get("failures"), "Execute deletes it")
    watcher.join(60)
    check(seen[0] == "listening" and "added" in seen and seen[-1] == "deleted", f"Monitor saw {', '.join(seen)}")


def main():
    """Runs the checks on the socket that the command line names."""
    address = "unix:" + sys.argv[1]
    with varlink.Client(address) as client:
        introspection(client)
        with client.open("org.setkeyd") as connection:
            reading(connection)
            errors(connection)
            if "--scratch" in sys.argv[2:]:
                changing(address, connection)
    print("all checks passed")


if __name__ == "__main__":
    main()
