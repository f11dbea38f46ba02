import TextBytes

// A dump of SAs is the longest thing that travels as records, and the containers of an encoder would take twice the time of
// the dump's text: so a record is written member by member, here and nowhere else. Tests read it back.

extension AssociationRecord: JSONWritable {
    /// Appends the members in the order of the properties.
    func write(to output: inout JSONOutput) throws {
        let room = 512 + JSONEscape.maximumByteCount * textByteCount
        output.bytes.append(addingCapacity: room) { $0.appendBeginning(of: self) }
        try output.bytes.append(#","extensions":"#, rare: extensions)
        output.bytes.append(addingCapacity: room) { output in
            output.append(#","encryptionKey":""#, text: encryptionKey)
            output.append(#","integrityKey":""#, text: integrityKey)
            output.append(#","encryptionFingerprint":""#, text: encryptionFingerprint)
            output.append(#","integrityFingerprint":""#, text: integrityFingerprint)
            output.append(#","encryptionDigest":""#, text: encryptionDigest)
            output.append(#","integrityDigest":""#, text: integrityDigest)
        }
        try output.bytes.append(#","encapsulation":"#, rare: encapsulation)
        output.bytes.append(addingCapacity: room) { output in
            output.append(#","outputMark":""#, text: outputMark)
            if let interfaceID { output.append(#","interfaceID":"#, number: interfaceID) }
            output.append(#","current":"#, current)
        }
        try output.bytes.append(#","numbers":"#, rare: numbers)
        output.bytes.append(addingCapacity: room) { output in
            if let soft { output.append(#","soft":"#, soft) }
            if let hard { output.append(#","hard":"#, hard) }
            if let degraded { output.append(degraded ? #","degraded":true"# : #","degraded":false"#) }
            output.append(#","owner":""#, text: owner)
            output.append("}")
        }
    }

    /// Bytes of all its texts.
    private var textByteCount: Int {
        let algorithms = (encryption?.utf8.count ?? 0) + (integrity?.utf8.count ?? 0) + (compression?.utf8.count ?? 0)
        let keys = (encryptionKey?.utf8.count ?? 0) + (integrityKey?.utf8.count ?? 0)
        let digests = (encryptionDigest?.utf8.count ?? 0) + (integrityDigest?.utf8.count ?? 0)
        let marks = (mark?.utf8.count ?? 0) + (outputMark?.utf8.count ?? 0)
        let words = self.protocol.rawValue.utf8.count + mode.rawValue.utf8.count + state.rawValue.utf8.count
        return source.utf8.count + destination.utf8.count + (owner?.utf8.count ?? 0) + algorithms + keys + digests
            + marks + words
    }
}

extension [UInt8] {
    /// What few SAs have is worth no lines of its own.
    fileprivate mutating func append(_ opening: StaticString, rare value: (some Encodable)?) throws {
        guard let value else { return }
        append(opening)
        try append(json: value)
    }
}

/// All of these need room in the output for what they append.
extension OutputSpan<UInt8> {
    /// The members up to those that few SAs have.
    fileprivate mutating func appendBeginning(of record: AssociationRecord) {
        append(#"{"source":""#, text: record.source)
        append(#","destination":""#, text: record.destination)
        append(#","protocol":""#, text: record.protocol.rawValue)
        append(#","spi":"#, number: record.spi)
        append(#","mark":""#, text: record.mark)
        append(#","mode":""#, text: record.mode.rawValue)
        append(#","state":""#, text: record.state.rawValue)
        append(#","reqid":"#, number: record.reqid)
        append(#","replay":"#, number: record.replay)
        append(#","flags":"#, number: record.flags)
        append(#","encryption":""#, text: record.encryption)
        append(#","integrity":""#, text: record.integrity)
        append(#","compression":""#, text: record.compression)
    }

    /// Appends what stands before a string, its quote included, and the string; nothing where there is none.
    fileprivate mutating func append(_ opening: StaticString, text: String?) {
        guard let text else { return }
        append(opening)
        append(escapedForJSON: text)
        append("\"")
    }

    fileprivate mutating func append(_ opening: StaticString, number: Int) {
        append(opening)
        if number < 0 { append("-") }
        append(decimal: UInt64(number.magnitude))
    }

    fileprivate mutating func append(_ opening: StaticString, _ lifetime: LifetimeRecord) {
        append(opening)
        append(#"{"allocations":"#, number: lifetime.allocations)
        append(#","bytes":"#, number: lifetime.bytes)
        append(#","addTime":"#, number: lifetime.addTime)
        append(#","useTime":"#, number: lifetime.useTime)
        append("}")
    }
}
