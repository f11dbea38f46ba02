extension InterfaceText {
    /// The methods.
    static let methods = """
        # Runs statements of the setkey language. A run that does not fit into one call (1 MiB) is cut between statements:
        # all parts but the last say 'unfinished', on one connection. Each part is parsed whole before any of it is applied;
        # if one is refused, those behind it are not executed.
        # What the first part asks for besides its text holds for all of them.
        # Failures, output and messages of a reply are those since the reply before.
        method Execute(
          text: string,
          rfcSemantics: ?bool,
          atomic: ?bool,
          showKeys: ?bool,
          verbose: ?bool,
          showPorts: ?bool,
          # Whether get and dump answer with records in place of text.
          records: ?bool,
          unfinished: ?bool,
          # Whether the part is only read for now: nothing of the run is begun before a part without this has come. At most
          # 64 parts at the beginning of a run, of 4 MiB of text.
          ahead: ?bool
        ) -> (
          executed: int,
          failures: ?[]StatementFailure,
          # What was done, and is probably not enough.
          warnings: ?[]StatementFailure,
          output: ?string,
          associations: ?[]Association,
          policies: ?[]Policy,
          messages: ?string,
          undone: ?int,
          ended: ?bool
        )

        # The SAD as records. If the kernel cannot tell all of it, incomplete says so in the last reply, here as below. Time is the daemon's clock, to which ages are counted, in seconds since 1970.
        method ListAssociations(
          protocol: ?Protocol,
          includeDead: ?bool,
          showKeys: ?bool,
          # 16 to 64 bytes in hexadecimal, drawn for this call: in place of its key, each association has HMAC-SHA-256 by this
          # of "setkey ", the kernel's name of the algorithm, a NUL and the key; for whoever may see keys.
          keyDigest: ?string
        ) -> (
          associations: []Association,
          time: int,
          incomplete: ?string,
          # Of setkey --fingerprint alone, whose fingerprints are made with it and have 16 digits.
          salt: ?string
        )

        # The SPD as records.
        method ListPolicies(hidePerSocket: ?bool) -> (policies: []Policy, incomplete: ?string)

        # A database as setkey -D and setkey -DP print it; with statements as setkey --save does: oldest first, as
        # statements that make the entries again, with ownedOnly those of the daemon's file alone, and with keys as
        # @NAME unless they are to be shown.
        method Render(
          database: Database,
          protocol: ?Protocol,
          includeDead: ?bool,
          showPorts: ?bool,
          hidePerSocket: ?bool,
          showKeys: ?bool,
          statements: ?bool,
          ownedOnly: ?bool
        ) -> (text: string, incomplete: ?string)

        # Empties a database; a protocol (ah, esp, ipcomp) limits it to the associations of that protocol.
        method Flush(database: Database, protocol: ?Protocol) -> ()

        # Every change of the kernel's databases, until the caller leaves. The first reply has the event 'listening'.
        method Monitor(raw: ?bool, showKeys: ?bool) -> (
          event: Event,
          # With the event 'expired'.
          expiry: ?Expiry,
          seconds: int,
          microseconds: int,
          pid: ?int,
          association: ?Association,
          policy: ?Policy,
          summary: ?string,
          text: ?string,
          hex: ?string
        )

        # Reads the configuration again and applies what differs. With confirmSeconds the reload is rolled back unless
        # Confirm is called within that time, even if the caller has left or the daemon has been restarted meanwhile.
        method Reload(confirmSeconds: ?int) -> (
          writes: int,
          associations: int,
          policies: int,
          warnings: []string,
          confirmSeconds: ?int
        )

        # Keeps the last Reload.
        method Confirm() -> ()

        # Rolls the last Reload back.
        method Revert() -> (
          writes: int,
          associations: int,
          policies: int,
          warnings: []string,
          confirmSeconds: ?int
        )

        # Takes out of the kernel what the configuration owns, and applies nothing, over restarts and reboots, until TurnOn.
        # With confirmSeconds as Reload.
        method TurnOff(confirmSeconds: ?int) -> (
          writes: int,
          associations: int,
          policies: int,
          warnings: []string,
          confirmSeconds: ?int
        )

        # Reads the configuration and applies it again; does nothing if it is not off.
        method TurnOn(confirmSeconds: ?int) -> (
          writes: int,
          associations: int,
          policies: int,
          warnings: []string,
          confirmSeconds: ?int
        )

        # What Reload would do; or what it would do if the configuration were this text, which only callers who may see
        # keys can ask. A text that does not fit into one call comes in parts, as for Execute. Warnings are about the file;
        # callers who may not see keys get them without source lines. The writes of all steps are for setkey --json.
        # With at, of what is declared at that moment, in seconds since 1970.
        method Plan(text: ?string, unfinished: ?bool, at: ?int) -> (steps: []PlanStep, warnings: ?[]string, writes: ?int)

        # What of the configuration in force begins and ends, the next first. Time is the daemon's clock. With clockDoubt, which
        # says why, that is not believed: nothing begins or ends until it is set, and changes are those of the configuration
        # since it was written.
        method Schedule() -> (changes: []ScheduledStep, time: int, clockDoubt: ?string)

        # What the kernel does to a packet, by its own rules, from what the daemon knows of its tables. Of ICMP the ports are
        # type and code. What is not given matches no policy that names it; direction is out, in or fwd, and out if nothing
        # is given.
        method Explain(
          source: string,
          destination: string,
          nextLayer: ?int,
          sourcePort: ?int,
          destinationPort: ?int,
          device: ?string,
          mark: ?int,
          interfaceID: ?int,
          direction: ?string
        ) -> (packet: string, lookups: []PolicyLookup, fate: string)

        # What is wrong with the kernel's state, or soon will be: by the rules about files, by the kernel's counters and by how
        # the machine is set up. The worst comes first. The kernel is asked for its entries.
        method Diagnose() -> (findings: []Finding)

        # Figures in the text format of OpenMetrics 1.0, as setkey --metrics prints them; with perAssociation those of
        # each association as well. What the kernel counts may be a second old, and older as long as a reload is under
        # way: setkeyd_kernel_read_age_seconds says how old.
        method Metrics(perAssociation: ?bool) -> (text: string)

        # The daemon's status.
        method Status() -> (
          version: string,
          kernelInterface: string,
          protectsTraffic: bool,
          configuration: string,
          settled: bool,
          state: string,
          # What the kernel has: declared (less missing and expired), undeclared and foreign entries.
          associations: int,
          policies: int,
          ownedAssociations: int,
          ownedPolicies: int,
          # What the file declares.
          declaredAssociations: int,
          declaredPolicies: int,
          # Declared entries that the kernel does not have, those that have expired apart.
          missingAssociations: int,
          missingPolicies: int,
          # Declared entries that the kernel has with other values.
          alteredAssociations: int,
          alteredPolicies: int,
          # Entries that the kernel has and that the file no longer declares, but still owns.
          undeclaredAssociations: int,
          undeclaredPolicies: int,
          foreignAssociations: int,
          foreignPolicies: int,
          # Databases that the kernel cannot list completely, SAD or SPD: there are foreign entries that no number counts.
          incomplete: []string,
          # Declared entries that the kernel does not have as declared.
          drifted: int,
          # Of these, how many are no longer repaired, because another program insists or the kernel refuses them.
          unrepaired: ?int,
          # Declared associations whose lifetime has ended, and policies; nothing where none has.
          expired: int,
          expiredPolicies: ?int,
          # repair, report
          drift: string,
          # Since when nothing is applied (TurnOff), in seconds since 1970.
          off: ?int,
          # When the last reload, revert or start ended, seconds since 1970, and how.
          lastReload: ?int,
          lastOutcome: ?string,
          # Seconds within which the last reload must be confirmed.
          confirmSeconds: ?int,
          # Why some of the file's UDP ports for ESP in UDP are not open, one sentence for each.
          closedPorts: ?[]string,
          # Associations that have used three quarters of their sequence numbers, the worst first, at most 20.
          sequences: ?[]string,
          # Policies that wait for their network devices, and those, each once.
          waitingPolicies: ?int,
          awaitedDevices: ?[]string,
          # When something that is declared for a time begins or ends next (Schedule), and from when on the first policy
          # has no association, which may have passed, in seconds since 1970.
          nextChange: ?int,
          keysEnd: ?int,
          overruns: int,
          uptimeSeconds: int,
          pid: int,
          clients: int
        )

        # What the kernel interface in use can carry. A text that says anything else is refused, so whoever judges one
        # beforehand asks this.
        method Traits() -> (
          # As messages call it: PF_KEY
          interface: string,
          # Algorithms by their names in setkey.conf(5).
          encryption: []string,
          integrity: []string,
          compression: []string,
          # Whether an algorithm without a name can be said by its number.
          algorithmNumbers: bool,
          # The widest anti-replay window, in packets.
          replay: int,
          # The largest reqid that a policy may name.
          reqid: int,
          # Whether the original address of an association behind a NAT is stored.
          originalAddress: bool,
          # SAs and policies can be bound to packet marks and to interfaces.
          marks: bool,
          # The flags of associations by their words in setkey.conf(5); esn stands for -esn.
          flags: []string,
          # Whether what only XFRM says of associations can be said.
          options: bool,
          # How many parts of an Execute may be sent with 'ahead'.
          ahead: ?int
        )


        """
}
