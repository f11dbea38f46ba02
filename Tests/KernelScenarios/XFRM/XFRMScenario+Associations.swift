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

    static let changes: [XFRMScenario] = [
        XFRMScenario("GETSA tells what NEWSA told, to the sender alone") {
            let told = try $0.told(XFRMRequest.sa().interfaceID(5))
            let got = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal(got.field(0, 160), told.field(0, 160), "SA")
            try $0.equal(
                [got.attribute(20), got.attribute(31)], [told.attribute(20), told.attribute(31)], "attributes")
        },
        XFRMScenario("GETSA of nothing is ESRCH, of family 0 ESRCH, of protocol 0 EINVAL") {
            try $0.refused(XFRMRequest.reference(.getSA), .noSuchProcess)
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.reference(.getSA).replacing(20, with: [0, 0]), .noSuchProcess)
            try $0.refused(XFRMRequest.reference(.getSA, ipsecProtocol: 0), .invalidArgument)
        },
        XFRMScenario("DELSA tells the identity, and the SA in an attribute") {
            try $0.done(XFRMRequest.sa(reqID: 3))
            let told = try $0.told(XFRMRequest.reference(.deleteSA))
            try $0.equal(told.type, .deleteSA, "type")
            try $0.equal(told.field(0, 24), XFRMRequest.reference(.deleteSA).bytes.suffix(24), "identity")
            try $0.equal(told.attribute(6).count, 224, "bytes of the SA")
            try $0.equal(told.value(6, 208), 3, "reqid")
            try $0.require(told.has(20) && told.has(2), "no algorithms")
            try $0.refused(XFRMRequest.reference(.deleteSA), .noSuchProcess)
        },
        XFRMScenario("UPDSA of nothing is ESRCH") {
            try $0.refused(XFRMRequest.sa(.updateSA), .noSuchProcess)
        },
        XFRMScenario("UPDSA tells what was asked, and changes lifetimes, ports and what is not zero") {
            try $0.done(XFRMRequest.sa(mode: 1, reqID: 3, window: 4).encapsulation().interfaceID(7))
            let update = XFRMRequest.sa(.updateSA, reqID: 9, window: 8, flags: 1)
                .replacing(136, with: le(UInt64(600))).encapsulation(destination: 999).interfaceID(0)
                .attribute(29, le(UInt32(5)))
            let told = try $0.told(update)
            try $0.equal([told.reqID, told.mode, told.window, told.flagsOfSA], [9, 0, 8, 1], "told")
            let kept = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal([kept.reqID, kept.mode, kept.window, kept.flagsOfSA], [3, 1, 4, 0], "kept")
            try $0.equal(kept.number(136, 8), 600, "hard seconds")
            try $0.equal(Array(kept.attribute(4)[4..<6]), be(UInt16(999)), "port")
            try $0.equal([kept.value(31, 0), kept.value(29, 0)], [7, 5], "interface id and mark that is set")
        },
        XFRMScenario("UPDSA can neither add an encapsulation nor take one away") {
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.sa(.updateSA).encapsulation(), .invalidArgument)
            try $0.done(XFRMRequest.sa(spi: 0x1002).encapsulation())
            try $0.refused(XFRMRequest.sa(.updateSA, spi: 0x1002), .invalidArgument)
        },
        XFRMScenario("FLUSHSA tells its protocol as it was sent, and nothing where nothing goes") {
            try $0.require(try $0.done(XFRMRequest(.flushSAs).with([0])).isEmpty, "a flush of nothing is told")
            try $0.done(XFRMRequest.sa())
            try $0.require(try $0.done(XFRMRequest(.flushSAs).with([51])).isEmpty, "a flush of AH is told")
            try $0.equal(try $0.told(XFRMRequest(.flushSAs).with([50])).number(0, 1), 50, "protocol")
            try $0.equal(try $0.dumped(XFRMStage.allSAs).count, 0, "left")
        },
    ]

    static let marks: [XFRMScenario] = [
        XFRMScenario("a mark is stored masked") {
            try $0.equal(
                try $0.told(XFRMRequest.sa().mark(0x101, 0xff)).attribute(21), le(UInt32(1)) + le(UInt32(0xff)), "mark")
        },
        XFRMScenario("no mark finds an SA without a mark alone, and any mark finds that") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.refused(XFRMRequest.reference(.getSA), .noSuchProcess)
            _ = try $0.answered(XFRMRequest.reference(.getSA).mark(1, 0xff))
            _ = try $0.answered(XFRMRequest.reference(.getSA).mark(0x101, 0xffff))
            try $0.refused(XFRMRequest.reference(.getSA).mark(2, 0xff), .noSuchProcess)
            try $0.done(XFRMRequest.sa(spi: 0x1002))
            _ = try $0.answered(XFRMRequest.reference(.getSA, spi: 0x1002).mark(2, 0xff))
        },
        XFRMScenario("an SA without a mark is beside one with a mark if it comes second") {
            try $0.done(XFRMRequest.sa())
            try $0.refused(XFRMRequest.sa().mark(1, 0xff), .exists)
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(1, 0xff))
            try $0.done(XFRMRequest.sa(spi: 0x1002))
        },
        XFRMScenario("marks that overlap are one, in one order") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.refused(XFRMRequest.sa().mark(0x101, 0xffff), .exists)
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(0x101, 0xffff))
            try $0.done(XFRMRequest.sa(spi: 0x1002).mark(1, 0xff))
        },
        XFRMScenario("of two the newest is deleted first, whatever the mark says") {
            try $0.done(XFRMRequest.sa().mark(1, 0xff))
            try $0.done(XFRMRequest.sa())
            let first = try $0.told(XFRMRequest.reference(.deleteSA).mark(1, 0xff))
            try $0.require(!first.has(21), "the one with the mark")
            let second = try $0.told(XFRMRequest.reference(.deleteSA).mark(1, 0xff))
            try $0.equal(second.value(21, 0), 1, "mark")
        },
    ]

    static let reservations: [XFRMScenario] = [
        XFRMScenario("ALLOCSPI makes a larval SA of 30 seconds, of the two hosts and no family, for the sender alone") {
            let larval = try $0.answered(XFRMRequest.reservation(0x300, 0x3ff, reqID: 7))
            try $0.equal(larval.type, .newSA, "type")
            try $0.require((0x300...0x3ff).contains(larval.spi), "SPI \(larval.spi)")
            try $0.equal([larval.reqID, larval.number(136, 8), larval.number(40, 2)], [7, 30, 0], "larval")
            try $0.equal(larval.field(42, 2), [32, 32], "prefixes")
            try $0.require(![1, 2, 3, 18, 20].contains { larval.has($0) }, "an algorithm")
            try $0.require(try $0.all(on: $0.ears).isEmpty, "somebody hears of it")
        },
        XFRMScenario("NEWSA on a reserved SPI is EEXIST, and UPDSA makes it mature") {
            _ = try $0.answered(XFRMRequest.reservation(0x1001, 0x1001))
            try $0.refused(XFRMRequest.sa(), .exists)
            let told = try $0.told(XFRMRequest.sa(.updateSA, mode: 1, reqID: 4))
            try $0.equal([told.type.rawValue], [XFRMMessageType.updateSA.rawValue], "type")
            let kept = try $0.answered(XFRMRequest.reference(.getSA))
            try $0.equal([kept.mode, kept.reqID], [1, 4], "kept")
            try $0.equal(try $0.dumped(XFRMStage.allSAs).count, 1, "SAs")
        },
        XFRMScenario("ALLOCSPI of a range upside down is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(9, 8), .invalidArgument, saying: "Invalid SPI range: min > max",
                since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI of a CPI of 17 bits is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(1, 0x10000, ipsecProtocol: 108), .invalidArgument,
                saying: "IPCOMP SPI must be <= 65535", since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI for another protocol is EINVAL") {
            try $0.refused(
                XFRMRequest.reservation(1, 2, ipsecProtocol: 60), .invalidArgument,
                saying: "Invalid protocol, must be one of AH, ESP, IPCOMP", since: .linux6_12)
        },
        XFRMScenario("ALLOCSPI of a range that is taken is ENOENT") {
            try $0.done(XFRMRequest.sa(spi: 0x40))
            try $0.refused(
                XFRMRequest.reservation(0x40, 0x40), .noEntry, saying: "No SPI available in the requested range",
                since: .linux6_12)
        },
    ]
}
