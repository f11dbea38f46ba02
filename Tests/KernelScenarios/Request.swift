package import IPsec
package import KernelBackends

/// A datagram for the kernel, put together byte by byte and apart from the codec, so that a mistake of the codec does
/// not hide in its own mirror.
package struct Request {
    package private(set) var bytes: [UInt8]

    /// A header alone, with a sequence number and a process id that answers are known by.
    package init(
        _ type: PFKeyMessageType, _ saType: PFKeySAType = .unspecified, sequence: UInt32 = 7, processID: UInt32 = 4711,
        errno: UInt8 = 0
    ) {
        bytes = [2, type.rawValue, errno, saType.rawValue, 2, 0, 0, 0]
        append(sequence)
        append(processID)
    }

    /// Adds an extension: its number, and the body behind length and number, padded to whole words.
    package func with(_ type: PFKeyExtensionType, _ body: [UInt8]) -> Request {
        let words = (4 + body.count + 7) / 8
        return withRaw(
            le(UInt16(words)) + le(type.rawValue) + body + Array(repeating: 0, count: words * 8 - 4 - body.count))
    }

    /// Adds bytes as they are, and lets the message's length include them.
    package func withRaw(_ more: [UInt8]) -> Request {
        var request = self
        request.bytes += more
        let words = le(UInt16(request.bytes.count / 8))
        request.bytes.replaceSubrange(4..<6, with: words)
        return request
    }

    /// Puts another byte somewhere.
    package func replacing(_ offset: Int, with byte: UInt8) -> Request {
        var request = self
        request.bytes[offset] = byte
        return request
    }

    // MARK: Extensions

    /// `sadb_sa`.
    package func association(
        spi: UInt32, replay: UInt8 = 0, state: UInt8 = 1, integrity: UInt8 = 0, encryption: UInt8 = 0, flags: UInt32 = 0
    ) -> Request {
        with(.association, be(spi) + [replay, state, integrity, encryption] + le(flags))
    }

    /// `sadb_lifetime`.
    package func lifetime(
        _ type: PFKeyExtensionType, packets: UInt32 = 0, bytes: UInt64 = 0, addTime: UInt64 = 0, useTime: UInt64 = 0
    ) -> Request {
        with(type, le(packets) + le(bytes) + le(addTime) + le(useTime))
    }

    /// `sadb_address` and a socket address; the full prefix unless it says otherwise.
    package func address(
        _ type: PFKeyExtensionType, _ address: IPAddress, prefix: UInt8? = nil, nextLayer: UInt8 = 0, port: UInt16 = 0
    ) -> Request {
        with(
            type, [nextLayer, prefix ?? address.bitCount, 0, 0] + Self.socketAddress(address, port: port))
    }

    /// Source and destination of an SA.
    package func ends(_ source: IPAddress, _ destination: IPAddress) -> Request {
        address(.source, source).address(.destination, destination)
    }

    /// `sadb_key` and as many bytes as the bits need.
    package func key(_ type: PFKeyExtensionType, bits: UInt16, fill: UInt8 = 0xa5) -> Request {
        with(type, le(bits) + [0, 0] + Array(repeating: fill, count: (Int(bits) + 7) / 8))
    }

    /// `sadb_x_sa2`.
    package func association2(mode: UInt8, reqID: UInt32 = 0) -> Request {
        with(.association2, [mode, 0, 0, 0] + le(UInt32(0)) + le(reqID))
    }

    /// `sadb_x_nat_t_type` and both `sadb_x_nat_t_port`.
    package func encapsulation(type: UInt8, source: UInt16 = 4500, destination: UInt16 = 4500) -> Request {
        with(.natType, [type, 0, 0, 0]).with(.natSourcePort, be(source) + [0, 0])
            .with(.natDestinationPort, be(destination) + [0, 0])
    }

    /// `sadb_spirange`.
    package func spiRange(_ low: UInt32, _ high: UInt32) -> Request {
        with(.spiRange, le(low) + le(high) + le(UInt32(0)))
    }

    /// `sadb_x_filter`, with a destination of zeros.
    package func filter(family: UInt16, source: [UInt8], _ sourceLength: UInt8, _ destinationLength: UInt8 = 0)
        -> Request
    {
        let padded = source + Array(repeating: 0, count: 16 - source.count)
        return with(.filter, padded + Array(repeating: 0, count: 16) + le(family) + [sourceLength, destinationLength])
    }

    /// `sadb_x_policy` and its requests.
    package func policy(
        type: UInt16, direction: UInt8, id: UInt32 = 0, priority: UInt32 = 0, _ requests: [[UInt8]] = []
    ) -> Request {
        with(.policy, le(type) + [direction, 0] + le(id) + le(priority) + requests.flatMap(\.self))
    }

    /// One `sadb_x_ipsecrequest`.
    package static func transform(
        _ number: UInt16 = 50, mode: UInt8 = 1, level: UInt8 = 2, reqID: UInt32 = 0,
        _ ends: (IPAddress, IPAddress)? = nil, length: UInt16? = nil
    ) -> [UInt8] {
        var addresses: [UInt8] = []
        if let ends { addresses = socketAddress(ends.0) + socketAddress(ends.1) }
        return le(length ?? UInt16(16 + addresses.count)) + le(number) + [mode, level, 0, 0] + le(reqID)
            + le(UInt32(0)) + addresses
    }

    /// A `sockaddr_in`, or a `sockaddr_in6` without padding.
    package static func socketAddress(_ address: IPAddress, port: UInt16 = 0) -> [UInt8] {
        switch address.family {
        case .ipv4: le(UInt16(2)) + be(port) + be(address.ipv4Bits) + le(UInt64(0))
        case .ipv6:
            le(UInt16(10)) + be(port) + le(UInt32(0)) + be(address.high) + be(address.low) + le(UInt32(0))
        }
    }

    private mutating func append(_ value: UInt32) { bytes += le(value) }
}

/// The bytes of an integer, least significant first.
package func le(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// The bytes of an integer, most significant first.
package func be(_ value: some FixedWidthInteger) -> [UInt8] { le(value).reversed() }
