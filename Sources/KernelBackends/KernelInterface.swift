package import IPsec

/// A kernel interface: what it can carry, and its bytes, both ways; a mutable value, because matching answers needs
/// memory.
package protocol KernelInterface: Sendable {
    /// What it is called, can carry, and tells.
    var traits: KernelTraits { get }

    /// Writes `request` as one datagram over `buffer`, whose memory is used again.
    ///
    /// The buffer may then hold keys: `wipe` it when it has been sent. After an error it is empty.
    /// - Parameter isFollowed: whether a request that does not depend on it travels behind it in the same datagram, where
    ///   that can be: what the kernel tells all of it is answer enough then.
    /// - Throws: a value of the request that this interface has no bytes for; nothing that ``traits`` allow.
    mutating func encode(
        _ request: KernelRequest, id: RequestID, isFollowed: Bool, into buffer: inout [UInt8]
    ) throws(WireError)

    /// Says what a datagram of the kernel means; no bytes are too wrong for an answer.
    ///
    /// The datagram may hold keys: the caller wipes it.
    /// - Parameter known: entries that a dump is likely to tell of as they are known.
    mutating func decode(_ datagram: Span<UInt8>, knowing known: inout some KnownEntries) -> KernelEvent

    /// The devices that there are now: policies name theirs by number on the wire.
    mutating func know(_ devices: Devices)

    /// The request of this id was not sent, or its answer has been lost: it will not be answered any more.
    mutating func forget(_ id: RequestID)

    /// The datagram as people are shown it.
    func describe(_ datagram: Span<UInt8>, as forms: ShownMessage.Forms) -> ShownMessage
}

extension KernelInterface {
    /// Writes `request` as a datagram of its own.
    package mutating func encode(
        _ request: KernelRequest, id: RequestID, into buffer: inout [UInt8]
    ) throws(WireError) {
        try encode(request, id: id, isFollowed: false, into: &buffer)
    }

    /// PF_KEY has no devices.
    package mutating func know(_ devices: Devices) {}
}
