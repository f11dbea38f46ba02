#!/usr/bin/env python3
"""Makes one call, perhaps as another user, and prints every text of the answer.

    varlink_call.py SOCKET UID METHOD [FILE]

UID is the caller's own, or, for root, that of another user, who is in the group of the socket alone. FILE is what the
call has for `text`. Exits with 1 if the answer is an error.
"""

import json
import os
import socket
import sys


def texts(value):
    """The strings in a JSON value, decoded, and its numbers."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in texts(member)]
    if isinstance(value, list):
        return [text for element in value for text in texts(element)]
    return [str(value)]


def main():
    path, user, method = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    parameters = {}
    if len(sys.argv) > 4:
        with open(sys.argv[4], "rb") as file:
            parameters["text"] = file.read().decode("utf-8", "replace")
    if user != os.geteuid():
        group = os.stat(path).st_gid
        os.setgroups([group])
        os.setgid(group)
        os.setuid(user)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(60)
    connection.connect(path)
    connection.sendall(json.dumps({"method": "org.setkeyd." + method, "parameters": parameters}).encode() + b"\0")
    data = b""
    while not data.endswith(b"\0"):
        part = connection.recv(1 << 18)
        if not part:
            sys.exit("the daemon closed the connection")
        data += part
    reply = json.loads(data[:-1])
    print("\n".join(texts(reply)))
    sys.exit("error" in reply)


if __name__ == "__main__":
    main()
