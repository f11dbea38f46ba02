import IPsec
package import TextBytes

/// Renders dumps in the layout of ipsec-tools (language 3.1, 3.2), straight into bytes, in the form in which they travel
/// if need be.
///
/// One value renders one dump: it numbers the entries, and remembers local times that it has already worked out.
package struct DumpFormat: Sendable {
    /// What a dump shows.
    package struct Options: Sendable {
        /// Keys instead of `<hidden>`.
        package var showKeys = false
        /// `-p`: `[port]` behind the addresses.
        package var showPorts = false
        /// `-N`: no per-socket policies, but a line that counts them.
        package var hidePerSocket = false
        /// The process that the last line of an entry names.
        package var processID: UInt32

        package init(showKeys: Bool = false, showPorts: Bool = false, hidePerSocket: Bool = false, processID: UInt32) {
            self.showKeys = showKeys
            self.showPorts = showPorts
            self.hidePerSocket = hidePerSocket
            self.processID = processID
        }
    }

    let options: Options
    /// Seconds since 1970.
    let now: UInt64
    let protocolNames: ProtocolNames
    let interfaceName: String
    let form: TextForm
    var times: LocalTimes
    private var sequence: UInt32 = 0
    private var hiddenCount = 0

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - protocolNames: what the upper-layer protocols are called in policies.
    ///   - interfaceName: of the kernel interface, which could not tell what a degraded SA is.
    ///   - form: how the text is written.
    package init(
        options: Options, now: UInt64, protocolNames: ProtocolNames = .builtIn,
        interfaceName: String = KernelTraits.pfKey.name, form: TextForm = .plain
    ) {
        self.options = options
        self.now = now
        self.protocolNames = protocolNames
        self.interfaceName = interfaceName
        self.form = form
        times = LocalTimes()
    }

    /// Appends what stands in place of a dump without an SA.
    package func appendNoAssociations(to output: inout [UInt8]) { append(line: "No SAD entries.", to: &output) }

    /// Appends what stands in place of a dump without a policy.
    package func appendNoPolicies(to output: inout [UInt8]) { append(line: "No SPD entries.", to: &output) }

    /// The number of an entry: 1, 2, 3, ... and 0 for the last.
    mutating func nextSequence(isLast: Bool) -> UInt32 {
        sequence &+= 1
        return isLast ? 0 : sequence
    }

    /// Whether `-N` leaves the policy out; then it is counted.
    mutating func hides(_ policy: SecurityPolicy) -> Bool {
        guard options.hidePerSocket, policy.identity.direction.isPerSocket else { return false }
        hiddenCount += 1
        // The kernel has numbered it all the same.
        sequence &+= 1
        return true
    }

    /// Appends the line that ends a dump with `-N`, if something was left out.
    package func appendSummary(to output: inout [UInt8]) {
        guard hiddenCount > 0 else { return }
        output.append(decimal: hiddenCount)
        append(line: " per-socket policies not shown (filtered by -N)", to: &output)
    }

    private func append(line: StaticString, to output: inout [UInt8]) {
        output.append(line)
        output.append(addingCapacity: 2) { $0.appendNewline(form) }
    }

    // MARK: Parts of both dumps

    /// Ends the line, and begins the next one of the same entry.
    func startLine(_ output: inout OutputSpan<UInt8>) {
        output.appendNewline(form)
        output.appendTab(form)
    }

    func append(_ context: SecurityContext?, to output: inout OutputSpan<UInt8>) {
        guard let context else { return }
        output.appendTab(form)
        output.append("security context doi: ")
        output.append(decimal: context.domain)
        startLine(&output)
        output.append("security context algorithm: ")
        output.append(decimal: context.algorithm)
        startLine(&output)
        output.append("security context length: ")
        // With the NUL that ends it on the wire.
        output.append(decimal: UInt64(context.label.utf8.count + 1))
        startLine(&output)
        output.append("security context: ")
        output.append(foreign: context.label, form)
        output.appendNewline(form)
    }
}
