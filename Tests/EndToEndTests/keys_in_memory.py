#!/usr/bin/env python3
"""Counts the copies of keys in a process.

    keys_in_memory.py PID < KEYS

Needs root. KEYS are hexadecimal, one a line. Prints one line of JSON: how many copies of one key there are at most in
the writable memory of the process, as bytes (raw) and as digits (hex, in either case), and in how many bytes it looked.
"""

import json
import sys

PAGE = 4096


def writable_memory(pid):
    """Yields what is mapped for writing, one mapping after another."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            fields = line.split()
            start, end = (int(bound, 16) for bound in fields[0].split("-"))
            if "w" not in fields[1] or fields[-1] in ("[vvar]", "[vsyscall]"):
                continue
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except OSError:
                # Mapped, but not backed by anything.
                continue


def without_empty_pages(data):
    """Most of the memory of a small process is untouched stacks and heaps."""
    empty = bytes(PAGE)
    pages = (data[offset:offset + PAGE] for offset in range(0, len(data), PAGE))
    return b"".join(page for page in pages if page != empty)


def main():
    keys = [bytes.fromhex(line) for line in sys.stdin]
    copies = {"raw": [0] * len(keys), "hex": [0] * len(keys)}
    size = 0
    for data in writable_memory(sys.argv[1]):
        data = without_empty_pages(data)
        size += len(data)
        lower = data.lower()
        for index, key in enumerate(keys):
            copies["raw"][index] += data.count(key)
            copies["hex"][index] += lower.count(key.hex().encode())
    print(json.dumps({"raw": max(copies["raw"]), "hex": max(copies["hex"]), "bytes": size}))


main()
