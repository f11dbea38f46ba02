package import IPsec

/// Where a statement stands: in which of the sources that were read, and at which bytes.
package struct StatementOrigin: Hashable, Sendable {
    /// The index of the source in ``LoadedSources/sources``.
    package let source: Int
    /// Byte offsets in that source, from the first token through the `;`.
    package let range: Range<Int>

    package init(source: Int, range: Range<Int>) {
        self.source = source
        self.range = range
    }
}

/// The daemon's file, evaluated: the state that running it would leave behind, at one moment.
///
/// Entries keep the order of their declaration; those that hold for a time come behind the others, in the order in which
/// they begin.
@usableFromInline
package struct DesiredState: Sendable {
    /// An entry, and the statement that declares it.
    @usableFromInline
    package struct Declared<Entry: Sendable>: Sendable {
        /// What it declares.
        @usableFromInline package let entry: Entry
        /// The last statement that declares it.
        package let origin: StatementOrigin

        package init(entry: Entry, origin: StatementOrigin) {
            self.entry = entry
            self.origin = origin
        }
    }

    /// Nothing declared, nothing owned.
    package static let empty = DesiredState()

    /// The SAs that must exist, in the order of declaration.
    package internal(set) var associations = DeclaredEntries<SAIdentity, SecurityAssociation>()
    /// The policies that must exist, in the order of declaration.
    package internal(set) var policies = DeclaredEntries<PolicyIdentity, SecurityPolicy>()
    /// What the file owns although it does not declare it.
    package internal(set) var ownership = Ownership()
    /// What must not exist.
    package internal(set) var absences = Absences()
    /// Where the ESP in UDP of the declared SAs arrives, each once.
    package internal(set) var arrivals: [UDPEndpoint] = []
    /// The names of the declared policies that are bound to a network device.
    package internal(set) var boundPolicies: [PolicyIdentity] = []
    /// The masks of the marks of the declared SAs.
    package internal(set) var masks = MarkMasks()
    /// The moment, in seconds since 1970; of no meaning where there is no ``schedule``.
    package internal(set) var moment = 0
    /// What it is at other moments; `nil` where it is always the same.
    package internal(set) var schedule: Schedule?
    /// When its policies lose their last SA, in the order of time, past ones included.
    package internal(set) var losses: [Coverage.Loss] = []

    /// Which foreign entries the file's `flush` and `spdflush` claim: those that it does not list are removed.
    package struct Ownership: Hashable, Sendable {
        /// The protocols that were flushed; all three after a bare `flush`.
        package internal(set) var protocols: Set<IPsecProtocol> = []
        /// Whether `spdflush` was said.
        package internal(set) var policies = false

        /// Nothing.
        package init() {}
    }

    /// What `delete`, `deleteall` and `spddelete` require to be gone; what is declared after a `deleteall` that covers
    /// it stays declared.
    package struct Absences: Sendable {
        /// Of `delete`, by name.
        package internal(set) var associations = DeclaredEntries<SAIdentity, SAReference>()
        /// Of `deleteall`: all SAs between two addresses.
        package internal(set) var pairs = DeclaredEntries<AddressPair, AddressPair>()
        /// Of `spddelete`, by name.
        package internal(set) var policies = DeclaredEntries<PolicyIdentity, PolicyIdentity>()
    }

    /// What `deleteall` names: every SA between two addresses, of one protocol or of all.
    package struct AddressPair: Hashable, Sendable {
        /// The source address of the SAs.
        package let source: IPAddress
        /// Their destination address.
        package let destination: IPAddress
        /// Their protocol; `nil` for all.
        package let ipsecProtocol: IPsecProtocol?

        package init(source: IPAddress, destination: IPAddress, ipsecProtocol: IPsecProtocol?) {
            self.source = source
            self.destination = destination
            self.ipsecProtocol = ipsecProtocol
        }

        /// Whether an SA is one of those.
        package func contains(_ association: SecurityAssociation) -> Bool {
            association.source == source && association.identity.destination == destination
                && (ipsecProtocol == nil || association.identity.ipsecProtocol == ipsecProtocol)
        }
    }

    init() {}

    /// The number of entries that must exist.
    package var count: Int { associations.count + policies.count }
}
