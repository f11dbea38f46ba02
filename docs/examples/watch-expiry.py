#!/usr/bin/env python3
"""Prints a line for each SA whose lifetime ends, so that its successor can be added in time.

    watch-expiry.py [SOCKET]

Needs the package varlink of PyPI, and membership in the group setkeyd. Varlink describes the interface itself:
`varlinkctl introspect SOCKET org.setkeyd` prints it.
"""

import sys

import varlink

socket = sys.argv[1] if len(sys.argv) > 1 else "/run/setkeyd/control.sock"
with varlink.Client("unix:" + socket) as client, client.open("org.setkeyd") as setkeyd:
    for event in setkeyd.Monitor(_more=True):
        if event["event"] == "listening":
            print("listening", flush=True)
        if event["event"] == "expired":
            sa = event["association"]
            what = "add its successor" if event["expiry"] == "soft" else "it is gone"
            print(f"{event['expiry']}: {sa['protocol']} {sa['source']} -> {sa['destination']} "
                  f"spi {sa['spi']:#x}: {what}", flush=True)
