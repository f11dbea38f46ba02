import IPsec
import KernelBackends

extension Scenario {
    static let algorithms: [Scenario] = [
        Scenario("every cipher of PF_KEY takes its key lengths and no other") { stage in
            let lengths: [(cipher: UInt8, good: [UInt16], bad: [UInt16])] = [
                (2, [64], [56, 128]), (3, [192], [64, 128, 256]), (12, [128, 192, 256], [64, 136, 512]),
                (13, [160, 224, 288], [128, 256]), (11, [0], [8]),
            ]
            for row in lengths {
                for bits in row.good {
                    try stage.broadcast(Sample.esp(cipher: row.cipher, bits: bits))
                    try stage.broadcast(Sample.reference(.delete))
                }
                for bits in row.bad { try stage.refused(Sample.esp(cipher: row.cipher, bits: bits), .invalidArgument) }
            }
        },
        Scenario("the older ciphers take ranges of key lengths") { stage in
            let lengths: [(cipher: UInt8, good: [UInt16], bad: [UInt16])] = [
                (6, [40, 48, 128], [32, 136]), (7, [40, 128, 448], [456]), (22, [128, 192, 256], [64]),
                (252, [128, 192, 256], [264]), (253, [128, 192, 256], [64]),
            ]
            for row in lengths {
                for bits in row.good {
                    try stage.broadcast(Sample.esp(cipher: row.cipher, bits: bits))
                    try stage.broadcast(Sample.reference(.delete))
                }
                for bits in row.bad { try stage.refused(Sample.esp(cipher: row.cipher, bits: bits), .invalidArgument) }
            }
        },
        Scenario("a key whose bits are no whole bytes is counted in bytes and shown in bits") { stage in
            let answer = try stage.broadcast(Sample.esp(cipher: 12, bits: 127))
            try stage.equal(answer.number(.encryptionKey, 4, 2), 127, "bits")
        },
        Scenario("ciphers that PF_KEY has no way to carry are ENOSYS") { stage in
            for cipher: UInt8 in [1, 4, 14, 15, 16, 18, 19, 20, 23, 24, 100, 249] {
                try stage.refused(Sample.esp(cipher: cipher, bits: 128), .noFunction)
            }
        },
        Scenario("integrity algorithms that PF_KEY has no way to carry are ENOSYS") { stage in
            for integrity: UInt8 in [1, 4, 10, 11, 249, 250] {
                try stage.refused(
                    Sample.esp(cipher: 11, bits: 0, integrity: integrity, integrityBits: 128), .noFunction)
            }
        },
        Scenario("algorithm numbers above the highest are EINVAL") { stage in
            try stage.refused(Sample.esp(cipher: 254, bits: 128), .invalidArgument)
            try stage.refused(Sample.esp(cipher: 11, bits: 0, integrity: 252, integrityBits: 128), .invalidArgument)
        },
        Scenario("ESP with any length of integrity key but 0 is accepted") { stage in
            for integrity: UInt8 in [2, 3, 5, 6, 7] {
                for bits: UInt16 in [8, 64, 1024] {
                    try stage.broadcast(Sample.esp(cipher: 11, bits: 0, integrity: integrity, integrityBits: bits))
                    try stage.broadcast(Sample.reference(.delete))
                }
                try stage.refused(
                    Sample.esp(cipher: 11, bits: 0, integrity: integrity, integrityBits: 0), .invalidArgument)
            }
        },
        Scenario("null integrity takes a key of 0 bits and shows none") { stage in
            let answer = try stage.broadcast(Sample.esp(cipher: 12, bits: 128, integrity: 251, integrityBits: 0))
            try stage.equal(answer.integrity, 251, "integrity")
            try stage.require(!answer.has(.integrityKey), "a key")
        },
        Scenario("an integrity algorithm without a key extension is accepted by ESP") { stage in
            try stage.broadcast(Sample.esp(cipher: 12, bits: 128, integrity: 3))
        },
        Scenario("a key without its algorithm is not kept") { stage in
            let answer = try stage.broadcast(Sample.esp(cipher: 12, bits: 128, integrityBits: 128))
            try stage.require(!answer.has(.integrityKey), "a key")
        },
        Scenario("ESP without a cipher is EINVAL") { stage in
            try stage.refused(Sample.esp(cipher: 0, bits: 128), .invalidArgument)
            try stage.refused(Sample.esp(cipher: 12, bits: 0), .invalidArgument)
        },
        Scenario("AH wants an integrity algorithm, and any length of its key") { stage in
            func ah(_ integrity: UInt8, bits: UInt16, mode: UInt8 = 1) -> Request {
                Request(.add, .ah).association(spi: 0x1001, integrity: integrity).ends(
                    Sample.source, Sample.destination
                )
                .key(.integrityKey, bits: bits).association2(mode: mode)
            }
            for integrity: UInt8 in [2, 3, 5, 6, 7] {
                let answer = try stage.broadcast(ah(integrity, bits: 80))
                try stage.equal(answer.saType, .ah, "SA type")
                try stage.broadcast(Sample.reference(.delete, .ah))
            }
            try stage.refused(ah(0, bits: 80), .invalidArgument)
            try stage.broadcast(ah(3, bits: 80, mode: 2))
            try stage.broadcast(Sample.reference(.delete, .ah))
            try stage.broadcast(ah(3, bits: 80, mode: 3))
        },
        Scenario("IPComp takes deflate alone, and CPIs above 16 bits") { stage in
            func ipcomp(_ algorithm: UInt8, spi: UInt32 = 0x1001, mode: UInt8 = 1) -> Request {
                Request(.add, .ipcomp).association(spi: spi, encryption: algorithm)
                    .ends(Sample.source, Sample.destination).association2(mode: mode)
            }
            let answer = try stage.broadcast(ipcomp(2))
            try stage.equal(answer.encryption, 2, "algorithm")
            try stage.broadcast(ipcomp(2, spi: 0x12345))
            try stage.refused(ipcomp(0, spi: 3), .invalidArgument)
            try stage.refused(ipcomp(1, spi: 3), .noFunction)
            try stage.refused(ipcomp(3, spi: 3), .noFunction)
            try stage.refused(ipcomp(5, spi: 3), .invalidArgument)
            try stage.refused(ipcomp(2, spi: 3, mode: 3), .invalidArgument)
        },
        Scenario("weak keys are accepted") { stage in
            let des = Request(.add, .esp).association(spi: 1, encryption: 2).ends(Sample.source, Sample.destination)
            try stage.broadcast(des.key(.encryptionKey, bits: 64, fill: 1))
            let tripleDES = Request(.add, .esp).association(spi: 2, encryption: 3).ends(
                Sample.source, Sample.destination)
            try stage.broadcast(tripleDES.key(.encryptionKey, bits: 192, fill: 1))
        },
        Scenario("aes-xcbc-mac takes the key lengths of AES") { stage in
            for bits: UInt16 in [128, 192, 256] {
                try stage.broadcast(Sample.esp(cipher: 12, bits: 128, integrity: 9, integrityBits: bits))
                try stage.broadcast(Sample.reference(.delete))
            }
            for bits: UInt16 in [8, 64, 136, 512] {
                try stage.refused(
                    Sample.esp(cipher: 12, bits: 128, integrity: 9, integrityBits: bits), .invalidArgument)
            }
            try stage.refused(Sample.esp(cipher: 12, bits: 128, integrity: 9), .invalidArgument)
        },
    ]
}
