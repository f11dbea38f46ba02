import IPsec

/// Which SAs of a file serve which transforms of its policies.
///
/// Needs are looked up by what they look at (their shape), of which a file has few: linear in its entries.
struct AssociationUse {
    /// Files with more kinds of selectors than this are not judged.
    private static let shapeLimit = 64

    /// The different needs of all policies, in the order of the file.
    private(set) var needs: [AssociationNeed] = []
    /// The first policy, by its place in the file, and its transform that cannot do without each need; `nil` where
    /// every transform can.
    private(set) var demands: [(policy: Int, transform: Int)?] = []
    /// Whether some SA serves each need.
    private(set) var isServed: [Bool] = []
    /// Whether each SA, by its place in the file, serves a need.
    private(set) var isUsed: [Bool] = []
    /// Whether the file says enough for a judgement.
    private(set) var isKnown = true

    private var index: [AssociationNeed: Int] = [:]
    private var shapes: Set<NeedShape> = []
    /// The needs that name a source, for SAs that may come from anywhere.
    private var sourced: [AssociationNeed: [Int]] = [:]
    private var sourcedNeeds: [AssociationNeed: [Int]] = [:]

    init(of state: DesiredState) {
        let isFromAnywhere = state.associations.contains { $0.entry.source.isUnspecified }
        for (position, declared) in state.policies.enumerated() {
            collect(declared.entry, position, withSources: isFromAnywhere)
        }
        isServed = [Bool](repeating: false, count: needs.count)
        sourcedNeeds = sourced
        isKnown = shapes.count <= Self.shapeLimit
        guard isKnown, !needs.isEmpty else { return }
        let shapes = Array(shapes)
        isUsed = state.associations.map { serve($0.entry, shapes) }
    }

    private mutating func collect(_ policy: SecurityPolicy, _ position: Int, withSources: Bool) {
        guard case .protect(let transforms) = policy.action else { return }
        for (number, need) in AssociationNeed.all(of: policy).enumerated() {
            let known = index[need] ?? needs.count
            if known == needs.count { add(need, withSources: withSources) }
            if transforms[number].needsAssociation(in: policy.identity.direction), demands[known] == nil {
                demands[known] = (position, number)
            }
        }
    }

    /// The needs of a policy of the file.
    func needs(of policy: SecurityPolicy) -> [Int] { AssociationNeed.all(of: policy).compactMap { index[$0] } }

    /// The needs that an SA serves, each once.
    func needs(servedBy association: SecurityAssociation) -> Set<Int> {
        var served: Set<Int> = []
        for need in shapes.compactMap({ $0.need(servedBy: association) }) {
            if let known = index[need] { served.insert(known) }
            if association.source.isUnspecified { served.formUnion(sourcedNeeds[need] ?? []) }
        }
        return served
    }

    /// The transforms of a policy of the file that cannot do without an SA, by their places, and what they need.
    func indispensable(_ policy: SecurityPolicy) -> [(transform: Int, need: Int)] {
        guard isKnown, case .protect(let transforms) = policy.action else { return [] }
        return AssociationNeed.all(of: policy).enumerated().compactMap { place, need in
            guard let known = index[need], transforms[place].needsAssociation(in: policy.identity.direction) else {
                return nil
            }
            return (place, known)
        }
    }

    /// The places of the transforms of a policy of the file that cannot do without an SA, and have none.
    func unserved(_ policy: SecurityPolicy) -> [Int] {
        indispensable(policy).compactMap { place, need in isServed[need] ? nil : place }
    }

    private mutating func add(_ need: AssociationNeed, withSources: Bool) {
        index[need] = needs.count
        if withSources, need.source != nil {
            sourced[need.fromAnywhere, default: []].append(needs.count)
            shapes.insert(NeedShape(of: need.fromAnywhere))
        }
        shapes.insert(NeedShape(of: need))
        needs.append(need)
        demands.append(nil)
    }

    /// Notes what an SA serves; whether that is anything.
    private mutating func serve(_ association: SecurityAssociation, _ shapes: [NeedShape]) -> Bool {
        var isUsed = false
        for shape in shapes {
            guard let need = shape.need(servedBy: association) else { continue }
            if let known = index[need] {
                isServed[known] = true
                isUsed = true
            }
            guard association.source.isUnspecified, let others = sourced[need] else { continue }
            for known in others { isServed[known] = true }
            // Once is enough for these; that they are there still counts.
            if !others.isEmpty { sourced[need] = [] }
            isUsed = true
        }
        return isUsed
    }
}

extension Transform {
    /// Whether packets do not pass without an SA for it.
    fileprivate func needsAssociation(in direction: Direction) -> Bool {
        // A forwarded packet ends no transport-mode SA here: such a policy is a copy that nothing meets.
        let isCopy = direction == .forward && mode == .transport
        return !isCopy && level != .use
    }
}
