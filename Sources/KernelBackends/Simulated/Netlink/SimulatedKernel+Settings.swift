internal import CLinux
package import IPsec

// NEWSPDINFO and GETSPDINFO (xfrm-facts B3): the thresholds are kept and told, and make nothing faster here. SETDEFAULT and
// GETDEFAULT (xfrm-facts 3.6).

extension SimulatedKernel {
    /// As Linux begins.
    static let ordinaryThresholds = HashThresholds(
        ipv4: HashThresholds.Lengths(local: 32, remote: 32), ipv6: HashThresholds.Lengths(local: 128, remote: 128))

    mutating func newSPDInformation(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        var reader = WireReader(request.body.span)
        guard let content = try? KernelEvent.Content(spdInformation: &reader),
            case .hashThresholds(let new, _) = content
        else { throw XFRMRefusal(.invalidArgument) }
        var thresholds = hashThresholds
        for family in [IPAddress.Family.ipv4, .ipv6] {
            guard let lengths = new[family] else { continue }
            guard max(lengths.local, lengths.remote) <= family.bitCount else { throw XFRMRefusal(.invalidArgument) }
            thresholds[family] = lengths
        }
        hashThresholds = thresholds
    }

    mutating func getSPDInformation(_ request: ReceivedXFRMRequest, fromSocketAt index: Int) throws(XFRMRefusal) {
        _ = try request.fixedPart(byteCount: 4)
        let thresholds = hashThresholds
        var counts = [UInt32](repeating: 0, count: 6)
        // Inbound, outbound, forwarded, and those of sockets, of which there are two kinds.
        for handle in policies.table.handles {
            if let policy = policies[handle] { counts[Int(policy.identity.direction.xfrmNumber)] += 1 }
        }
        answer(.newSPDInformation, sequence: request.header.sequence, toSocketAt: index) { writer throws(WireError) in
            writer.append(0 as UInt32)
            try writer.appendAttribute(.policyCounts) { writer throws(WireError) in
                for count in counts { writer.append(count) }
            }
            try thresholds.writeXFRM(to: &writer)
        }
    }

    // MARK: Defaults

    /// A number that is neither leaves a direction as it is; everybody is told in any case, and not who did it.
    mutating func setDefaults(_ request: ReceivedXFRMRequest) throws(XFRMRefusal) {
        let wanted = try request.fixedPart(byteCount: Self.defaultsByteCount)
        for (direction, number) in zip(Direction.managed, wanted) {
            switch Int32(number) {
            case XFRM_USERPOLICY_BLOCK: blockedDirections.insert(direction)
            case XFRM_USERPOLICY_ACCEPT: blockedDirections.remove(direction)
            default: break
            }
        }
        tellDefaults()
    }

    private mutating func tellDefaults() {
        let defaults = defaults
        tell(.policies, .getDefaults, by: .ofKernel) { $0.append(defaults.span) }
    }

    /// Another program says in which directions packets that no policy matches are dropped (`ip xfrm policy setdefault`).
    package mutating func setBlockedDirections(_ directions: Set<Direction>, at now: Instant) {
        advance(to: now)
        blockedDirections = directions
        tellDefaults()
    }

    mutating func getDefaults(_ request: ReceivedXFRMRequest, fromSocketAt index: Int) throws(XFRMRefusal) {
        _ = try request.fixedPart(byteCount: Self.defaultsByteCount)
        let defaults = defaults
        answer(.getDefaults, sequence: request.header.sequence, toSocketAt: index) { $0.append(defaults.span) }
    }

    /// `xfrm_userpolicy_default`, which is padded where it is told.
    private static let defaultsByteCount = 3

    private var defaults: [UInt8] {
        Direction.managed.map {
            UInt8(blockedDirections.contains($0) ? XFRM_USERPOLICY_BLOCK : XFRM_USERPOLICY_ACCEPT)
        } + [0]
    }
}
