import IPsec
import KernelBackends

extension Scenario {
    static let additions: [Scenario] = [
        Scenario("ADD is answered by a broadcast with all fields in the kernel's order") { stage in
            let answer = try stage.broadcast(Sample.esp().association2(mode: 2, reqID: 99))
            try stage.equal(answer.extensions, [1, 3, 4, 2, 5, 6, 7, 8, 9, 19], "extensions")
            try stage.equal(answer.saType, .esp, "SA type")
            try stage.equal(answer.spi, 0x1001, "SPI")
            try stage.equal([answer.replay, answer.state, answer.integrity, answer.encryption], [4, 1, 5, 12], "SA")
            try stage.equal([answer.mode, answer.reqID], [2, 99], "mode and reqid")
            try stage.equal(answer.bytes.count, 280, "bytes")
            try stage.equal(answer.lifetime(.hardLifetime), [0, 0, 0, 0], "hard limits")
            try stage.require(answer.lifetime(.currentLifetime)[2] > 1_700_000_000, "no time of addition")
        },
        Scenario("keys are in the broadcast") { stage in
            let answer = try stage.broadcast(Sample.esp())
            try stage.equal(answer.number(.integrityKey, 4, 2), 256, "integrity bits")
            try stage.equal(answer.field(.encryptionKey, 8, 16), Array(repeating: 0xa5, count: 16), "key")
        },
        Scenario("the selector of an SA shows as a proxy of everything") { stage in
            let answer = try stage.broadcast(Sample.esp())
            try stage.equal(answer.field(.proxy, 4, 12), [255, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], "proxy")
        },
        Scenario("a proxy address becomes the selector's source") { stage in
            let answer = try stage.broadcast(
                Sample.esp().address(.proxy, IPAddress(ipv4: 0x0a09_0000), prefix: 16, nextLayer: 6, port: 22))
            try stage.equal(answer.field(.proxy, 4, 12), [255, 16, 0, 0, 2, 0, 0, 0, 10, 9, 0, 0], "proxy")
        },
        Scenario("a proxy equal to the source is not shown") { stage in
            let answer = try stage.broadcast(Sample.esp().address(.proxy, Sample.source))
            try stage.require(!answer.has(.proxy), "a proxy")
        },
        Scenario("a proxy of the other family is refused in transport mode and cut in a tunnel") { stage in
            try stage.refused(Sample.esp().address(.proxy, Sample.source6, prefix: 64), .protocolUnsupported)
            let answer = try stage.broadcast(
                Sample.esp().association2(mode: 2).address(.proxy, Sample.source6, prefix: 64))
            try stage.equal(answer.field(.proxy, 4, 12), [255, 64, 0, 0, 2, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8], "proxy")
        },
        Scenario("SA addresses show protocol 0, no port and the full prefix") { stage in
            let request = Request(.add, .esp).association(spi: 5, encryption: 11)
                .address(.source, Sample.source, prefix: 8, nextLayer: 17, port: 500)
                .address(.destination, Sample.destination, prefix: 16, nextLayer: 6, port: 501).key(
                    .encryptionKey, bits: 0)
            let answer = try stage.broadcast(request)
            try stage.equal(answer.field(.source, 4, 8), [0, 32, 0, 0, 2, 0, 0, 0], "source")
            try stage.equal(answer.field(.destination, 4, 8), [0, 32, 0, 0, 2, 0, 0, 0], "destination")
        },
        Scenario("an SA over IPv6 is 328 bytes long") { stage in
            let request = Request(.add, .esp).association(spi: 0x2001, integrity: 5, encryption: 12)
                .ends(Sample.source6, Sample.destination6).key(.integrityKey, bits: 256).key(.encryptionKey, bits: 128)
            try stage.equal(try stage.broadcast(request).bytes.count, 328, "bytes")
        },
        Scenario("ADD of a destination, protocol and SPI that exist is refused with EEXIST") { stage in
            try stage.broadcast(Sample.esp())
            try stage.refused(Sample.esp(), .exists)
            try stage.refused(
                Request(.add, .esp).association(spi: 0x1001, encryption: 11)
                    .ends(IPAddress(ipv4: 0x0a63_6363), Sample.destination).key(.encryptionKey, bits: 0), .exists)
        },
        Scenario("another destination, protocol or SPI is another SA") { stage in
            try stage.broadcast(Sample.esp())
            try stage.broadcast(Sample.esp(spi: 0x1002))
            try stage.broadcast(
                Request(.add, .ah).association(spi: 0x1001, integrity: 3).ends(Sample.source, Sample.destination)
                    .key(.integrityKey, bits: 160))
            try stage.broadcast(
                Request(.add, .esp).association(spi: 0x1001, encryption: 11).ends(Sample.destination, Sample.source)
                    .key(.encryptionKey, bits: 0))
        },
        Scenario("SPI 0 can be added twice, and neither fetched nor deleted") { stage in
            try stage.broadcast(Sample.esp(spi: 0))
            try stage.broadcast(Sample.esp(spi: 0))
            try stage.refused(Sample.reference(.get, spi: 0), .noSuchProcess)
            try stage.refused(Sample.reference(.delete, spi: 0), .noSuchProcess)
            try stage.equal(try stage.dumped(Request(.dump)).count, 2, "records")
        },
        Scenario("reserved SPIs are accepted") { stage in
            for spi: UInt32 in [1, 255] { try stage.broadcast(Sample.esp(spi: spi)) }
        },
        Scenario("the replay window is cut to 32, and 256 is 0 in a field of 8 bits") { stage in
            try stage.equal(try stage.broadcast(Sample.esp(spi: 1, replay: 64)).replay, 32, "window")
            try stage.equal(try stage.broadcast(Sample.esp(spi: 2, replay: 255)).replay, 32, "window")
            try stage.equal(
                try stage.broadcast(Sample.esp(spi: 3, replay: UInt8(truncatingIfNeeded: 256))).replay, 0, "window")
        },
        Scenario("mode any and a missing SA2 are transport; beet is kept; 4 is refused") { stage in
            try stage.equal(try stage.broadcast(Sample.esp(spi: 1)).mode, 1, "mode")
            try stage.equal(try stage.broadcast(Sample.esp(spi: 2).association2(mode: 0, reqID: 5)).reqID, 5, "reqid")
            try stage.equal(try stage.broadcast(Sample.esp(spi: 3).association2(mode: 3)).mode, 3, "mode")
            try stage.refused(Sample.esp(spi: 4).association2(mode: 4), .invalidArgument)
        },
        Scenario("flags other than the three of Linux are dropped, and the state is ignored") { stage in
            let request = Request(.add, .esp).association(spi: 9, state: 3, encryption: 11, flags: 0xffff_ffff)
                .ends(Sample.source, Sample.destination).key(.encryptionKey, bits: 0)
            let answer = try stage.broadcast(request)
            try stage.equal(answer.number(.association, 12, 4), 0xe000_0000, "flags")
            try stage.equal(answer.state, 1, "state")
        },
        Scenario("hard without soft and soft without hard are refused with EINVAL") { stage in
            try stage.refused(Sample.esp().lifetime(.hardLifetime, addTime: 60), .invalidArgument)
            try stage.refused(Sample.esp().lifetime(.softLifetime, addTime: 60), .invalidArgument)
        },
        Scenario("limits are shown as they were set, and soft above hard is accepted") { stage in
            let answer = try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, packets: 1, bytes: 2, addTime: 3000, useTime: 4000)
                    .lifetime(.softLifetime, packets: 5, bytes: 6, addTime: 7000, useTime: 8000))
            try stage.equal(answer.lifetime(.hardLifetime), [1, 2, 3000, 4000], "hard")
            try stage.equal(answer.lifetime(.softLifetime), [5, 6, 7000, 8000], "soft")
        },
        Scenario("a byte limit of all ones is none") { stage in
            let answer = try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, packets: .max, bytes: .max).lifetime(.softLifetime))
            try stage.equal(answer.lifetime(.hardLifetime), [UInt64(UInt32.max), 0, 0, 0], "hard")
        },
        Scenario("extensions that are missing are refused with EINVAL") { stage in
            let ends = Request(.add, .esp).ends(Sample.source, Sample.destination)
            try stage.refused(ends.key(.encryptionKey, bits: 0), .invalidArgument)
            try stage.refused(ends.association(spi: 1, encryption: 11), .invalidArgument)
            try stage.refused(
                Request(.add, .esp).association(spi: 1, encryption: 11).address(.source, Sample.source)
                    .key(.encryptionKey, bits: 0), .invalidArgument)
            try stage.refused(
                Request(.add, .ah).association(spi: 1, integrity: 3).ends(Sample.source, Sample.destination),
                .invalidArgument)
        },
        Scenario("SA type 0 is EPROTONOSUPPORT, other types are EINVAL") { stage in
            func request(_ saType: UInt8) -> Request {
                Request(.add, PFKeySAType(rawValue: saType)).association(spi: 1, encryption: 11)
                    .ends(Sample.source, Sample.destination).key(.encryptionKey, bits: 0)
            }
            try stage.refused(request(0), .protocolUnsupported)
            for saType: UInt8 in [1, 4, 5, 8, 10, 255] { try stage.refused(request(saType), .invalidArgument) }
        },
        Scenario("ESP in UDP shows its type and its ports") { stage in
            let answer = try stage.broadcast(Sample.esp().encapsulation(type: 2, source: 4500, destination: 12345))
            try stage.equal(answer.extensions.suffix(3), [20, 21, 22], "extensions")
            try stage.equal(answer.field(.natDestinationPort, 4, 2), be(UInt16(12345)), "port")
        },
        Scenario("encapsulation 1 went with 6.12; 0, 3 and other protocols than ESP are refused") { stage in
            if stage.kernel.release == .linux6_1 {
                try stage.broadcast(Sample.esp().encapsulation(type: 1))
            } else {
                try stage.refused(Sample.esp().encapsulation(type: 1), .invalidArgument)
            }
            try stage.refused(Sample.esp(spi: 2).encapsulation(type: 0), .invalidArgument)
            try stage.refused(Sample.esp(spi: 2).encapsulation(type: 3), .invalidArgument)
            try stage.refused(
                Request(.add, .ah).association(spi: 2, integrity: 3).ends(Sample.source, Sample.destination)
                    .key(.integrityKey, bits: 160).encapsulation(type: 2), .invalidArgument)
        },
        Scenario("the original address of NAT-T is not kept") { stage in
            let answer = try stage.broadcast(
                Sample.esp().encapsulation(type: 2).address(.natOriginalAddress, Sample.source))
            try stage.require(!answer.has(.natOriginalAddress), "an original address")
        },
    ]
}
