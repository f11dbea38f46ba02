import IPsec

/// How an SA fails to be what a transform needs, although it comes near.
struct NearMiss {
    /// How near, from the nearest; what is farther than this is no near miss.
    enum Distance: Int, Comparable {
        case number
        case binding
        case mode
        case ipsecProtocol
        case otherWay
        case oneEnd

        static func < (left: Distance, right: Distance) -> Bool { left.rawValue < right.rawValue }
    }

    let distance: Distance
    private let need: AssociationNeed
    private let association: SecurityAssociation

    /// `nil` where the SA has nothing to do with the need.
    init?(_ need: AssociationNeed, _ association: SecurityAssociation) {
        self.need = need
        self.association = association
        let hasProtocol = association.identity.ipsecProtocol.rawValue == need.ipsecProtocol
        let hasMode = association.mode == need.mode
        if need.hasEnds(of: association) {
            let hasBinding =
                association.interfaceID == need.interfaceID && (need.mark.map(association.identity.mark.covers) ?? true)
            distance = !hasProtocol ? .ipsecProtocol : !hasMode ? .mode : hasBinding ? .number : .binding
            return
        }
        guard hasProtocol, hasMode else { return nil }
        if need.hasSource(association.identity.destination), need.hasDestination(association.source) {
            distance = .otherWay
        } else if need.isHost(association) {
            distance = .oneEnd
        } else {
            return nil
        }
    }

    /// What is different, said of the SA: `has reqid 0, not 7`.
    var difference: String {
        switch distance {
        case .number:
            switch need.number {
            case .drawn:
                "has reqid \(association.reqID.rawValue), and 'unique' alone asks for one that the kernel chooses"
            case .exactly(let number): "has reqid \(association.reqID.rawValue), not \(number.rawValue)"
            case .any: "does not fit"
            }
        case .binding: "has another mark or interface id"
        case .mode: "is for \(association.mode.ruleWord) mode, not for \(need.mode.ruleWord) mode"
        case .ipsecProtocol: "is of another protocol"
        case .otherWay: "is for the other direction"
        case .oneEnd: "goes from \(association.source) to \(association.identity.destination)"
        }
    }

    /// What to write, said to the author of the policy.
    var advice: String {
        switch (distance, need.number) {
        case (.number, .drawn): "write unique:N here and -u N in the SA, with N in 1...16383"
        case (.number, .exactly(.none)) where association.reqID.rawValue <= ReqID.manualMaximum:
            "write unique:\(association.reqID.rawValue) here, or remove -u from the SA"
        case (.number, .exactly(let number)): "write -u \(number.rawValue) in the SA"
        case (.binding, _): "make -mark and -if_id of the two agree"
        case (.mode, _): "write -m \(need.mode.ruleWord) in the SA, or the other mode here"
        case (.ipsecProtocol, _): "make the two agree"
        case (.otherWay, _): "declare one for this direction"
        case (.oneEnd, _), (.number, .any): "correct one of the two"
        }
    }
}

extension AssociationNeed {
    /// Whether an SA has one of the two ends, where that is a single host.
    fileprivate func isHost(_ association: SecurityAssociation) -> Bool {
        if let source, source.length == source.address.bitCount, source.address == association.source { return true }
        guard let destination, destination.length == destination.address.bitCount else { return false }
        return destination.address == association.identity.destination
    }
}

extension Mode {
    fileprivate var ruleWord: String { word.map { "\($0)" } ?? "\(rawValue)" }
}
