/// A Security Association (RFC 4301, 4.4.2.1), as the file declares it and as the kernel reports it.
///
/// A value in one reference: to pass it on is one retain, however many hands it goes through. The memory behind it,
/// keys included, is written once; to set a property makes a new one, so make it of ``Fields`` where many are made.
package struct SecurityAssociation: Sendable {
    private var storage: Storage

    private final class Storage: Sendable {
        let fields: Fields

        /// An SA of all its fields: one allocation.
        init(_ fields: consuming Fields) {
            self.fields = fields
        }
    }

    package init(_ fields: consuming Fields) {
        storage = Storage(fields)
    }

    /// A mature SA in transport mode without algorithms, keys and limits; everything else is set afterwards.
    package init(identity: SAIdentity, source: IPAddress) {
        self.init(Fields(identity: identity, source: source))
    }

    /// An SA of these fields, with keys of these bytes: `known` itself where that is the same, so that nothing is made.
    ///
    /// Keys that are those of `known` are shared with it.
    package init(
        _ fields: consuming Fields, encryption: Span<UInt8>?, integrity: Span<UInt8>?,
        knowing known: SecurityAssociation?
    ) {
        if let keys = known?.storage.fields.keys, keys.isMade(of: encryption, integrity) {
            fields.keys = keys
        } else {
            fields.copyKeys(encryption: encryption, integrity: integrity)
        }
        if let known, known.storage.fields == fields {
            self = known
        } else {
            self.init(fields)
        }
    }

    /// All of it, to be read and written together.
    package var fields: Fields {
        get { storage.fields }
        set { storage = Storage(newValue) }
    }

    /// Shares the keys with `known` where both have the same ones; it stays what it was.
    package mutating func shareKeys(with known: SecurityAssociation) {
        guard let keys = storage.fields.keys, let others = known.storage.fields.keys, !keys.isSame(as: others),
            keys == others
        else { return }
        fields.keys = others
    }

    /// Whether it has keys, and every byte of them is zero; takes longer only where the first ones are.
    package var hasZeroKeys: Bool { storage.fields.keys?.isZero ?? false }

    /// A hash of the keys, for this process alone.
    package var keyHash: Int {
        var hasher = Hasher()
        let keys = keyBytes
        if let key = keys.encryption { for index in key.indices { hasher.combine(key[index]) } }
        hasher.combine(keys.encryption?.count ?? 0)
        if let key = keys.integrity { for index in key.indices { hasher.combine(key[index]) } }
        return hasher.finalize()
    }

    /// Takes the keys of `known` for its own, if the kernel does not tell them, and they may be the same.
    /// - Returns: whether it did.
    @discardableResult
    package mutating func adoptKeys(of known: SecurityAssociation) -> Bool {
        guard hidesKeys, !known.hidesKeys, encryption == known.encryption, integrity == known.integrity,
            let keys = storage.fields.keys, let others = known.storage.fields.keys, keys.isAsLong(as: others)
        else { return false }
        var fields = fields
        fields.keys = others
        fields.hidesKeys = false
        self.fields = fields
        return true
    }

    /// The bytes of both keys, lent, `nil` where there is no key; do not let a copy outlive the SA.
    package var keyBytes: LentKeys {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(LentKeys(storage.fields.keys), borrowing: self) }
    }

    /// What an SA is; the properties of the same names of ``SecurityAssociation`` are these.
    package struct Fields: Equatable, Sendable {
        // Without the mark, which is rare.
        private var name: SAIdentity.Name
        /// The source address of its packets, for a tunnel its near end; an attribute, not part of its name.
        package var source: IPAddress
        /// Whether it carries packets or the payload of packets.
        package var mode = Mode.transport
        /// What the kernel says; a declared SA is mature.
        package var state = SAState.mature
        /// Whether the kernel interface could tell only part of it: an AEAD SA seen through PF_KEY has no algorithm
        /// and no key. Such an entry is foreign: shown, never compared, never deleted.
        package var isDegraded = false
        /// Whether the kernel does not tell its keys: of those that it has here, only the lengths are right.
        package var hidesKeys = false
        // Not `[]`: that is a generic function, called for every SA that is parsed or decoded.
        /// All that were given.
        package var flags = SAFlags(rawValue: 0)
        /// Which transforms of policies want this SA and no other.
        package var reqID = ReqID.none
        /// How it encrypts: of ESP; of a degraded SA `.none`.
        package var encryption = EncryptionAlgorithm.none
        /// How it authenticates: of AH, and of ESP that is not of combined mode.
        package var integrity = IntegrityAlgorithm.none
        /// IPComp's algorithm; `.none` otherwise.
        package var compression = CompressionAlgorithm.none
        /// How far behind the newest its packets may arrive; the receiver's.
        package var replayWindow = ReplayWindow.disabled
        /// The ports of ESP in UDP; `nil` where ESP goes bare.
        package var encapsulation: NATTraversal?
        /// What it has carried, and since when; zero in a declared SA.
        package var current = Lifetime.zero
        fileprivate var keys: AssociationKeys?
        /// What few SAs have; one reference, so that the many do not pay for it.
        private var rare: Rare?

        /// A mature SA in transport mode without algorithms, keys and limits; everything else is set afterwards.
        package init(identity: SAIdentity, source: IPAddress) {
            name = identity.name
            self.source = source
            if !identity.mark.isNone { setRarest { $0.mark = identity.mark } }
        }

        /// Destination, protocol, SPI and mark: what names it.
        package var identity: SAIdentity {
            get { SAIdentity(name, mark: rare?.fields.rarest?.fields.mark ?? .none) }
            set {
                name = newValue.name
                if rare?.fields.rarest != nil || !newValue.mark.isNone { setRarest { $0.mark = newValue.mark } }
            }
        }

        /// The key of ``encryption``, with the salt or nonce at its end where the algorithm has one; `nil` for none.
        /// To set one key copies the other: to set both use ``setKeys(encryption:integrity:)``.
        package var encryptionKey: KeyMaterial? {
            get { keys?.encryption }
            set { setKeys(encryption: newValue, integrity: integrityKey) }
        }

        /// The key of ``integrity``; `nil` for none.
        package var integrityKey: KeyMaterial? {
            get { keys?.integrity }
            set { setKeys(encryption: encryptionKey, integrity: newValue) }
        }

        /// Sets both keys at once, which takes one allocation.
        package mutating func setKeys(encryption: KeyMaterial?, integrity: KeyMaterial?) {
            copyKeys(encryption: encryption?.span, integrity: integrity?.span)
        }

        /// Sets both keys to copies of these bytes.
        package mutating func copyKeys(encryption: Span<UInt8>?, integrity: Span<UInt8>?) {
            keys = AssociationKeys(encryption: encryption, integrity: integrity)
        }

        /// Sets both keys to what `write` fills in, so that no copy of them lies elsewhere.
        ///
        /// - Parameters:
        ///   - encryption: how many bytes the encryption key has; `nil` for no key.
        ///   - integrity: the same of the integrity key.
        ///   - write: gets the two keys to fill; what it leaves out is zero.
        package mutating func setKeys<Failure: Error>(
            encryption: Int?, integrity: Int?,
            _ write: (inout MutableSpan<UInt8>, inout MutableSpan<UInt8>) throws(Failure) -> Void
        ) throws(Failure) {
            keys = try AssociationKeys(encryption: encryption, integrity: integrity, write)
        }

        /// When it is to be dying, and when gone; ``LifetimeLimits/none`` for never.
        package var limits: LifetimeLimits {
            get { rare?.fields.limits ?? .none }
            set { if rare != nil || !newValue.isNone { setRare { $0.limits = newValue } } }
        }

        /// How its packets have been numbered; zero in a declared SA, and where the kernel interface does not tell.
        package var numbers: PacketNumbers {
            get { rare?.fields.numbers ?? .zero }
            set { if rare != nil || newValue != .zero { setRare { $0.numbers = newValue } } }
        }

        /// The NAT-T original address (RFC 3948); through PF_KEY Linux does not keep it (kernel-facts K18).
        package var originalAddress: IPAddress? {
            get { rare?.fields.rarest?.fields.originalAddress }
            set { setRarest { $0.originalAddress = newValue } }
        }

        /// The label of a security module (`sadb_x_sec_ctx`); `nil` for none.
        package var securityContext: SecurityContext? {
            get { rare?.fields.rarest?.fields.securityContext }
            set { setRarest { $0.securityContext = newValue } }
        }

        /// What only XFRM can say of it, beside flags; ``AssociationOptions/none`` of most.
        package var options: AssociationOptions {
            get { rare?.fields.rarest?.fields.options ?? .none }
            set { if rare?.fields.rarest != nil || newValue != .none { setRarest { $0.options = newValue } } }
        }

        /// Whether it says any of ``options``; quicker to ask for than what they are.
        package var hasOptions: Bool {
            guard let rarest = rare?.fields.rarest else { return false }
            return rarest.fields.options != .none
        }

        /// The mark that its packets have once it has been through them (`XFRMA_SET_MARK`); ``Mark/none`` where they keep
        /// theirs.
        package var outputMark: Mark {
            get { rare?.fields.rarest?.fields.outputMark ?? .none }
            set { if rare?.fields.rarest != nil || !newValue.isNone { setRarest { $0.outputMark = newValue } } }
        }

        /// The XFRM interface that it is for; an attribute, not part of its name.
        package var interfaceID: InterfaceID {
            get { rare?.fields.rarest?.fields.interfaceID ?? .none }
            set { if rare?.fields.rarest != nil || newValue != .none { setRarest { $0.interfaceID = newValue } } }
        }

        private mutating func setRare(_ change: (inout Rare.Fields) -> Void) {
            var fields = rare?.fields ?? Rare.Fields()
            change(&fields)
            rare = fields == Rare.Fields() ? nil : Rare(fields)
        }

        private mutating func setRarest(_ change: (inout Rarest.Fields) -> Void) {
            var fields = rare?.fields.rarest?.fields ?? Rarest.Fields()
            change(&fields)
            setRare { $0.rarest = fields == Rarest.Fields() ? nil : Rarest(fields) }
        }
    }

    /// What SAs have that are limited, or in use.
    private final class Rare: Equatable, Sendable {
        struct Fields: Equatable, Sendable {
            var limits = LifetimeLimits.none
            var numbers = PacketNumbers.zero
            /// A reference, so that those in use do not pay for it.
            var rarest: Rarest?
        }

        let fields: Fields

        init(_ fields: Fields) {
            self.fields = fields
        }

        static func == (left: Rare, right: Rare) -> Bool { left.fields == right.fields }
    }

    /// What hardly any SA has.
    private final class Rarest: Equatable, Sendable {
        struct Fields: Equatable, Sendable {
            var originalAddress: IPAddress?
            var securityContext: SecurityContext?
            var options = AssociationOptions.none
            var mark = Mark.none
            var outputMark = Mark.none
            var interfaceID = InterfaceID.none
        }

        let fields: Fields

        init(_ fields: Fields) {
            self.fields = fields
        }

        static func == (left: Rarest, right: Rarest) -> Bool { left.fields == right.fields }
    }
}

extension SecurityAssociation: Hashable {
    /// Whether it is the same as `other` in memory.
    package func isIdentical(to other: SecurityAssociation) -> Bool { storage === other.storage }

    package static func == (left: Self, right: Self) -> Bool {
        left.isIdentical(to: right) || left.storage.fields == right.storage.fields
    }

    /// By identity: equal SAs have equal identities, and key bytes stay out of hash tables.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
    }
}
