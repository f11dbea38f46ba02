/// The description of `org.setkeyd`, in Varlink's interface language: what `GetInterfaceDescription` answers.
///
/// A test compares it, field by field, with the types that are encoded and decoded.
package let controlInterfaceText = """
    # The control interface of setkeyd: IPsec with manual keys (setkey(8)) through a daemon that mirrors the kernel's
    # two databases, the SAD (security associations) and the SPD (security policies).
    #
    # Methods that may have much to tell send it in parts to a caller who says 'more', and in one reply to others,
    # up to a limit beyond which the answer is org.varlink.service.ExpectedMore. Monitor needs 'more' always.
    # Errors say nothing of keys, and keys are shown only where showKeys is given and the caller may see them.
    #
    # Root and the user of the daemon may do everything. Members of its group have read-only access, calls of at most 64
    # KiB, and a share of places, memory, monitors and plans; beyond it the answer is Busy.
    interface org.setkeyd

    # One of the two databases.
    type Database (associations, policies)

    # The protocols of associations.
    type Protocol (ah, esp, ipcomp)

    # What a monitor is told of: 'listening' is the first reply, 'overrun' says that messages of the kernel may have been
    # lost, 'other' is any other message of the kernel. Later versions may know further events.
    type Event (
      listening,
      added,
      updated,
      deleted,
      expired,
      acquire,
      flushed,
      policyAdded,
      policyUpdated,
      policyDeleted,
      policiesFlushed,
      migrated,
      newMapping,
      overrun,
      other
    )

    # Which lifetime of an association has ended. After the hard one it is gone.
    type Expiry (soft, hard)

    # One column of lifetimes: seconds, bytes, packets.
    type Lifetime (
      allocations: int,
      bytes: int,
      addTime: int,
      useTime: int
    )

    # The two ports of ESP in UDP.
    type Encapsulation (
      sourcePort: int,
      destinationPort: int
    )

    # A security association. Keys are hexadecimal digits.
    type Association (
      source: string,
      destination: string,
      protocol: string,
      spi: int,
      mode: string,
      state: string,
      reqid: int,
      # Anti-replay window in packets.
      replay: int,
      flags: int,
      encryption: ?string,
      integrity: ?string,
      compression: ?string,
      encryptionKey: ?string,
      integrityKey: ?string,
      encapsulation: ?Encapsulation,
      current: Lifetime,
      soft: ?Lifetime,
      hard: ?Lifetime,
      # The kernel interface could tell only part of it.
      degraded: ?bool
    )

    # A security policy.
    type Policy (
      # in, out, fwd, in(socket), out(socket)
      direction: string,
      # Address with prefix length.
      source: string,
      destination: string,
      sourcePort: int,
      destinationPort: int,
      # IP protocol number; 255 is any.
      nextLayer: int,
      # discard, none, ipsec
      action: string,
      # As in setkey.conf, in order: esp/tunnel/192.0.2.1-192.0.2.2/require
      transforms: []string,
      priority: int,
      index: ?int,
      # Seconds since 1970; 0 is never.
      created: int,
      lastUsed: int,
      # Seconds; 0 is unlimited.
      lifetime: int,
      validTime: int
    )

    # Something about a call's text; offset and length are bytes of its UTF-8.
    type Diagnostic (
      # error, warning, note
      severity: string,
      offset: int,
      length: int,
      message: string,
      # What to do; may be empty.
      advice: string
    )

    # A statement that the kernel refused; offset and length are bytes of the text's UTF-8.
    type StatementFailure (
      offset: int,
      length: int,
      operation: string,
      errno: int,
      reason: string
    )

    # A property of an entry that is not as declared; of keys only that they differ.
    type PlanDifference (
      field: string,
      present: ?string,
      declared: ?string
    )

    # A step of a plan, without keys.
    type PlanStep (
      # add, update (in place), replace (delete and add), delete
      change: string,
      operation: string,
      # The entry as a statement.
      statement: string,
      # missing, stale, differs(...)
      reason: string,
      # Kernel writes that it takes.
      writes: int,
      differences: ?[]PlanDifference,
      # FILE:LINE:COLUMN of the declaring statement.
      location: ?string,
      # For a text of the caller's: in which of its parts the statement stands, and at which byte.
      part: ?int,
      offset: ?int
    )

    # Runs statements of the setkey language. A run that does not fit into one call (1 MiB) is cut between statements:
    # all parts but the last say 'unfinished', on one connection. Each part is parsed whole before any of it is applied.
    # Failures, output and messages of a reply are those since the reply before.
    method Execute(
      text: string,
      rfcSemantics: ?bool,
      atomic: ?bool,
      showKeys: ?bool,
      verbose: ?bool,
      showPorts: ?bool,
      unfinished: ?bool
    ) -> (
      executed: int,
      failures: ?[]StatementFailure,
      # What was done, and is probably not enough.
      warnings: ?[]StatementFailure,
      output: ?string,
      messages: ?string,
      undone: ?int,
      ended: ?bool
    )

    # The SAD as records. If the kernel cannot tell all of it, incomplete says so in the last reply, here as below. Time is the daemon's clock, to which ages are counted, in seconds since 1970.
    method ListAssociations(
      protocol: ?Protocol,
      includeDead: ?bool,
      showKeys: ?bool
    ) -> (
      associations: []Association,
      time: int,
      incomplete: ?string
    )

    # The SPD as records.
    method ListPolicies() -> (policies: []Policy, incomplete: ?string)

    # A database as setkey -D and setkey -DP print it.
    method Render(
      database: Database,
      protocol: ?Protocol,
      includeDead: ?bool,
      showPorts: ?bool,
      hidePerSocket: ?bool,
      showKeys: ?bool
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

    # What Reload would do; or what it would do if the configuration were this text, which only callers who may see
    # keys can ask. A text that does not fit into one call comes in parts, as for Execute. Warnings are about the file;
    # callers who may not see keys get them without source lines.
    method Plan(text: ?string, unfinished: ?bool) -> (steps: []PlanStep, warnings: ?[]string)

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
      # Declared associations whose lifetime has ended.
      expired: int,
      # repair, report
      drift: string,
      # When the last reload, revert or start ended, seconds since 1970, and how.
      lastReload: ?int,
      lastOutcome: ?string,
      # Seconds within which the last reload must be confirmed.
      confirmSeconds: ?int,
      # Why some of the file's UDP ports for ESP in UDP are not open, one sentence for each.
      closedPorts: ?[]string,
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
      # The widest anti-replay window, in packets.
      replay: int,
      # The largest reqid that a policy may name.
      reqid: int,
      # Whether the original address of an association behind a NAT is stored.
      originalAddress: bool
    )

    # The text has errors; nothing of this call was applied.
    error InvalidText (diagnostics: []Diagnostic)

    # The caller is not allowed to do this; 'who' says who is.
    error PermissionDenied (who: string)

    # The kernel refused a call that is not a statement.
    error KernelRefused (operation: string, errno: int, reason: string)

    # The run was rolled back and has ended; its remaining parts are not executed.
    error RunAborted ()

    # The reload failed; the previous state is in force.
    error ReloadFailed (messages: []string)

    # There is nothing to confirm, or to roll back.
    error NothingPending (reason: string)

    # Something is at its limit: places for clients, monitors, plans. The reason says what, and whose.
    error Busy (reason: string)

    # The daemon is stopping.
    error Stopping ()

    # What arrived is not a Varlink call; the connection is closed.
    error MalformedCall (reason: string)

    """
