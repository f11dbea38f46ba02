import IPsec
import KernelBackends

extension XFRMScenario {
    static let framing: [XFRMScenario] = [
        XFRMScenario("a fixed part that is too short is EINVAL, an attribute that is too short ERANGE") {
            try $0.refused(
                XFRMRequest(.newSA).with([1, 2, 3, 4]), .invalidArgument, saying: "Invalid header length")
            try $0.refused(
                XFRMRequest.sa().attribute(21, [1, 2, 3, 4]), KernelErrno(rawValue: 34),
                saying: "Attribute failed policy validation")
        },
        XFRMScenario("an attribute that is too long is taken, of two the last, and of unknown types none") {
            let told = try $0.told(
                XFRMRequest.sa().mark(1, 255).attribute(21, le(UInt32(2)) + le(UInt32(255)) + [9, 9, 9, 9])
                    .attribute(63, [1]).attribute(40, []))
            try $0.equal(told.attribute(21), le(UInt32(2)) + le(UInt32(255)), "mark")
            try $0.require(!told.has(63) && !told.has(40), "an unknown attribute is told")
        },
        XFRMScenario("bytes behind the attributes that are none are not looked at") {
            try $0.done(XFRMRequest.sa().with([0, 0, 0, 0]))
            try $0.done(XFRMRequest.sa(spi: 0x1002).with(le(UInt16(400)) + le(UInt16(21))))
        },
        XFRMScenario("a message that does not ask does nothing, and is acknowledged") {
            let quiet = XFRMRequest(.newSA, flags: 4).with(XFRMRequest.info())
            try $0.require(try $0.done(quiet).isEmpty, "something is told")
            try $0.refused(XFRMRequest.reference(.deleteSA), .noSuchProcess)
        },
        XFRMScenario("NOOP is a fence, and an unknown message EINVAL") {
            try $0.require(try $0.done(XFRMRequest(.noOperation)).isEmpty, "something is told")
            try $0.refused(XFRMRequest(XFRMMessageType(rawValue: 0x7f)), .invalidArgument)
        },
        XFRMScenario("messages of one datagram are done in order, and a refusal stops none") { stage in
            let batch = [
                XFRMRequest.sa(), XFRMRequest.sa(), XFRMRequest.sa(spi: 0x1002), XFRMRequest.reference(.deleteSA),
            ]
            if let errno = stage.kernel.send(batch.flatMap(\.bytes), from: stage.alice) {
                throw ScenarioFailure("send: \(errno)")
            }
            try stage.equal(try stage.all().map(\.errno), [0, 17, 0, 0], "errnos")
            try stage.equal(try stage.all(on: stage.ears).map(\.type), [.newSA, .newSA, .deleteSA], "news")
        },
        XFRMScenario("a length that cannot be right drops the rest of a datagram without a word") { stage in
            let broken = le(UInt32(4000)) + XFRMRequest.sa(spi: 0x1002).bytes.dropFirst(4)
            _ = stage.kernel.send(XFRMRequest.sa().bytes + broken, from: stage.alice)
            try stage.equal(try stage.all().map(\.errno), [0], "errnos")
        },
        XFRMScenario("a refusal is told without ACK, too, and success is not") { stage in
            try stage.send(XFRMRequest(.flushSAs, flags: XFRMRequest.question).with([0]))
            try stage.require(try stage.all().isEmpty, "an answer")
            try stage.send(XFRMRequest(.deleteSA, flags: 1).with(Array(repeating: 0, count: 24)))
            try stage.equal(try stage.all().map(\.type), [.error], "answers")
        },
    ]

    static let additions: [XFRMScenario] = [
        XFRMScenario("NEWSA is told to everybody with the requester's numbers, keys and both attributes of a MAC") {
            let told = try $0.told(XFRMRequest.sa(mode: 1, reqID: 99, window: 4, flags: 1))
            try $0.equal(told.type, .newSA, "type")
            try $0.equal([told.spi, told.mode, told.reqID, told.window, told.flagsOfSA], [0x1001, 1, 99, 4, 1], "SA")
            try $0.equal(told.value(20, 64), 160, "key bits")
            try $0.equal(told.value(20, 68), 96, "ICV")
            try $0.equal(Array(told.attribute(20).suffix(20)), Array(repeating: 0xa5, count: 20), "key")
            try $0.equal(told.value(1, 64), 160, "bits without an ICV")
            try $0.require(told.has(10), "no numbers of replay")
            try $0.require(told.number(176, 8) > 1_700_000_000, "no time of addition")
            try $0.equal(told.field(96, 32), Array(repeating: 255, count: 32), "limits")
        },
        XFRMScenario("an SA is EEXIST whatever its source, mode, reqid and interface id") {
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.sa(mode: 1, reqID: 4), .exists)
            try $0.refused(XFRMRequest.sa().interfaceID(5), .exists)
            let other = XFRMRequest.info(from: IPAddress(ipv4: 0x0a63_0001))
            try $0.refused(XFRMRequest(.newSA).with(other).cipher("ecb(cipher_null)", bits: 0), .exists)
        },
        XFRMScenario("a wide window of the header is 32") {
            try $0.equal(try $0.told(XFRMRequest.sa(window: 255)).window, 32, "window")
        },
        XFRMScenario("extended numbers: window, bitmap and flag are told; a window of the header is not for them") {
            let sa = XFRMRequest.sa(flags: 128)
            let told = try $0.told(sa.extendedReplay(window: 1024))
            try $0.equal([told.value(23, 0), told.value(23, 20)], [32, 1024], "bitmap and window")
            try $0.require(!told.has(10), "both kinds of numbers")
            try $0.refused(
                XFRMRequest.sa(spi: 0x1002, window: 4, flags: 128).extendedReplay(window: 64),
                .invalidArgument, saying: "ESN not compatible with legacy replay_window")
            try $0.refused(
                XFRMRequest.sa(spi: 0x1002, flags: 128), .invalidArgument, saying: "Missing required attribute for ESN")
        },
        XFRMScenario("a window of the attribute may be wide without extended numbers") {
            try $0.equal(try $0.told(XFRMRequest.sa().extendedReplay(window: 4096)).value(23, 20), 4096, "window")
        },
        XFRMScenario("zeros are not told: interface id 0, mark 0/0, padding 0, extra flags 0") {
            let told = try $0.told(
                XFRMRequest.sa(mode: 1).interfaceID(0).mark(0, 0).attribute(22, le(UInt32(0)))
                    .attribute(24, le(UInt32(0))))
            try $0.require(![31, 21, 22, 24].contains { told.has($0) }, "a zero is told")
        },
        XFRMScenario("interface id, padding, extra flags and the mark that is set are told as they were sent") {
            let told = try $0.told(
                XFRMRequest.sa(mode: 1).interfaceID(0xffff_ffff).attribute(22, le(UInt32(1400)))
                    .attribute(24, le(UInt32(2))).attribute(29, le(UInt32(7))))
            try $0.equal(
                [told.value(31, 0), told.value(22, 0), told.value(24, 0)], [0xffff_ffff, 1400, 2], "numbers")
            try $0.equal([told.value(29, 0), told.value(30, 0)], [7, 0xffff_ffff], "the mark that is set")
        },
        XFRMScenario("an SA that encapsulates has its ports and the original address") {
            let content =
                le(UInt16(2)) + be(UInt16(4500)) + be(UInt16(999)) + [0, 0] + [10, 9, 8, 7]
                + Array(repeating: 0, count: 12)
            try $0.equal(try $0.told(XFRMRequest.sa().attribute(4, content)).attribute(4), content, "encapsulation")
        },
        XFRMScenario("a selector is kept, and its family is the SA's where it has none") {
            let told = try $0.told(
                XFRMRequest.sa(mode: 1).replacing(0, with: XFRMRequest.selector(nextLayer: 17, sourcePort: 53)))
            try $0.equal(told.field(0, 56), XFRMRequest.selector(nextLayer: 17, sourcePort: 53), "selector")
            try $0.equal(
                try $0.told(XFRMRequest.sa(spi: 0x1002).replacing(40, with: [0, 0])).field(40, 2), [2, 0], "family")
        },
        XFRMScenario("a selector of the other family is for tunnels") {
            try $0.done(XFRMRequest.sa(mode: 1).replacing(40, with: [10, 0]))
            try $0.refused(
                XFRMRequest.sa(spi: 0x1002).replacing(40, with: [10, 0]), .protocolUnsupported,
                saying: "Only tunnel modes can accommodate a change of family")
        },
        XFRMScenario("a family, a protocol, a mode and a prefix that are none are EINVAL, and said in words") {
            try $0.refused(
                XFRMRequest.sa().replacing(212, with: [7, 0]), .invalidArgument, saying: "Invalid address family")
            try $0.refused(XFRMRequest.sa().replacing(76, with: [17]), .invalidArgument, saying: "Unsupported protocol")
            try $0.refused(XFRMRequest.sa(mode: 9), .invalidArgument, saying: "Unsupported mode")
            try $0.refused(
                XFRMRequest.sa().replacing(42, with: [33]), .invalidArgument,
                saying: "Invalid prefix length in selector (must be <= 32 for IPv4)")
        },
    ]

    static let algorithms: [XFRMScenario] = [
        XFRMScenario("combined-mode ciphers by name, with their ICV") { stage in
            for (spi, name, bits, icv) in [
                (0x2001, "rfc4106(gcm(aes))", 160, 128), (0x2002, "rfc4106(gcm(aes))", 288, 64),
                (0x2003, "rfc4309(ccm(aes))", 152, 96), (0x2004, "rfc4543(gcm(aes))", 160, 128),
                (0x2005, "rfc7539esp(chacha20,poly1305)", 288, 128),
            ] as [(UInt32, String, UInt32, UInt32)] {
                let told = try stage.told(
                    XFRMRequest(.newSA).with(XFRMRequest.info(spi: spi)).combined(name, bits: bits, icv: icv))
                try stage.equal([told.value(18, 64), told.value(18, 68)], [UInt64(bits), UInt64(icv)], name)
                try stage.require(!told.has(2) && !told.has(20), "more than one algorithm")
            }
        },
        XFRMScenario("a key of AES-GCM without salt is EINVAL, another ICV ENOSYS") {
            let sa = XFRMRequest(.newSA).with(XFRMRequest.info())
            try $0.refused(
                sa.combined("rfc4106(gcm(aes))", bits: 128, icv: 128), .invalidArgument,
                saying: "Kernel was unable to initialize cryptographic operations")
            try $0.refused(
                sa.combined("rfc4106(gcm(aes))", bits: 160, icv: 120), .noFunction,
                saying: "Requested AEAD algorithm not found")
        },
        XFRMScenario("an ICV of a MAC is as it was sent, the default where it is 0, and no longer than the digest") {
            func sa(_ spi: UInt32, _ icv: UInt32) -> XFRMRequest {
                XFRMRequest(.newSA).with(XFRMRequest.info(spi: spi)).cipher("ecb(cipher_null)", bits: 0)
                    .integrity("hmac(sha256)", bits: 256, icv: icv)
            }
            try $0.equal(try $0.told(sa(1, 128)).value(20, 68), 128, "ICV")
            try $0.equal(try $0.told(sa(2, 0)).value(20, 68), 96, "default ICV")
        },
        XFRMScenario("a MAC without the length of its ICV has the default one") {
            let content = Array("hmac(sha256)".utf8) + Array(repeating: 0, count: 52) + le(UInt32(8)) + [1]
            let told = try $0.told(
                XFRMRequest(.newSA).with(XFRMRequest.info()).cipher("ecb(cipher_null)", bits: 0).attribute(1, content))
            try $0.equal([told.value(20, 64), told.value(20, 68)], [8, 96], "bits and ICV")
        },
        XFRMScenario("names of old are told as those of today") {
            let told = try $0.told(
                XFRMRequest(.newSA).with(XFRMRequest.info()).cipher("aes", bits: 128)
                    .integrity("sha256", bits: 256, icv: 128))
            try $0.equal(Array(told.attribute(2).prefix(9)), Array("cbc(aes)".utf8) + [0], "cipher")
            try $0.equal(Array(told.attribute(20).prefix(13)), Array("hmac(sha256)".utf8) + [0], "MAC")
        },
        XFRMScenario("algorithms that the kernel does not have are ENOSYS, and said in words") {
            let sa = XFRMRequest(.newSA).with(XFRMRequest.info())
            try $0.refused(
                sa.cipher("cbc(nothing)", bits: 128), .noFunction, saying: "Requested CRYPT algorithm not found")
            try $0.refused(
                sa.cipher("ecb(cipher_null)", bits: 0).integrity("hmac(nothing)", bits: 128, icv: 96), .noFunction,
                saying: "Requested AUTH_TRUNC algorithm not found")
        },
        XFRMScenario("a cipher's key of another length is EINVAL without a word") {
            try $0.refused(
                XFRMRequest(.newSA).with(XFRMRequest.info()).cipher("cbc(aes)", bits: 136), .invalidArgument)
        },
        XFRMScenario("what a protocol does not have, or has to have, is EINVAL, and said in words") {
            let info = XFRMRequest.info
            let esp = XFRMRequest(.newSA).with(info(0x1001, Sample.source, Sample.destination, 50, 0, 0, 0, 0))
            let ah = XFRMRequest(.newSA).with(info(0x1001, Sample.source, Sample.destination, 51, 0, 0, 0, 0))
            try $0.refused(
                esp, .invalidArgument,
                saying: "Missing required attribute for ESP: at least one of AUTH, AUTH_TRUNC, CRYPT, AEAD")
            try $0.refused(
                esp.integrity("hmac(sha1)", bits: 160, icv: 96), .invalidArgument,
                saying: "ESP: AEAD or CRYPT must be provided")
            try $0.refused(
                esp.cipher("ecb(cipher_null)", bits: 0).combined("rfc4106(gcm(aes))", bits: 160, icv: 128),
                .invalidArgument,
                saying: "Invalid attribute combination for ESP: AEAD can't be used with AUTH, AUTH_TRUNC, CRYPT")
            try $0.refused(
                ah, .invalidArgument, saying: "Missing required attribute for AH: AUTH_TRUNC or AUTH")
            try $0.refused(
                ah.integrity("hmac(sha1)", bits: 160, icv: 96).cipher("ecb(cipher_null)", bits: 0), .invalidArgument,
                saying: "Invalid attributes for AH: AEAD, CRYPT, COMP, TFCPAD")
        },
        XFRMScenario("IPCOMP wants its algorithm and a CPI of 16 bits, and drops a key") {
            let small = XFRMRequest(.newSA).with(XFRMRequest.info(spi: 0x101, ipsecProtocol: 108))
            try $0.refused(small, .invalidArgument, saying: "Missing required attribute for COMP: COMP")
            let large = XFRMRequest(.newSA).with(XFRMRequest.info(spi: 0x10000, ipsecProtocol: 108))
            try $0.refused(
                large.compression("deflate"), .invalidArgument,
                saying: "SPI is too large for COMP (must be < 0x10000)")
            try $0.equal(try $0.told(small.compression("deflate")).value(3, 64), 0, "bits")
        },
        XFRMScenario("padding of packets is for tunnels") {
            try $0.refused(
                XFRMRequest.sa().attribute(22, le(UInt32(100))), .invalidArgument,
                saying: "TFC padding can only be used in tunnel mode")
        },
    ]
}
