# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""The program setkey as the modules of this collection run it: with --json, and never with --show-keys."""

from __future__ import annotations

import json

ARGUMENTS = dict(
    executable=dict(type="str", default="setkey"),
    socket=dict(type="path"),
)

# Those of setkey(8), "EXIT STATUS".
DIFFERS = 10


class Setkey:
    """Runs setkey for a module, whose failure is setkey's."""

    def __init__(self, module):
        self.module = module
        program = module.get_bin_path(module.params["executable"], required=True, opt_dirs=["/usr/local/sbin", "/usr/sbin"])
        self.command = [program, "--json"]
        if module.params["socket"]:
            self.command += ["--socket", module.params["socket"]]

    def ask(self, *options):
        """The exit status, 0 or DIFFERS, and the document; what else there may be ends the module."""
        status, output, error = self.module.run_command(self.command + list(options))
        try:
            document = json.loads(output) if output.strip() else {}
        except ValueError:
            document = {}
        if status not in (0, DIFFERS) or "error" in document:
            self.module.fail_json(
                msg="setkey %s: %s" % (" ".join(options), reason(document) or error.strip() or "exit status %d" % status),
                error=document.get("error", ""),
                rc=status,
            )
        return status, document


def reason(document):
    """What a document that is an error says, for people."""
    parameters = document.get("parameters", {})
    if "messages" in parameters:
        return "\n".join(parameters["messages"])
    if "diagnostics" in parameters:
        return "\n".join(
            "%s:%s:%s: %s: %s; %s" % tuple(each.get(name, "") for name in ("file", "line", "column", "severity", "message", "advice"))
            for each in parameters["diagnostics"]
        )
    return parameters.get("reason", "")


SIGNS = {"add": "+", "delete": "-"}


def plan_as_text(steps):
    """A plan's steps as lines, like those of setkey --plan. No key is in them."""
    lines = []
    for step in steps:
        lines.append("%s %s" % (SIGNS.get(step["change"], "~"), step["statement"]))
        place = "%s: " % step["location"] if "location" in step else ""
        lines.append("    %s%s" % (place, step["reason"]))
    return "".join(line + "\n" for line in lines)
