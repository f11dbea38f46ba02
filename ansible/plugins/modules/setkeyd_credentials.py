#!/usr/bin/python
# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause

from __future__ import annotations

DOCUMENTATION = r"""
module: setkeyd_credentials
short_description: Write keys into files that a service gets as credentials
version_added: 0.1.0
description:
  - Writes each key into a file of its own, mode 0600, in a directory of mode 0700.
  - A key never changes. If a file of that name has another one, the module fails and changes nothing, because the next
    start of the daemon would replace an SA in use. Give the new key a new name.
  - No key is in the result, the difference or a log.
options:
  directory:
    description:
      - The directory of the files, which is made if it is missing.
    type: path
    required: true
  credentials:
    description:
      - The keys by their names. A name consists of letters, digits, V(.), V(_) and V(-); a key is a string of
        hexadecimal digits, with or without V(0x).
    type: dict
    required: true
  purge:
    description:
      - Remove the files of all other names.
    type: bool
    default: false
  loaded:
    description:
      - A directory with what the service has got when it was started, as C(/run/credentials/setkeyd.service).
        Where it is given, RV(not_loaded) has the names that are missing there.
    type: path
  prefix:
    description:
      - What names in O(loaded) begin with.
    type: str
    default: ""
attributes:
  check_mode:
    description: Can run in check mode without changing anything.
    support: full
  diff_mode:
    description: The difference is in names.
    support: full
seealso:
  - module: setkeyd.setkeyd.setkeyd_reload
author:
  - The setkeyd authors (@setkeyd)
"""

EXAMPLES = r"""
- name: Distribute keys
  setkeyd.setkeyd.setkeyd_credentials:
    directory: /etc/setkeyd/fleet
    credentials:
      gw-out.e: "{{ vault_gw_out_e }}"
      gw-out.a: "{{ vault_gw_out_a }}"
    loaded: /run/credentials/setkeyd.service
    prefix: fleet_
  register: keys
"""

RETURN = r"""
added:
  description: The names of the keys that were written, or that would be.
  returned: success
  type: list
  elements: str
removed:
  description: The names of the files that were removed, or that would be.
  returned: success
  type: list
  elements: str
others:
  description: The names of other files that are there after the task.
  returned: success
  type: list
  elements: str
not_loaded:
  description: The names of the keys that the service has not got; it has to be restarted.
  returned: success
  type: list
  elements: str
"""

import os
import re
import stat

from ansible.module_utils.basic import AnsibleModule

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")
KEY = re.compile(r"(0x)?([0-9A-Fa-f]{2})+\Z")


def digits(key):
    """A key has several spellings."""
    key = key.strip().lower()
    return key[2:] if key.startswith("0x") else key


def read(path):
    """The digits of the key that is there."""
    try:
        with open(path) as file:
            return digits(file.read())
    except FileNotFoundError:
        return None


def write(directory, name, key):
    """All of it, or nothing, readable by its owner alone at any time."""
    path = os.path.join(directory, ".new")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(descriptor)
    os.rename(path, os.path.join(directory, name))


def faults(credentials):
    """What is wrong with names and keys, without a key."""
    for name, key in credentials.items():
        if not NAME.match(name):
            yield "%s cannot be the name of a credential" % name
        elif not isinstance(key, str):
            yield "the key %s is not a string: quote its digits" % name
        elif not KEY.match(key):
            yield "the key %s does not consist of pairs of hexadecimal digits" % name


def with_wrong_mode(directory, names):
    """The paths of those that others than their owner may use, with the mode that each should have."""
    for path, mode in [(directory, 0o700)] + [(os.path.join(directory, name), 0o600) for name in names]:
        if os.path.exists(path) and os.stat(path).st_mode & 0o777 != mode:
            yield path, mode


def main():
    module = AnsibleModule(
        argument_spec=dict(
            directory=dict(type="path", required=True),
            credentials=dict(type="dict", required=True, no_log=True),
            purge=dict(type="bool", default=False),
            loaded=dict(type="path"),
            prefix=dict(type="str", default=""),
        ),
        supports_check_mode=True,
    )
    directory, credentials = module.params["directory"], module.params["credentials"]
    wrong = list(faults(credentials))
    if wrong:
        module.fail_json(msg="; ".join(wrong))

    is_there = os.path.isdir(directory)
    present = sorted(os.listdir(directory)) if is_there else []
    strange = [name for name in present if not stat.S_ISREG(os.lstat(os.path.join(directory, name)).st_mode)]
    if strange:
        module.fail_json(msg="%s is for files with keys alone, and these are none: %s" % (directory, ", ".join(strange)))
    found = {name: read(os.path.join(directory, name)) for name in credentials}
    changed = sorted(name for name, key in found.items() if key not in (None, digits(credentials[name])))
    if changed:
        module.fail_json(msg="these keys are there with other contents, and a key never changes: %s" % ", ".join(changed))
    added = sorted(name for name, key in found.items() if key is None)
    others = [name for name in present if name not in credentials]
    removed = others if module.params["purge"] else []
    open_paths = list(with_wrong_mode(directory, [name for name in present if name in credentials]))

    if not module.check_mode:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        for path, mode in open_paths:
            os.chmod(path, mode)
        for name in added:
            write(directory, name, credentials[name])
        for name in removed:
            os.remove(os.path.join(directory, name))

    loaded, prefix = module.params["loaded"], module.params["prefix"]
    has = os.listdir(loaded) if loaded and os.path.isdir(loaded) else []
    result = dict(
        changed=bool(added or removed or open_paths or not is_there),
        added=added,
        removed=removed,
        others=[] if removed else others,
        not_loaded=sorted(name for name in credentials if prefix + name not in has) if loaded else [],
    )
    if module._diff:
        after = sorted(set(present + added) - set(removed))
        result["diff"] = dict(
            before_header=directory, after_header=directory, before="".join(name + "\n" for name in present),
            after="".join(name + "\n" for name in after),
        )
    module.exit_json(**result)


if __name__ == "__main__":
    main()
