import IPsec
import TextBytes

/// Renders dumps in the layout of ipsec-tools (language 3.1, 3.2), straight into bytes.
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

    /// What stands in place of a dump without an SA.
    package static let noAssociations: StaticString = "No SAD entries.\n"
    /// What stands in place of a dump without a policy.
    package static let noPolicies: StaticString = "No SPD entries.\n"

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
        output.append(" per-socket policies not shown (filtered by -N)\n")
    }

    // MARK: Parts of both dumps

    /// `Nov 23 14:15:37 2026`, or as many blanks for no time.
    mutating func append(time seconds: UInt64, to output: inout [UInt8]) {
        times.append(seconds, to: &output)
    }

    func append(_ context: SecurityContext?, to output: inout [UInt8]) {
        guard let context else { return }
        output.append("\tsecurity context doi: ")
        output.append(decimal: context.domain)
        output.append("\n\tsecurity context algorithm: ")
        output.append(decimal: context.algorithm)
        output.append("\n\tsecurity context length: ")
        // With the NUL that ends it on the wire.
        output.append(decimal: context.label.utf8.count + 1)
        output.append("\n\tsecurity context: ")
        output += context.label.utf8
        output.append("\n")
    }
}
