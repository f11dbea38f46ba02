internal import CLinux
package import IPsec

/// One PF_KEY message as a datagram has it: looked through once, so that each of its extensions is found at once.
///
/// SAs, policies and events are made straight from it; an extension becomes a value where somebody asks for it, and
/// those that nobody asks for never do. A property has the name of its ``PFKeyExtensionType``, and is `nil`
/// where the message does not have the extension. All of them are in order, though: a message is read whole or not at all.
package struct PFKeyDatagram: ~Escapable {
    package let header: PFKeyHeader
    private let message: WireReader
    /// Where the extension of each type begins, in words from the start of the message; 0 where there is none.
    private var places = InlineArray<32, UInt16>(repeating: 0)

    /// Looks through a whole datagram, as the kernel's `parse_exthdrs` does.
    ///
    /// RFC 2367, 2.3: "Extensions with unknown types MUST be ignored."
    /// - Throws: the first rule that is broken, by the header or by an extension.
    @_lifetime(copy datagram)
    package init(_ datagram: Span<UInt8>) throws(WireError) {
        var reader = WireReader(datagram)
        message = reader
        header = try PFKeyHeader(from: &reader)
        let table = PFKeyExtension.table
        while reader.remaining > 0 {
            var next = try PFKeyExtensionReader(from: &reader, table)
            guard next.layout != nil else { continue }
            let number = Int(next.type.rawValue)
            guard places[number] == 0 else {
                throw WireError(.duplicateExtension(type: next.type.rawValue), at: next.body.offset)
            }
            guard let place = UInt16(exactly: next.body.offset / 8) else {
                throw WireError(.tooLong, at: next.body.offset)
            }
            places[number] = place
            try next.check()
        }
    }

    /// Whether there is an extension of this type, which is a known one.
    package func has(_ type: PFKeyExtensionType) -> Bool { places[Int(type.rawValue)] != 0 }

    /// What an extension of a fixed length says; `nil` where it is missing.
    ///
    /// - Parameter read: reads the extension, its own header included. It has been checked: nothing is thrown.
    @inline(__always)
    private func fixed<Value>(
        _ type: PFKeyExtensionType, _ read: (inout WireReader) throws(WireError) -> Value
    ) -> Value? {
        let place = Int(places[Int(type.rawValue)])
        guard place != 0 else { return nil }
        var reader = message.from(8 * place)
        return try? read(&reader)
    }

    /// What an extension says that goes on to its end; `nil` where it is missing.
    ///
    /// - Parameter read: reads the extension, its own header included. It has been checked: nothing is thrown.
    @inline(__always)
    private func value<Value>(
        _ type: PFKeyExtensionType, _ read: (inout WireReader) throws(WireError) -> Value
    ) -> Value? {
        guard var body = body(of: type) else { return nil }
        return try? read(&body)
    }

    /// A reader over an extension; `nil` where it is missing.
    @inline(__always)
    @_lifetime(copy self)
    private func body(of type: PFKeyExtensionType) -> WireReader? {
        let place = Int(places[Int(type.rawValue)])
        guard place != 0 else { return nil }
        var reader = message.from(8 * place)
        var ahead = reader
        guard let words = try? ahead.read(UInt16.self) else { return nil }
        return try? reader.slice(byteCount: 8 * Int(words))
    }

    /// The bytes of a key, without copying them; `nil` where there is no key, or one of no bits.
    @inline(__always)
    @_lifetime(copy self)
    func keyBytes(_ type: PFKeyExtensionType) -> Span<UInt8>? {
        guard var body = body(of: type), (try? PFKeyKey.readHeader(from: &body)) != 0 else { return nil }
        return body.rest
    }
}

// MARK: The extensions one by one

extension PFKeyDatagram {
    package var association: PFKeyAssociation? {
        fixed(.association) { reader throws(WireError) in try PFKeyAssociation(from: &reader) }
    }
    package var association2: PFKeyAssociation2? {
        fixed(.association2) { reader throws(WireError) in try PFKeyAssociation2(from: &reader) }
    }
    package var source: PFKeyAddress? { address(.source) }
    package var destination: PFKeyAddress? { address(.destination) }
    /// The source half of an SA's selector (kernel-facts 4).
    package var proxy: PFKeyAddress? { address(.proxy) }
    package var natOriginalAddress: PFKeyAddress? { address(.natOriginalAddress) }
    package var currentLifetime: Lifetime? { lifetime(.currentLifetime) }
    package var hardLifetime: Lifetime? { lifetime(.hardLifetime) }
    package var softLifetime: Lifetime? { lifetime(.softLifetime) }
    package var integrityKey: PFKeyKey? { key(.integrityKey) }
    package var encryptionKey: PFKeyKey? { key(.encryptionKey) }
    package var policy: PFKeyPolicy? {
        value(.policy) { reader throws(WireError) in try PFKeyPolicy(from: &reader) }
    }
    /// `UDP_ENCAP_*`.
    package var natType: UInt8? {
        fixed(.natType) { reader throws(WireError) in try PFKeyNATExtension.readType(from: &reader) }
    }
    package var natSourcePort: UInt16? { port(.natSourcePort) }
    package var natDestinationPort: UInt16? { port(.natDestinationPort) }
    package var securityContext: PFKeySecurityContext? {
        value(.securityContext) { reader throws(WireError) in try PFKeySecurityContext(from: &reader) }
    }
    package var supportedIntegrity: [PFKeySupportedAlgorithm]? { supported(.supportedIntegrity) }
    package var supportedEncryption: [PFKeySupportedAlgorithm]? { supported(.supportedEncryption) }
    package var spiRange: PFKeySPIRange? {
        fixed(.spiRange) { reader throws(WireError) in try PFKeySPIRange(from: &reader) }
    }
    package var proposal: PFKeyProposal? {
        value(.proposal) { reader throws(WireError) in try PFKeyProposal(from: &reader) }
    }
    package var filter: PFKeyFilter? {
        fixed(.filter) { reader throws(WireError) in try PFKeyFilter(from: &reader) }
    }
    package var sourceIdentity: PFKeyIdentity? { identity(.sourceIdentity) }
    package var destinationIdentity: PFKeyIdentity? { identity(.destinationIdentity) }
    package var sensitivity: PFKeySensitivity? {
        value(.sensitivity) { reader throws(WireError) in try PFKeySensitivity(from: &reader) }
    }
    package var keyManagerPrivate: PFKeyKeyManagerPrivate? {
        value(.keyManagerPrivate) { reader throws(WireError) in try PFKeyKeyManagerPrivate(from: &reader) }
    }
    package var keyManagerAddress: PFKeyKeyManagerAddress? {
        fixed(.keyManagerAddress) { reader throws(WireError) in try PFKeyKeyManagerAddress(from: &reader) }
    }

    /// What the two lifetime extensions say.
    var limits: LifetimeLimits {
        LifetimeLimits(soft: softLifetime ?? .zero, hard: hardLifetime ?? .zero)
    }

    /// The UDP encapsulation, if the message tells its type.
    package var natTraversal: NATTraversal? {
        natType.map {
            NATTraversal(type: $0, sourcePort: natSourcePort ?? 0, destinationPort: natDestinationPort ?? 0)
        }
    }

    @inline(__always)
    private func address(_ type: PFKeyExtensionType) -> PFKeyAddress? {
        fixed(type) { reader throws(WireError) in try PFKeyAddress(from: &reader) }
    }

    @inline(__always)
    private func lifetime(_ type: PFKeyExtensionType) -> Lifetime? {
        fixed(type) { reader throws(WireError) in try Lifetime(from: &reader) }
    }

    private func key(_ type: PFKeyExtensionType) -> PFKeyKey? {
        value(type) { reader throws(WireError) in try PFKeyKey(from: &reader) }
    }

    private func port(_ type: PFKeyExtensionType) -> UInt16? {
        fixed(type) { reader throws(WireError) in try PFKeyNATExtension.readPort(from: &reader) }
    }

    private func supported(_ type: PFKeyExtensionType) -> [PFKeySupportedAlgorithm]? {
        value(type) { reader throws(WireError) in try PFKeySupportedAlgorithm.list(from: &reader) }
    }

    private func identity(_ type: PFKeyExtensionType) -> PFKeyIdentity? {
        value(type) { reader throws(WireError) in try PFKeyIdentity(from: &reader) }
    }
}
