#!/usr/bin/python
# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause

from __future__ import annotations

DOCUMENTATION = r"""
module: setkeyd_reload
short_description: Reload the file of setkeyd, with a way back
version_added: 0.1.0
description:
  - Has C(setkeyd) read its file again and apply what differs from the kernel.
  - The task has changed something if the kernel's SAs or policies were changed.
  - In check mode nothing is reloaded; the task says what a reload would change.
  - What is legal in the file and probably a mistake is a warning of the task.
options:
  action:
    description:
      - V(reload) reads the file again and applies what differs.
      - V(confirm) keeps a reload that waits for its confirmation. It fails if none does, since then the reload has been
        rolled back already.
      - V(revert) rolls the last reload back.
    type: str
    choices: [reload, confirm, revert]
    default: reload
  confirm:
    description:
      - With O(action=reload), the reload is rolled back unless it is confirmed within so many seconds, 1 to 86400.
      - A reload that changes nothing needs no confirmation, unless it has joined one that does.
    type: int
extends_documentation_fragment: [setkeyd.setkeyd.daemon]
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
  diff_mode:
    description: The difference is the plan, as C(setkey --plan) prints it. It contains no keys.
    support: full
seealso:
  - module: setkeyd.setkeyd.setkeyd_info
  - module: setkeyd.setkeyd.setkeyd_credentials
author:
  - The setkeyd authors (@setkeyd)
"""

EXAMPLES = r"""
- name: Apply the file, and go back in two minutes
  setkeyd.setkeyd.setkeyd_reload:
    confirm: 120
  register: reload

- name: Close the connection, so that the next task has to make a new one
  ansible.builtin.meta: reset_connection

- name: Keep it, since this host can still be reached
  setkeyd.setkeyd.setkeyd_reload:
    action: confirm
  when: reload.pending
"""

RETURN = r"""
steps:
  description: What would be changed, or was to be changed, in the order in which that is done. There are no keys in it.
  returned: with O(action=reload)
  type: list
  elements: dict
  sample:
    - change: add
      location: "/etc/setkeyd/conf.d/fleet.conf:3:1"
      operation: "add esp 192.0.2.2 spi 0x1001001"
      reason: missing
      statement: "add 192.0.2.1 192.0.2.2 esp 0x1001001 -E aes-cbc <hidden> -A hmac-sha512 <hidden> ;"
      writes: 1
writes:
  description: How many changes the kernel was asked for.
  returned: with O(action=reload) or O(action=revert), not in check mode
  type: int
pending:
  description: Whether a reload waits for its confirmation after the task.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.setkeyd.setkeyd.plugins.module_utils.setkey import ARGUMENTS, DIFFERS, Setkey, plan_as_text

LONGEST = 86400


def is_pending(setkey):
    return "confirmSeconds" in setkey.ask("--status")[1]


def reload(module, setkey):
    status, plan = setkey.ask("--plan")
    steps = plan.get("steps", [])
    result = dict(changed=status == DIFFERS, steps=steps)
    if module._diff and steps:
        result["diff"] = dict(prepared=plan_as_text(steps))
    if module.check_mode:
        return finished(module, setkey, result, plan.get("warnings", []))
    seconds = module.params["confirm"]
    reply = setkey.ask("--reload", *(["--confirm", str(seconds)] if seconds else []))[1]
    result.update(changed=reply["writes"] > 0, writes=reply["writes"])
    return finished(module, setkey, result, reply["warnings"])


def finished(module, setkey, result, warnings):
    for warning in warnings:
        module.warn(warning)
    return dict(result, pending=is_pending(setkey))


def confirm(module, setkey):
    if module.check_mode:
        return dict(changed=is_pending(setkey), pending=is_pending(setkey))
    setkey.ask("--confirm")
    return dict(changed=True, pending=False)


def revert(module, setkey):
    if module.check_mode:
        return dict(changed=True, pending=is_pending(setkey))
    reply = setkey.ask("--revert")[1]
    return dict(changed=reply["writes"] > 0, writes=reply["writes"], pending=is_pending(setkey))


def main():
    module = AnsibleModule(
        argument_spec=dict(
            ARGUMENTS, action=dict(choices=["reload", "confirm", "revert"], default="reload"), confirm=dict(type="int")
        ),
        supports_check_mode=True,
    )
    action, seconds = module.params["action"], module.params["confirm"]
    if seconds is not None and (action != "reload" or not 1 <= seconds <= LONGEST):
        module.fail_json(msg="confirm goes with action=reload, and is 1 to %d seconds" % LONGEST)
    module.exit_json(**{"reload": reload, "confirm": confirm, "revert": revert}[action](module, Setkey(module)))


if __name__ == "__main__":
    main()
