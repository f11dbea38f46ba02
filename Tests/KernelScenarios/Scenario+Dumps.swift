import IPsec
import KernelBackends

extension Scenario {
    static let dumps: [Scenario] = [
        Scenario("a dump of nothing is ENOENT") { stage in
            try stage.refused(Request(.dump), .noEntry)
            try stage.refused(Request(.spdDump), .noEntry)
        },
        Scenario("records come newest first, counted from 1, the last one 0, for the sender alone") { stage in
            for spi: UInt32 in 1...4 { try stage.broadcast(Sample.esp(spi: spi)) }
            let records = try stage.dumped(Request(.dump))
            try stage.equal(records.map(\.spi), [4, 3, 2, 1], "SPIs")
            try stage.equal(records.map(\.sequence), [1, 2, 3, 0], "sequence numbers")
            try stage.require(records.allSatisfy { $0.processID == 4711 && $0.type == .dump }, "pid or type")
            try stage.require(records.allSatisfy { $0.has(.encryptionKey) }, "no key")
            try stage.silence()
        },
        Scenario("a dump of one SA type shows that type") { stage in
            try stage.broadcast(Sample.esp(spi: 1))
            try stage.broadcast(
                Request(.add, .ah).association(spi: 2, integrity: 3).ends(Sample.source, Sample.destination)
                    .key(.integrityKey, bits: 160))
            try stage.equal(try stage.dumped(Request(.dump, .ah)).map(\.spi), [2], "AH")
            try stage.equal(try stage.dumped(Request(.dump, .esp)).map(\.spi), [1], "ESP")
            try stage.refused(Request(.dump, .ipcomp), .noEntry)
            try stage.refused(Request(.dump, PFKeySAType(rawValue: 1)), .invalidArgument)
        },
        Scenario("a filter looks at family and prefixes of the SA's ends") { stage in
            try stage.broadcast(Sample.esp(spi: 1))
            try stage.broadcast(
                Request(.add, .esp).association(spi: 2, encryption: 11).ends(Sample.source6, Sample.destination6)
                    .key(.encryptionKey, bits: 0))
            func spis(_ stage: inout Stage, family: UInt16, _ source: [UInt8], _ length: UInt8) throws -> [UInt64] {
                try stage.dumped(Request(.dump).filter(family: family, source: source, length)).map(\.spi)
            }
            try stage.equal(try spis(&stage, family: 0, [], 0), [2, 1], "any")
            try stage.equal(try spis(&stage, family: 2, [], 0), [1], "IPv4")
            try stage.equal(try spis(&stage, family: 10, [], 0), [2], "IPv6")
            try stage.equal(try spis(&stage, family: 2, [10, 1, 9, 9], 16), [1], "prefix")
            try stage.refused(Request(.dump).filter(family: 2, source: [10, 2, 0, 0], 16), .noEntry)
            try stage.refused(Request(.dump).filter(family: 0, source: [], 129), .invalidArgument)
            try stage.refused(Request(.dump).filter(family: 0, source: [], 0, 129), .invalidArgument)
        },
        Scenario("a second dump on the same socket is EBUSY, another socket's is not") { stage in
            let count = 300
            for spi in 1...UInt32(count) { try stage.send(Sample.esp(spi: spi)); _ = try stage.all() }
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.dump))
            try stage.send(Request(.spdDump))
            try stage.send(Request(.dump, processID: 4712), from: stage.bob)
            let mine = try stage.all()
            let busy = mine.filter { Int32($0.errno) == KernelErrno.busy.rawValue }
            try stage.equal(busy.map(\.type), [.spdDump], "busy")
            try stage.equal(mine.filter { $0.type == .dump }.count, count, "records")
            try stage.equal(mine.last?.sequence, 0, "the last sequence number")
            try stage.equal(try stage.all(on: stage.bob).count, count, "bob's records")
        },
        Scenario("a dump stops at two thirds of the buffer and goes on at one third") { stage in
            let count = 400
            for spi in 1...UInt32(count) { try stage.send(Sample.esp(spi: spi)); _ = try stage.all() }
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.dump))
            let (first, limit) = stage.kernel.memory(of: stage.alice)
            let cost = stage.kernel.release.cost(ofMessage: 280)
            try stage.require(3 * first > 2 * limit && 3 * (first - cost) <= 2 * limit, "\(first) of \(limit) bytes")
            var received = 0
            while 3 * stage.kernel.memory(of: stage.alice).allocated > limit {
                _ = try stage.next()
                received += 1
            }
            try stage.equal(stage.kernel.memory(of: stage.alice).allocated, first - received * cost, "before")
            _ = try stage.next()
            try stage.require(stage.kernel.memory(of: stage.alice).allocated > first - (received + 1) * cost, "after")
            try stage.equal(try stage.all().count + received + 1, count, "records")
        },
        Scenario("the last record walked is held back, so that a DELETE can come before it") { stage in
            for spi: UInt32 in 1...200 { try stage.send(Sample.esp(spi: spi)); _ = try stage.all() }
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.dump))
            let queued = stage.kernel.memory(of: stage.alice).allocated / stage.kernel.release.cost(ofMessage: 280)
            let held = UInt32(200 - queued)
            try stage.send(Sample.reference(.delete, spi: held), from: stage.bob)
            try stage.send(Sample.reference(.delete, spi: held - 1), from: stage.bob)
            let messages = try stage.all()
            let deleted = messages.firstIndex { $0.type == .delete && $0.spi == UInt64(held) }
            let dumped = messages.firstIndex { $0.type == .dump && $0.spi == UInt64(held) }
            guard let deleted, let dumped else { throw ScenarioFailure("no DELETE, or no record, of \(held)") }
            try stage.require(deleted < dumped, "the record came first")
            try stage.equal(messages[dumped].state, 1, "state of the ghost")
            try stage.require(
                !messages.contains { $0.type == .dump && $0.spi == UInt64(held - 1) }, "deleted before it was walked")
        },
        Scenario("an SA added during a dump is told by its ADD alone") { stage in
            for spi: UInt32 in 1...200 { try stage.send(Sample.esp(spi: spi)); _ = try stage.all() }
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.dump))
            try stage.send(Sample.esp(spi: 999), from: stage.bob)
            let messages = try stage.all()
            try stage.equal(messages.filter { $0.spi == 999 }.map(\.type), [.add], "messages")
            try stage.equal(messages.filter { $0.type == .dump }.count, 200, "records")
        },
        Scenario("FLUSH during a dump ends it with the record held back") { stage in
            for spi: UInt32 in 1...200 { try stage.send(Sample.esp(spi: spi)); _ = try stage.all() }
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.dump))
            try stage.send(Request(.flush), from: stage.bob)
            let messages = try stage.all()
            try stage.equal(messages.suffix(2).map(\.type), [.flush, .dump], "the end")
            try stage.equal(messages.last?.sequence, 0, "the last sequence number")
        },
        Scenario("with a tiny buffer a dump hangs after two records") { stage in
            for spi: UInt32 in 1...10 { try stage.broadcast(Sample.esp(spi: spi)) }
            stage.kernel.setReceiveLimit(2304, of: stage.alice)
            try stage.send(Request(.dump))
            try stage.equal(try stage.all().count, 2, "records")
        },
    ]

    static let registrations: [Scenario] = [
        Scenario("REGISTER lists the algorithms of PF_KEY in the kernel's order") { stage in
            let answer = try stage.answered(Request(.register, .esp))
            try stage.equal(answer.extensions, [14, 15], "extensions")
            func ids(_ type: PFKeyExtensionType) -> [UInt8] {
                let body = answer.field(type, 8, 512)
                return stride(from: 0, to: body.count, by: 8).map { body[$0] }
            }
            try stage.equal(ids(.supportedIntegrity), [251, 2, 3, 5, 6, 7, 8, 9], "integrity")
            try stage.equal(ids(.supportedEncryption), [11, 2, 3, 6, 7, 12, 252, 22, 253, 13], "encryption")
            try stage.equal(answer.field(.supportedIntegrity, 24, 8), [3, 0, 160, 0, 160, 0, 0, 0], "sha1")
            try stage.equal(answer.field(.supportedEncryption, 48, 8), [12, 8, 128, 0, 0, 1, 0, 0], "aes-cbc")
            try stage.equal(answer.field(.supportedEncryption, 80, 8), [13, 8, 160, 0, 32, 1, 0, 0], "aes-ctr")
        },
        Scenario("REGISTER twice is EEXIST, another SA type is not; 0 asks alone; 10 is EINVAL") { stage in
            _ = try stage.answered(Request(.register, .esp))
            try stage.refused(Request(.register, .esp), .exists)
            _ = try stage.answered(Request(.register, .ah))
            _ = try stage.answered(Request(.register))
            _ = try stage.answered(Request(.register))
            try stage.refused(Request(.register, PFKeySAType(rawValue: 10)), .invalidArgument)
        },
        Scenario("other registered sockets get the list, too") { stage in
            try stage.send(Request(.register, .esp), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.send(Request(.register, .ah))
            try stage.equal(try stage.all().map(\.type), [.register], "alice")
            try stage.equal(try stage.all(on: stage.bob).map(\.type), [.register], "bob")
        },
        Scenario("X_PROMISC is told to everybody, and shows requests and every message twice") { stage in
            try stage.send(Request(.promiscuous, PFKeySAType(rawValue: 1)), from: stage.bob)
            try stage.equal(try stage.all().map(\.type), [.promiscuous], "alice")
            try stage.equal(try stage.all(on: stage.bob).map(\.type), [.promiscuous, .promiscuous], "bob")
            try stage.send(Sample.esp())
            try stage.equal(try stage.all().map(\.type), [.add], "alice")
            let heard = try stage.all(on: stage.bob)
            try stage.equal(heard.map(\.type), [.add, .add, .add], "bob")
            try stage.equal(heard[0].bytes, Sample.esp().bytes, "the request")
            try stage.send(Sample.reference(.get))
            try stage.equal(try stage.all(on: stage.bob).map(\.type), [.get, .get], "bob hears an answer of alice")
        },
        Scenario("a promiscuous socket hears refusals and dumps of others, until it is switched off") { stage in
            try stage.broadcast(Sample.esp())
            try stage.send(Request(.promiscuous, PFKeySAType(rawValue: 1)), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            _ = try stage.all()
            try stage.send(Sample.reference(.get, spi: 5))
            try stage.equal(try stage.all(on: stage.bob).map(\.errno), [0, 3], "request and refusal")
            try stage.send(Request(.dump))
            try stage.equal(try stage.all(on: stage.bob).map(\.type), [.dump, .dump], "request and record")
            try stage.send(Request(.promiscuous), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            _ = try stage.all()
            _ = try stage.answered(Sample.reference(.get))
        },
        Scenario("X_PROMISC of 2 is EINVAL, and with extensions it goes to everybody as it is") { stage in
            try stage.refused(Request(.promiscuous, PFKeySAType(rawValue: 2)), .invalidArgument)
            let request = Request(.promiscuous, PFKeySAType(rawValue: 9)).association(spi: 1)
            try stage.equal(try stage.broadcast(request).bytes, request.bytes, "bytes")
        },
    ]
}
