#!/usr/bin/python
# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause

from __future__ import annotations

DOCUMENTATION = r"""
module: setkeyd_info
short_description: Ask setkeyd how it is, and what the kernel has
version_added: 0.1.0
description:
  - Returns what C(setkey --json) prints. Keys are never among it.
options:
  gather:
    description:
      - What to ask for; each is returned under its own name.
    type: list
    elements: str
    choices: [status, plan, findings, associations, policies]
    default: [status]
extends_documentation_fragment: [setkeyd.setkeyd.daemon]
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
  diff_mode:
    description: Nothing is changed, so there is no difference.
    support: none
notes:
  - C(setkeyd.schema.json), in the documentation of the package, is a JSON Schema of what is returned.
seealso:
  - module: setkeyd.setkeyd.setkeyd_reload
author:
  - The setkeyd authors (@setkeyd)
"""

EXAMPLES = r"""
- name: Ask the daemon
  setkeyd.setkeyd.setkeyd_info:
    gather: [status, findings]
  register: setkeyd

- name: The kernel has what the file declares
  ansible.builtin.assert:
    that: setkeyd.status.settled
"""

RETURN = r"""
status:
  description: The record C(StatusReply), how the daemon is.
  returned: if asked for
  type: dict
plan:
  description: The record C(PlanReply), what a reload would change.
  returned: if asked for
  type: dict
findings:
  description: The record C(DiagnoseReply), what is wrong, or soon will be.
  returned: if asked for
  type: dict
associations:
  description: The SAs of the kernel, as records C(Association) without keys.
  returned: if asked for
  type: list
  elements: dict
policies:
  description: The policies of the kernel, as records C(Policy).
  returned: if asked for
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.setkeyd.setkeyd.plugins.module_utils.setkey import ARGUMENTS, Setkey

QUESTIONS = {
    "status": ["--status"],
    "plan": ["--plan"],
    "findings": ["--doctor"],
    "associations": ["-D"],
    "policies": ["-DP"],
}

# Of these the answer is a list in a document, whose other members count it.
LISTS = ("associations", "policies")


def main():
    module = AnsibleModule(
        argument_spec=dict(
            ARGUMENTS, gather=dict(type="list", elements="str", choices=list(QUESTIONS), default=["status"])
        ),
        supports_check_mode=True,
    )
    setkey = Setkey(module)
    answers = {name: setkey.ask(*QUESTIONS[name])[1] for name in module.params["gather"]}
    for name in LISTS:
        if name in answers:
            answers[name] = answers[name].get(name, [])
    module.exit_json(changed=False, **answers)


if __name__ == "__main__":
    main()
