import IPsec
import KernelBackends

extension Scenario {
    static let buffers: [Scenario] = [
        Scenario("a message costs what the kernel's allocator gives it") { stage in
            for (request, byteCount) in [(Sample.esp(), 280), (Request(.flush), 16), (Request(.flush), 16)] {
                let before = stage.kernel.memory(of: stage.bob).allocated
                try stage.send(request)
                let cost = stage.kernel.memory(of: stage.bob).allocated - before
                let expected =
                    request.bytes[1] == 9 && before == 0 ? 0 : stage.kernel.release.cost(ofMessage: byteCount)
                if cost == 0, request.bytes[1] == 9 { continue }
                try stage.equal(cost, expected, "cost of \(byteCount) bytes")
            }
        },
        Scenario("costs of longer messages, too") { stage in
            let request = Request(.add, .esp).association(spi: 1, integrity: 7, encryption: 7)
                .ends(Sample.source6, Sample.destination6).key(.integrityKey, bits: 4096).key(.encryptionKey, bits: 448)
            try stage.send(request)
            let cost = stage.kernel.memory(of: stage.bob).allocated
            let byteCount = try stage.next(on: stage.bob).bytes.count
            try stage.equal(cost, stage.kernel.release.cost(ofMessage: byteCount), "cost of \(byteCount) bytes")
        },
        Scenario("a full socket loses messages without a word, and the deed is done") { stage in
            let cost = stage.kernel.release.cost(ofMessage: 280)
            let limit = stage.kernel.memory(of: stage.bob).limit
            try stage.equal(limit, 212_992, "limit")
            let count = limit / cost + 50
            for spi in 1...UInt32(count) { try stage.send(Sample.esp(spi: spi)); _ = try stage.next() }
            try stage.require(stage.kernel.memory(of: stage.bob).allocated > limit, "no overrun to see")
            let heard = try stage.all(on: stage.bob)
            try stage.equal(heard.count, limit / cost + 1, "messages")
            try stage.equal(heard.map(\.spi), (1...UInt64(limit / cost + 1)).map(\.self), "the first ones")
            try stage.equal(stage.kernel.memory(of: stage.bob).allocated, 0, "all given back")
            _ = try stage.answered(Sample.reference(.get, spi: UInt32(count)))
        },
        Scenario("the sender's own answers are lost, too, and what was asked is done") { stage in
            stage.kernel.setReceiveLimit(4608, of: stage.alice)
            for spi: UInt32 in 1...20 { try stage.send(Sample.esp(spi: spi)) }
            let cost = stage.kernel.release.cost(ofMessage: 280)
            try stage.equal(try stage.all().count, 4608 / cost + 1, "answers")
            try stage.equal(try stage.all(on: stage.bob).count, 20, "deeds")
        },
    ]

    static let lifetimes: [Scenario] = [
        Scenario("registered sockets get a soft and a hard EXPIRE without keys, and nobody a DELETE") { stage in
            try stage.send(Request(.register, .ah), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, addTime: 6).lifetime(.softLifetime, addTime: 1))
            stage.kernel.wait(seconds: 2)
            let soft = try stage.next(on: stage.bob)
            try stage.equal(soft.type, .expire, "type")
            try stage.equal(soft.extensions, [1, 4, 2, 5, 6, 7, 19], "extensions")
            try stage.equal([soft.state, UInt64(soft.sequence), UInt64(soft.processID)], [2, 0, 0], "soft")
            try stage.silence()
            try stage.equal(try stage.answered(Sample.reference(.get)).state, 2, "state")
            stage.kernel.wait(seconds: 6)
            let hard = try stage.next(on: stage.bob)
            try stage.equal(hard.extensions, [1, 3, 2, 5, 6, 7, 19], "extensions")
            try stage.equal([hard.state, hard.spi], [3, 0x1001], "hard")
            try stage.silence()
            try stage.refused(Sample.reference(.get), .noSuchProcess)
        },
        Scenario("UPDATE of a dying SA makes it mature again and keeps its time of addition") { stage in
            let added = try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, addTime: 60).lifetime(.softLifetime, addTime: 1))
            stage.kernel.wait(seconds: 2)
            try stage.equal(try stage.answered(Sample.reference(.get)).state, 2, "dying")
            try stage.broadcast(
                Sample.esp(.update).lifetime(.hardLifetime, addTime: 90).lifetime(.softLifetime, addTime: 80))
            let kept = try stage.answered(Sample.reference(.get))
            try stage.equal(kept.state, 1, "state")
            try stage.equal(kept.lifetime(.currentLifetime)[2], added.lifetime(.currentLifetime)[2], "addtime")
        },
        Scenario("a soft limit after the hard one never comes") { stage in
            try stage.send(Request(.register, .esp), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.broadcast(
                Sample.esp().lifetime(.hardLifetime, addTime: 1).lifetime(.softLifetime, addTime: 2))
            stage.kernel.wait(seconds: 3)
            try stage.equal(try stage.all(on: stage.bob).map(\.state), [3], "expiries")
        },
        Scenario("a policy goes at its hard limit, and nobody is told") { stage in
            let id = try stage.broadcast(Sample.policy().lifetime(.hardLifetime, addTime: 1)).policyID
            stage.kernel.wait(seconds: 3)
            try stage.silence()
            try stage.refused(Sample.byID(.spdGet, id), .noEntry)
        },
        Scenario("a packet without SA asks registered sockets once, and leaves a larval SA") { stage in
            try stage.send(Request(.register, .ah), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            let policy = try stage.broadcast(Sample.trafficPolicy())
            stage.kernel.emitPacket(to: Address.there)
            stage.kernel.emitPacket(to: Address.there)
            let asked = try stage.next(on: stage.bob)
            try stage.silence()
            try stage.equal(asked.type, .acquire, "type")
            try stage.equal(asked.extensions, [5, 6, 18, 13], "extensions")
            try stage.equal(asked.saType, .esp, "SA type")
            try stage.equal([asked.policyType, asked.policyDirection], [2, 2], "policy")
            try stage.equal(asked.policyID, policy.policyID, "id")
            try stage.equal(asked.field(.proposal, 4, 4), [32, 0, 0, 0], "proposal")
            try stage.require(asked.sequence != 0 && asked.processID == 0, "seq or pid")
            let records = try stage.dumped(Request(.dump))
            try stage.equal(records.count, 1, "records")
            try stage.equal(
                [records[0].state, records[0].spi, records[0].lifetime(.hardLifetime)[2]], [0, 0, 30], "larval")
        },
        Scenario("without a registered socket a packet leaves no larval SA") { stage in
            try stage.broadcast(Sample.trafficPolicy())
            stage.kernel.emitPacket(to: Address.there)
            try stage.silence()
            try stage.refused(Request(.dump), .noEntry)
        },
        Scenario("GETSPI with the number of an ACQUIRE gives its larval SA an SPI, and ADD replaces it") { stage in
            try stage.send(Request(.register, .esp), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.broadcast(Sample.trafficPolicy())
            stage.kernel.emitPacket(to: Address.there)
            let number = try stage.next(on: stage.bob).sequence
            try stage.send(
                Request(.getSPI, .esp, sequence: number).ends(Address.here, Address.there).spiRange(0x900, 0x900)
                    .association2(mode: 2, reqID: 44))
            try stage.equal(try stage.next().spi, 0x900, "SPI")
            try stage.equal(try stage.dumped(Request(.dump)).map(\.spi), [0x900], "SPIs")
            try stage.send(
                Request(.add, .esp, sequence: number).association(spi: 0x901, encryption: 11)
                    .ends(Address.here, Address.there).key(.encryptionKey, bits: 0))
            try stage.equal(try stage.next().errno, 0, "errno")
            try stage.equal(try stage.dumped(Request(.dump)).map(\.spi), [0x901], "SPIs")
        },
        Scenario("a user's ACQUIRE with an errno ends the wait: the larval SA shows as dead") { stage in
            try stage.send(Request(.register, .esp), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.broadcast(Sample.trafficPolicy())
            stage.kernel.emitPacket(to: Address.there)
            let number = try stage.next(on: stage.bob).sequence
            try stage.send(Request(.acquire, .esp, sequence: number, errno: 3))
            try stage.silence()
            stage.kernel.emitPacket(to: Address.there)
            try stage.silence()
            try stage.equal(try stage.dumped(Request(.dump)).map(\.state), [3], "states")
        },
        Scenario("a packet limit is looked at by the packet after the one that reached it") { stage in
            try stage.send(Request(.register, .esp), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            try stage.broadcast(Sample.trafficPolicy())
            try stage.broadcast(
                Request(.add, .esp).association(spi: 0xa01, integrity: 5, encryption: 12)
                    .ends(Address.here, Address.there).key(.integrityKey, bits: 256).key(.encryptionKey, bits: 128)
                    .lifetime(.hardLifetime, packets: 3).lifetime(.softLifetime, packets: 1))
            stage.kernel.emitPacket(to: Address.there)
            try stage.silence()
            stage.kernel.emitPacket(to: Address.there)
            let soft = try stage.next(on: stage.bob)
            try stage.equal([soft.state, soft.lifetime(.currentLifetime)[0]], [2, 1], "soft")
            stage.kernel.emitPacket(to: Address.there)
            try stage.silence()
            stage.kernel.emitPacket(to: Address.there)
            stage.kernel.wait(seconds: 0.5)
            let hard = try stage.next(on: stage.bob)
            try stage.equal([hard.state, hard.lifetime(.currentLifetime)[0]], [3, 3], "hard")
        },
        Scenario("a larval SA expires after 30 seconds as dead, for registered sockets") { stage in
            try stage.send(Request(.register, .ah), from: stage.bob)
            _ = try stage.all(on: stage.bob)
            _ = try stage.answered(
                Request(.getSPI, .esp).ends(Sample.source, Sample.destination).spiRange(0xb00, 0xb00))
            stage.kernel.wait(seconds: 28)
            try stage.silence()
            stage.kernel.wait(seconds: 4)
            let hard = try stage.next(on: stage.bob)
            try stage.equal(hard.type, .expire, "type")
            try stage.equal([hard.state, hard.spi], [3, 0xb00], "expired")
            try stage.equal(hard.extensions, [1, 3, 2, 5, 6, 19], "extensions")
            try stage.refused(Request(.dump), .noEntry)
        },
    ]
}

extension Sample {
    /// Wants ESP in transport mode for every packet to ``Address/there``.
    static func trafficPolicy() -> Request {
        Request(.spdAdd).address(.source, Address.here, nextLayer: 255)
            .address(.destination, Address.there, nextLayer: 255)
            .policy(type: 2, direction: 2, priority: 1, [Request.transform()])
    }
}
