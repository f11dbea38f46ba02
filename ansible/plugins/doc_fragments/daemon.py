# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""What every module that asks the daemon documents: ARGUMENTS of module_utils/setkey.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  socket:
    description:
      - The control socket of the daemon, if it is not the usual one.
    type: path
  executable:
    description:
      - The program C(setkey), as a name or as a path.
    type: str
    default: setkey
"""
