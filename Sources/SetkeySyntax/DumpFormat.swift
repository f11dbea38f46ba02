package import IPsec
import TextBytes

/// Renders dumps in the layout of ipsec-tools (language 3.1, 3.2), straight into bytes, in the form in which they travel:
/// as the inside of a JSON string (RFC 8259, 7), so that nobody looks at them again.
///
/// The texts here are therefore raw ones: `#"\n\t"#` are the four bytes of a line end and a tab in JSON. What comes from
/// outside is looked at byte by byte.
///
/// One value renders one dump: it numbers the entries, and remembers local times that it has already worked out.
package struct DumpFormat: Sendable {
    /// What a dump shows.
    package struct Options: Sendable {
        /// Keys instead of `<hidden>`.
        package var showKeys = false
        /// What stands in `<hidden>` for a key that is not shown; without it there is nothing.
        package var fingerprints: KeyFingerprints?
        /// What records have in place of keys, where somebody compares them.
        package var digest: KeyDigest?
        /// `-p`: `[port]` behind the addresses.
        package var showPorts = false
        /// `-N`: no per-socket policies, but a line that counts them.
        package var hidePerSocket = false
        /// `-v`: what came in to an SA and was dropped, and whose an entry is.
        package var isVerbose = false
        /// The process that the last line of an entry names.
        package var processID: UInt32

        package init(
            showKeys: Bool = false, showPorts: Bool = false, hidePerSocket: Bool = false, isVerbose: Bool = false,
            processID: UInt32
        ) {
            self.showKeys = showKeys
            self.showPorts = showPorts
            self.hidePerSocket = hidePerSocket
            self.isVerbose = isVerbose
            self.processID = processID
        }
    }

    package let options: Options
    /// Seconds since 1970.
    let now: UInt64
    let protocolNames: ProtocolNames
    let interfaceName: String
    var times: LocalTimes
    private var sequence: UInt32 = 0
    private var hiddenCount = 0

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - protocolNames: what the upper-layer protocols are called in policies.
    ///   - interfaceName: of the kernel interface, which could not tell what a degraded SA is.
    package init(
        options: Options, now: UInt64, protocolNames: ProtocolNames = .builtIn,
        interfaceName: String = KernelTraits.pfKey.name
    ) {
        self.options = options
        self.now = now
        self.protocolNames = protocolNames
        self.interfaceName = interfaceName
        times = LocalTimes()
    }

    /// Appends what stands in place of a dump without an SA.
    package func appendNoAssociations(to output: inout [UInt8]) { output.append(#"No SAD entries.\n"#) }

    /// Appends what stands in place of a dump without a policy.
    package func appendNoPolicies(to output: inout [UInt8]) { output.append(#"No SPD entries.\n"#) }

    /// The number of an entry: 1, 2, 3, ... and 0 for the last.
    mutating func nextSequence(isLast: Bool) -> UInt32 {
        sequence &+= 1
        return isLast ? 0 : sequence
    }

    /// Whose an entry is: a line that ipsec-tools does not have, behind all that it prints but the last.
    func append(owner: String, to output: inout OutputSpan<UInt8>) {
        output.append(#"\towner: "#)
        output.append(escapedForJSON: owner)
        output.append(#"\n"#)
    }

    /// More bytes than that line can have.
    func maximumByteCount(of owner: String?) -> Int {
        owner.map { 16 + JSONEscape.maximumByteCount * $0.utf8.count } ?? 0
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
        output.append(#" per-socket policies not shown (filtered by -N)\n"#)
    }

    /// Lines of both dumps.
    func append(_ context: SecurityContext, to output: inout OutputSpan<UInt8>) {
        output.append(#"\tsecurity context doi: "#, decimal: UInt64(context.domain))
        output.append(#"\n\tsecurity context algorithm: "#, decimal: UInt64(context.algorithm))
        // With the NUL that ends it on the wire.
        output.append(#"\n\tsecurity context length: "#, decimal: UInt64(context.label.utf8.count + 1))
        output.append(#"\n\tsecurity context: "#)
        output.append(escapedForJSON: context.label)
        output.append(#"\n"#)
    }
}
