/// A Security Association (RFC 4301, 4.4.2.1), as the file declares it and as the kernel reports it.
package struct SecurityAssociation: Hashable, Sendable {
    /// Destination, protocol and SPI: what names it.
    package var identity: SAIdentity
    package var source: IPAddress
    package var mode: Mode
    /// What the kernel says; a declared SA is mature.
    package var state: SAState
    package var replayWindow: ReplayWindow
    /// Whether the kernel interface could tell only part of it: an AEAD SA seen through PF_KEY has no algorithm and
    /// no key. Such an entry is foreign: shown, never compared, never deleted.
    package var isDegraded: Bool
    package var reqID: ReqID
    package var flags: SAFlags
    package var encryption: EncryptionAlgorithm
    package var integrity: IntegrityAlgorithm
    /// IPComp's algorithm; `.none` otherwise.
    package var compression: CompressionAlgorithm
    package var encapsulation: NATTraversal?
    package var encryptionKey: KeyMaterial?
    package var integrityKey: KeyMaterial?
    package var limits: LifetimeLimits
    /// What it has carried, and since when; zero in a declared SA.
    package var current: Lifetime
    /// What few SAs have; one reference, so that the many do not pay for it.
    private var rare: Rare?

    package init(identity: SAIdentity, source: IPAddress) {
        self.identity = identity
        self.source = source
        mode = .transport
        state = .mature
        replayWindow = .disabled
        isDegraded = false
        reqID = .none
        // Not `[]`: that is a generic function, called for every SA that is parsed or decoded.
        flags = SAFlags(rawValue: 0)
        encryption = .none
        integrity = .none
        compression = .none
        limits = .none
        current = .zero
    }

    /// The NAT-T original address (RFC 3948); Linux does not keep it (kernel-facts K18).
    package var originalAddress: IPAddress? {
        get { rare?.originalAddress }
        set { setRare(newValue, rare?.securityContext) }
    }

    package var securityContext: SecurityContext? {
        get { rare?.securityContext }
        set { setRare(rare?.originalAddress, newValue) }
    }

    /// Shares the keys that are the same in `known`; it stays what it was.
    package mutating func shareKeys(with known: SecurityAssociation) {
        encryptionKey?.share(known.encryptionKey)
        integrityKey?.share(known.integrityKey)
    }

    private mutating func setRare(_ address: IPAddress?, _ context: SecurityContext?) {
        rare = address == nil && context == nil ? nil : Rare(originalAddress: address, securityContext: context)
    }

    private final class Rare: Hashable, Sendable {
        let originalAddress: IPAddress?
        let securityContext: SecurityContext?

        init(originalAddress: IPAddress?, securityContext: SecurityContext?) {
            self.originalAddress = originalAddress
            self.securityContext = securityContext
        }

        static func == (left: Rare, right: Rare) -> Bool {
            left.originalAddress == right.originalAddress && left.securityContext == right.securityContext
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(originalAddress)
            hasher.combine(securityContext)
        }
    }

    /// By identity: equal SAs have equal identities, and key bytes stay out of hash tables.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
    }
}
