internal import CLinux

/// The type of an attribute (`XFRMA_*`); open, because kernels know more of them from year to year.
struct XFRMAttributeType: RawRepresentable, Hashable, Sendable {
    static let algorithmAuthentication = Self(XFRMA_ALG_AUTH)
    static let algorithmEncryption = Self(XFRMA_ALG_CRYPT)
    static let algorithmCompression = Self(XFRMA_ALG_COMP)
    static let algorithmCombined = Self(XFRMA_ALG_AEAD)
    static let algorithmAuthenticationTruncated = Self(XFRMA_ALG_AUTH_TRUNC)
    static let encapsulation = Self(XFRMA_ENCAP)
    static let templates = Self(XFRMA_TMPL)
    static let association = Self(XFRMA_SA)
    static let policy = Self(XFRMA_POLICY)
    static let securityContext = Self(XFRMA_SEC_CTX)
    static let policyType = Self(XFRMA_POLICY_TYPE)
    static let mark = Self(XFRMA_MARK)
    static let padding = Self(XFRMA_TFCPAD)
    static let replay = Self(XFRMA_REPLAY_VAL)
    static let extendedReplay = Self(XFRMA_REPLAY_ESN_VAL)
    static let extraFlags = Self(XFRMA_SA_EXTRA_FLAGS)
    static let protocolFilter = Self(XFRMA_PROTO)
    static let offload = Self(XFRMA_OFFLOAD_DEV)
    static let outputMark = Self(XFRMA_SET_MARK)
    static let outputMarkMask = Self(XFRMA_SET_MARK_MASK)
    static let interfaceID = Self(XFRMA_IF_ID)
    static let careOfAddress = Self(XFRMA_COADDR)
    /// In an answer that is a refusal: the kernel's own words (`NLMSGERR_ATTR_MSG`).
    static let explanation = XFRMAttributeType(rawValue: UInt16(NLMSGERR_ATTR_MSG.rawValue))
    // What is said of the SPD has a numbering of its own.
    static let policyCounts = XFRMAttributeType(rawValue: UInt16(XFRMA_SPD_INFO.rawValue))
    static let ipv4Thresholds = XFRMAttributeType(rawValue: UInt16(XFRMA_SPD_IPV4_HTHRESH.rawValue))
    static let ipv6Thresholds = XFRMAttributeType(rawValue: UInt16(XFRMA_SPD_IPV6_HTHRESH.rawValue))
    /// Of the kernel since 6.10; the headers that we are built with may not know it.
    static let direction = XFRMAttributeType(rawValue: 33)

    /// The number, without the flags that netlink keeps in its two highest bits.
    let rawValue: UInt16

    init(rawValue: UInt16) {
        self.rawValue = rawValue & 0x3fff
    }

    private init(_ constant: xfrm_attr_type_t) {
        self.init(rawValue: UInt16(truncatingIfNeeded: constant.rawValue))
    }
}

extension WireReader {
    /// Goes over the attributes that are left: two bytes of length, header included, two of type, and the content,
    /// padded to four bytes.
    ///
    /// One that occurs twice is given twice: for the kernel the last counts, and for us, too.
    @_lifetime(self: copy self)
    mutating func forEachAttribute(
        _ body: (XFRMAttributeType, inout WireReader) throws(WireError) -> Void
    ) throws(WireError) {
        while remaining > 0 {
            let start = offset
            let byteCount = try read(UInt16.self)
            let type = XFRMAttributeType(rawValue: try read(UInt16.self))
            guard byteCount >= 4, Int(byteCount) - 4 <= remaining else {
                throw WireError(.attributeLength(type: type.rawValue, byteCount: byteCount), at: start)
            }
            var content = try slice(byteCount: Int(byteCount) - 4)
            try body(type, &content)
            try skip(min(-Int(byteCount) & 3, remaining))
        }
    }
}

extension WireWriter {
    /// Appends an attribute whose content `body` writes.
    mutating func appendAttribute(
        _ type: XFRMAttributeType, _ body: (inout WireWriter) throws(WireError) -> Void
    ) throws(WireError) {
        let start = count
        append(0 as UInt16)
        append(type.rawValue)
        try body(&self)
        guard let byteCount = UInt16(exactly: count - start) else { throw WireError(.tooLong, at: start) }
        replace(at: start, with: byteCount)
        align(to: 4)
    }

    /// Appends an attribute that is one value, in host order.
    mutating func appendAttribute(_ type: XFRMAttributeType, _ value: some BitwiseCopyable) throws(WireError) {
        try appendAttribute(type) { writer throws(WireError) in writer.append(value) }
    }
}
