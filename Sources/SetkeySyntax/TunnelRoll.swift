package import IPsec

/// How the SAs of one tunnel of a file give way to new ones at a moment: what is sent changes at once, and what receives is
/// there some time before, and stays as long after it.
package struct TunnelRoll: Sendable {
    /// An SA, and the one that takes its place.
    package struct Succession: Sendable {
        /// As the file declares it.
        package let former: DesiredState.Declared<SecurityAssociation>
        /// The same with an SPI of its own, and with keys that are still to be made.
        package let next: SecurityAssociation
        /// Whether the end whose file it is sends by it; else it receives.
        package let isSent: Bool
        /// When the one begins.
        package let begin: Int
        /// When the other one ends.
        package let end: Int
    }

    /// Why there is none.
    package enum Failure: Error, Hashable, Sendable {
        /// No SA of the file has the SPI.
        case unknown
        /// SAs of several tunnels have it.
        case ambiguous
        /// It is that of a group, which is switched by policies.
        case group
        /// It does not hold at the moment, but at other times.
        case notInForce([Validity])
        /// It would end before it begins.
        case begins(at: Int)
        /// It ends without this.
        case ends(at: Int)
        /// No policy says which of the two ends the file is for.
        case unknownEnd
        /// The policies are for packets from both ends, and do not say it.
        case bothEnds
        /// It has a direction or an offload, which are those of one end alone.
        case ofOneEnd(SAIdentity)
        /// Several SAs of one direction may be meant.
        case several(SAIdentity, SAIdentity)
        /// All SPIs of the protocol are taken.
        case noFreeSPI(IPsecProtocol)
    }

    /// One for each direction that the tunnel has, in the order of the file.
    package let successions: [Succession]

    /// - Parameters:
    ///   - state: what the file declares.
    ///   - spi: of one of the tunnel's SAs.
    ///   - moment: when to change, in seconds since 1970.
    ///   - overlap: by how many seconds what receives begins earlier, and ends later.
    ///   - isPeer: whether it is for the other end, for which what is sent here receives.
    ///   - names: of the credentials of the file, which no new key gets.
    package init(
        of state: DesiredState, spi: SPI, at moment: Int, overlap: Int, isPeer: Bool, names: Set<String> = []
    ) throws(Failure) {
        let whole = state.whole
        let place = try Self.place(of: spi, in: whole)
        let model = whole.associations[place].entry
        guard !model.isOfGroup else { throw .group }
        let members = whole.associations.indices.filter { model.sharesTunnel(with: whole.associations[$0].entry) }
        let sender = try Self.sender(among: members, whole)
        let current = members.filter { whole.validity(ofAssociation: $0).contains(moment) }
        guard current.contains(where: { whole.associations[$0].entry.identity.spi == spi }) else {
            let named = members.filter { whole.associations[$0].entry.identity.spi == spi }
            throw .notInForce(named.map { whole.validity(ofAssociation: $0) })
        }
        var spis = SPIChoice(whole, names)
        var successions: [Succession] = []
        for place in try Self.onePerDirection(current, whole) {
            let declared = whole.associations[place]
            guard !isPeer || !declared.entry.isOfOneEnd else { throw .ofOneEnd(declared.entry.identity) }
            let validity = whole.validity(ofAssociation: place)
            guard validity.until == .max else { throw .ends(at: validity.until) }
            let isSent = (declared.entry.source == sender) != isPeer
            let (begin, end) = isSent ? (moment, moment) : (moment - overlap, moment + overlap)
            guard end > validity.from else { throw .begins(at: validity.from) }
            let next = try spis.next(after: declared.entry)
            successions.append(Succession(former: declared, next: next, isSent: isSent, begin: begin, end: end))
        }
        self.successions = successions
    }

    /// The SA that has the SPI; of both directions of one tunnel the first.
    private static func place(of spi: SPI, in whole: DesiredState) throws(Failure) -> Int {
        let places = whole.associations.indices.filter { whole.associations[$0].entry.identity.spi == spi }
        guard let first = places.first else { throw .unknown }
        let model = whole.associations[first].entry
        guard places.allSatisfy({ model.sharesTunnel(with: whole.associations[$0].entry) }) else { throw .ambiguous }
        return first
    }

    /// The end that the file is for, as its policies say.
    private static func sender(among members: [Int], _ whole: DesiredState) throws(Failure) -> IPAddress {
        let use = AssociationUse(of: whole)
        switch use.sendingEnd(of: members, by: use.outboundNeeds(of: whole), in: whole) {
        case .known(let address): return address
        case .unknown: throw .unknownEnd
        case .both: throw .bothEnds
        }
    }

    private static func onePerDirection(_ places: [Int], _ whole: DesiredState) throws(Failure) -> [Int] {
        var sources: [IPAddress: Int] = [:]
        for place in places {
            let association = whole.associations[place].entry
            if let other = sources.updateValue(place, forKey: association.source) {
                throw .several(whole.associations[other].entry.identity, association.identity)
            }
        }
        return places
    }
}

/// SPIs that no SA of a file has and none of its credentials is named after, the same ones at both ends that have the same
/// ones of both.
private struct SPIChoice {
    private var taken: Set<SPI>
    private let names: Set<String>

    init(_ whole: DesiredState, _ names: Set<String>) {
        taken = Set(whole.associations.map(\.entry.identity.spi))
        self.names = names
    }

    /// An SA with the first free SPI above its own, or above 255, below which they are reserved (RFC 4303, 2.1).
    mutating func next(after association: SecurityAssociation) throws(TunnelRoll.Failure) -> SecurityAssociation {
        let ipsecProtocol = association.identity.ipsecProtocol
        let range: ClosedRange<UInt32> = 0x100...(ipsecProtocol == .ipcomp ? 0xffff : .max)
        var next = association
        var number = association.identity.spi.rawValue
        for _ in range {
            number = number < range.upperBound ? max(range.lowerBound, number + 1) : range.lowerBound
            let spi = SPI(rawValue: number)
            next.identity = association.identity.numbered(spi)
            guard !taken.contains(spi), next.credentials.allSatisfy({ !names.contains($0.name) }) else { continue }
            taken.insert(spi)
            return next
        }
        throw .noFreeSPI(ipsecProtocol)
    }
}

extension SecurityAssociation {
    /// Whether another one is of the same tunnel, in this direction or the other one.
    fileprivate func sharesTunnel(with other: SecurityAssociation) -> Bool {
        let ends = [source, identity.destination]
        return identity.ipsecProtocol == other.identity.ipsecProtocol && mode == other.mode && reqID == other.reqID
            && identity.mark == other.identity.mark && interfaceID == other.interfaceID
            && ([other.source, other.identity.destination] == ends
                || [other.identity.destination, other.source] == ends)
    }

    /// Whether it says which way it leads, or which device of this machine does its work.
    fileprivate var isOfOneEnd: Bool { options.direction != nil || options.offload != nil }
}

extension SAIdentity {
    fileprivate func numbered(_ spi: SPI) -> SAIdentity {
        SAIdentity(destination: destination, ipsecProtocol: ipsecProtocol, spi: spi).marked(mark)
    }
}

extension DesiredState {
    /// When an SA holds, by its place in ``whole``.
    fileprivate func validity(ofAssociation place: Int) -> Validity {
        schedule.map { $0.validity(ofAssociation: place) } ?? .always
    }
}
