# Copyright (c) 2026, the setkeyd authors
# BSD-2-Clause
"""The connection `local`, which fails as long as there is a file $FLEET/HOST/gone."""

from __future__ import annotations

DOCUMENTATION = """
name: mortal
short_description: a connection that the test of the fleet can cut
description: [a connection that the test of the fleet can cut]
author: The setkeyd authors
"""

import os

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "mortal"

    def _connect(self):
        host = self._play_context.remote_addr
        if os.path.exists(os.path.join(os.environ["FLEET"], host, "gone")):
            raise AnsibleConnectionFailure("%s is gone" % host)
        return super()._connect()

    def exec_command(self, *arguments, **options):
        self._connect()
        return super().exec_command(*arguments, **options)
