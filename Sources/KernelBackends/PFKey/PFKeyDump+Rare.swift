internal import TextBytes

// The bodies of extensions that are seen seldom or never on Linux.

extension PFKeyDump {
    static func appendSPIRange(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let range = try PFKeySPIRange(from: &body)
        text.append(" min=0x", hexadecimal: range.minimum, width: 8)
        text.append(" max=0x", hexadecimal: range.maximum, width: 8)
        text.append(" }\n")
    }

    static func appendNATType(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append(" type=", decimal: try PFKeyNATExtension.readType(from: &body))
        text.append(" }\n")
    }

    static func appendNATPort(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append(" port=", decimal: try PFKeyNATExtension.readPort(from: &body))
        text.append(" }\n")
    }

    static func appendIdentity(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let identity = try PFKeyIdentity(from: &body)
        text.append(" type=", decimal: identity.type)
        text.append(" id=", decimal: identity.id)
        text.append(" name=", quoted: identity.name)
        text.append(" }\n")
    }

    static func appendSensitivity(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let sensitivity = try PFKeySensitivity(from: &body)
        text.append(" dpd=", decimal: sensitivity.domain)
        text.append(" sens_level=", decimal: sensitivity.secrecyLevel)
        text.append(" sens_len=", decimal: sensitivity.secrecyWordCount)
        text.append(" integ_level=", decimal: sensitivity.integrityLevel)
        text.append(" integ_len=", decimal: sensitivity.integrityWordCount)
        text.append(" }\n")
    }

    /// The length alone: what a key manager keeps to itself may be a secret.
    static func appendPrivate(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        text.append(" bytes=", decimal: try PFKeyKeyManagerPrivate(from: &body).bytes.count)
        text.append(" }\n")
    }

    static func appendSecurityContext(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let context = try PFKeySecurityContext(from: &body)
        text.append(" alg=", decimal: context.algorithm)
        text.append(" doi=", decimal: context.domain)
        text.append(" len=", decimal: context.label.count)
        text.append(" label=", quoted: context.label)
        text.append(" }\n")
    }

    static func appendFilter(from body: inout WireReader, to text: inout [UInt8]) throws(WireError) {
        let filter = try PFKeyFilter(from: &body)
        text.append(" family=", decimal: filter.family)
        text.append(" splen=", decimal: filter.source.length)
        text.append(" dplen=", decimal: filter.destination.length)
        text.append("\n  saddr=", hexadecimal: filter.source.high, width: 16)
        text.append("", hexadecimal: filter.source.low, width: 16)
        text.append(" daddr=", hexadecimal: filter.destination.high, width: 16)
        text.append("", hexadecimal: filter.destination.low, width: 16)
        text.append(" }\n")
    }
}
