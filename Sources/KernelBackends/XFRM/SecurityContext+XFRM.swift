internal import IPsec

extension SecurityContext {
    /// `xfrm_user_sec_ctx`: its own length and type, the algorithm and the domain, the label's length, the label.
    init(fromXFRM reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        let algorithm = try reader.read(UInt8.self)
        let domain = try reader.read(UInt8.self)
        let byteCount = Int(try reader.read(UInt16.self))
        let label = try reader.readBytes(byteCount)
        let text = label.last == 0 ? label.dropLast() : label[...]
        self.init(domain: domain, algorithm: algorithm, label: String(decoding: text, as: UTF8.self))
    }

    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        try writer.appendAttribute(.securityContext) { writer throws(WireError) in
            let label = Array(label.utf8) + [0]
            guard let byteCount = UInt16(exactly: label.count + 8) else { throw WireError(.tooLong, at: writer.count) }
            writer.append(byteCount)
            writer.append(XFRMAttributeType.securityContext.rawValue)
            writer.append(algorithm)
            writer.append(domain)
            writer.append(UInt16(label.count))
            writer.append(label.span)
        }
    }
}
