import TextBytes

// A dump of SAs is the longest thing that travels as records, so it is written member by member, without the containers of
// an encoder in between, which take twice the time of the dump's text. A test compares it with what the encoder writes.

extension AssociationsReply {
    /// About so many bytes a record has.
    private static let recordSize = 384

    /// Appends the reply as a frame, its NUL included.
    func appendFrame(continues: Bool, to bytes: inout [UInt8]) throws(FrameError) {
        bytes.reserveCapacity(bytes.count + Self.recordSize * (associations.count + 1))
        bytes.append(#"{"parameters":{"associations":["#)
        // Through a span none is copied, which is a retain for each of its texts.
        let records = associations.span
        for index in records.indices {
            if index > 0 { bytes.append(",") }
            try bytes.append(records[index])
        }
        bytes.append(#"],"time":"#)
        bytes.append(decimal: time)
        if let incomplete {
            bytes.append(#","incomplete":""#)
            bytes.append(escapedForJSON: incomplete.utf8Span.span)
            bytes.append("\"")
        }
        bytes.append(continues ? #"},"continues":true}"# : "}}")
        bytes.append(0)
    }
}

extension [UInt8] {
    /// Appends a record, its members in the order of its properties.
    fileprivate mutating func append(_ record: AssociationRecord) throws(FrameError) {
        let room = 512 + JSONEscape.maximumByteCount * record.textByteCount
        append(addingCapacity: room) { $0.appendBeginning(of: record) }
        try append(#","extensions":"#, rare: record.extensions)
        append(addingCapacity: room) { output in
            output.append(#","encryptionKey":""#, text: record.encryptionKey)
            output.append(#","integrityKey":""#, text: record.integrityKey)
        }
        try append(#","encapsulation":"#, rare: record.encapsulation)
        append(addingCapacity: room) { output in
            output.append(#","outputMark":""#, text: record.outputMark)
            if let number = record.interfaceID { output.append(#","interfaceID":"#, number: number) }
            output.append(#","current":"#, record.current)
        }
        try append(#","numbers":"#, rare: record.numbers)
        append(addingCapacity: room) { output in
            if let soft = record.soft { output.append(#","soft":"#, soft) }
            if let hard = record.hard { output.append(#","hard":"#, hard) }
            if let degraded = record.degraded { output.append(degraded ? #","degraded":true"# : #","degraded":false"#) }
            output.append(#","owner":""#, text: record.owner)
            output.append("}")
        }
    }

    /// What few SAs have is worth no lines of its own.
    private mutating func append(_ opening: StaticString, rare value: (some Encodable)?) throws(FrameError) {
        guard let value else { return }
        append(opening)
        do {
            try append(json: value)
        } catch {
            throw .malformed(reason: "a value that JSON cannot hold")
        }
    }
}

extension AssociationRecord {
    /// Bytes of all its texts.
    fileprivate var textByteCount: Int {
        let algorithms = (encryption?.utf8.count ?? 0) + (integrity?.utf8.count ?? 0) + (compression?.utf8.count ?? 0)
        let keys = (encryptionKey?.utf8.count ?? 0) + (integrityKey?.utf8.count ?? 0)
        let marks = (mark?.utf8.count ?? 0) + (outputMark?.utf8.count ?? 0)
        let words = self.protocol.rawValue.utf8.count + mode.rawValue.utf8.count + state.rawValue.utf8.count
        return source.utf8.count + destination.utf8.count + (owner?.utf8.count ?? 0) + algorithms + keys + marks + words
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
