# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""The filters fleet, keys and deadline; each is described in a file of its name."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible.errors import AnsibleFilterError
from ansible_collections.setkeyd.setkeyd.plugins.plugin_utils.fleet import Fleet, FleetError, deadline


def hosts_of(variables):
    """Of each host's variables what counts: the others are not evaluated."""
    result = {}
    for host in variables:
        of_host = variables[host]
        result[host] = {name: of_host[name] for name in ("setkeyd_id", "setkeyd_ends") if name in of_host}
    return result


def fleet_filter(links, host, variables):
    try:
        fleet = Fleet(links, host, hosts_of(variables)).check_ends()
        return dict(associations=fleet.associations(), policies=list(fleet.policies()))
    except FleetError as error:
        raise AnsibleFilterError(str(error)) from None


def keys_filter(links, host, variables, secrets):
    try:
        return Fleet(links, host, hosts_of(variables)).check_ends().keys(secrets)
    except FleetError as error:
        raise AnsibleFilterError(str(error)) from None


def deadline_filter(links):
    try:
        return deadline(links, datetime.now(timezone.utc))
    except FleetError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    def filters(self):
        return dict(fleet=fleet_filter, keys=keys_filter, deadline=deadline_filter)
