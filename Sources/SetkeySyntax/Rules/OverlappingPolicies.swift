import IPsec

/// Policies of one direction and one priority that overlap and say different things: which of them the kernel takes
/// for a packet depends on its version; Linux 6.1 takes the wider one, whatever the order.
///
/// Two selectors overlap where they agree on all that both look at. So the policies are sorted by what they look at
/// (their shape), and each two shapes are joined on what these have in common: linear in the policies for each pair of
/// shapes, of which files have few.
struct OverlappingPolicies {
    /// More work than this, in look-ups, is not done.
    private static let workLimit = 20_000_000

    private let state: DesiredState
    private var remarks = RuleRemarks(of: .overlappingPolicies)
    /// The wide policies that have been remarked on: one exception is enough to see what is wrong with it.
    private var named: Set<Int> = []
    private var work = 0

    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var rule = OverlappingPolicies(of: state)
        rule.run()
        return rule.remarks.diagnostics
    }

    private init(of state: DesiredState) {
        self.state = state
    }

    private mutating func run() {
        var groups: [Group: [SelectorShape: [Int]]] = [:]
        for (index, declared) in state.policies.enumerated() where !declared.entry.identity.isDefault {
            let selector = declared.entry.identity.selector
            groups[Group(declared.entry), default: [:]][SelectorShape(of: selector), default: []].append(index)
        }
        var found: [(wide: Int, narrow: Int)] = []
        for shapes in groups.values {
            // Wide ones first: they are few, and each is told of once.
            let sorted = shapes.sorted { ($0.key.bitCount, $0.value[0]) < ($1.key.bitCount, $1.value[0]) }
            for (position, wide) in sorted.enumerated() {
                for narrow in sorted[position...] {
                    work += wide.value.count + narrow.value.count
                    guard work <= Self.workLimit else { return }
                    found += join(wide, narrow)
                }
            }
        }
        for (wide, narrow) in found.sorted(by: { ($0.narrow, $0.wide) < ($1.narrow, $1.wide) }) {
            // What is said of `in` goes for `fwd`, too.
            guard areTogether(wide, narrow), !hasInboundTwin(wide) || !hasInboundTwin(narrow),
                named.insert(wide).inserted
            else { continue }
            report(wide, narrow)
        }
    }

    /// Pairs of the two shapes that overlap with different actions: for each of the wide ones the first narrow one.
    private func join(
        _ wide: (key: SelectorShape, value: [Int]), _ narrow: (key: SelectorShape, value: [Int])
    ) -> [(wide: Int, narrow: Int)] {
        let isSame = wide.key == narrow.key
        // Within one shape only host bits make two selectors of one set of packets.
        if isSame, !wide.value.contains(where: { selector($0).hasHostBits }) { return [] }
        let shape = wide.key.common(with: narrow.key)
        var buckets: [Selector: Bucket] = [:]
        for index in wide.value { buckets[shape.reduce(selector(index)), default: Bucket()].add(index, action(index)) }
        var found: [(wide: Int, narrow: Int)] = []
        for index in narrow.value {
            let key = shape.reduce(selector(index))
            guard let other = buckets[key]?.other(than: action(index)), other != index else { continue }
            if isSame, other > index { continue }
            found.append((other, index))
            // The others of the bucket tell nothing new.
            buckets[key] = nil
        }
        return found
    }

    /// Whether there is a moment at which both hold.
    private func areTogether(_ one: Int, _ other: Int) -> Bool {
        state.schedule.map { $0.validity(ofPolicy: one).overlaps($0.validity(ofPolicy: other)) } ?? true
    }

    /// Whether this is a `fwd` policy beside one for `in`.
    private func hasInboundTwin(_ index: Int) -> Bool {
        let identity = state.policies[index].entry.identity
        return identity.direction == .forward
            && state.policies.contains(identity.turned(.inbound))
    }

    private func selector(_ index: Int) -> Selector { state.policies[index].entry.identity.selector }
    private func action(_ index: Int) -> PolicyAction { state.policies[index].entry.action }

    private mutating func report(_ wide: Int, _ narrow: Int) {
        let other = state.policies[wide].entry.identity.ruleText
        remarks.add(
            at: state.policies[narrow].origin,
            "this policy overlaps '\(other)', with another action and the same priority: "
                + "which of them applies depends on the kernel (6.1 uses the wider one)",
            advice: "give the exception a higher priority, for example prio high")
    }

    /// What two policies must have in common to compete.
    private struct Group: Hashable {
        let direction: Direction
        let priority: UInt32
        let family: IPAddress.Family
        let mark: Mark
        let interfaceID: InterfaceID
        let device: Device?

        init(_ policy: SecurityPolicy) {
            direction = policy.identity.direction
            priority = policy.priority
            family = policy.identity.selector.source.address.family
            mark = policy.identity.mark
            interfaceID = policy.identity.interfaceID
            device = policy.identity.device
        }
    }

    /// Of the policies that match the same packets, the first, and the first with another action.
    private struct Bucket {
        private var first: (index: Int, action: PolicyAction)?
        private var second: Int?

        mutating func add(_ index: Int, _ action: PolicyAction) {
            guard let first else { return self.first = (index, action) }
            if second == nil, first.action != action { second = index }
        }

        func other(than action: PolicyAction) -> Int? {
            first.flatMap { $0.action == action ? second : $0.index }
        }
    }
}

extension Selector {
    fileprivate var hasHostBits: Bool { source.hasHostBits || destination.hasHostBits }
}

/// What a selector looks at: so many bits of the addresses, and whether protocol and ports.
struct SelectorShape: Hashable {
    private var sourceLength: UInt8
    private var destinationLength: UInt8
    private var hasProtocol: Bool
    private var hasSourcePort: Bool
    private var hasDestinationPort: Bool

    init(of selector: Selector) {
        sourceLength = selector.source.length
        destinationLength = selector.destination.length
        hasProtocol = selector.nextLayer != .any
        hasSourcePort = selector.sourcePort != 0
        hasDestinationPort = selector.destinationPort != 0
    }

    /// How much it looks at: a wide shape is less than a narrow one.
    var bitCount: Int {
        Int(sourceLength) + Int(destinationLength) + (hasProtocol ? 8 : 0) + (hasSourcePort ? 16 : 0)
            + (hasDestinationPort ? 16 : 0)
    }

    /// What both look at.
    func common(with other: SelectorShape) -> SelectorShape {
        var common = self
        common.sourceLength = min(sourceLength, other.sourceLength)
        common.destinationLength = min(destinationLength, other.destinationLength)
        common.hasProtocol = hasProtocol && other.hasProtocol
        common.hasSourcePort = hasSourcePort && other.hasSourcePort
        common.hasDestinationPort = hasDestinationPort && other.hasDestinationPort
        return common
    }

    /// A selector without what is not looked at; equal ones overlap.
    func reduce(_ selector: Selector) -> Selector {
        Selector(
            source: selector.source.reduced(to: sourceLength),
            destination: selector.destination.reduced(to: destinationLength),
            nextLayer: hasProtocol ? selector.nextLayer : .any, sourcePort: hasSourcePort ? selector.sourcePort : 0,
            destinationPort: hasDestinationPort ? selector.destinationPort : 0)
    }
}

extension AddressPrefix {
    /// The prefix of the first `length` bits, and no host bits.
    func reduced(to length: UInt8) -> AddressPrefix {
        AddressPrefix(address: address.masked(toPrefix: length), length: length)
    }
}
