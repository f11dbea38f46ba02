import CLinux
import Glibc
import KernelBackends
import Testing

/// The sizes that `linux/pfkeyv2.h` states in its comments, against what Swift makes of the imported structs.
@Suite struct PFKeyLayoutTests {
    @Test func structsHaveTheSizesOfTheHeader() {
        #expect(MemoryLayout<sadb_msg>.size == 16)
        #expect(MemoryLayout<sadb_ext>.size == 4)
        #expect(MemoryLayout<sadb_sa>.size == 16)
        #expect(MemoryLayout<sadb_lifetime>.size == 32)
        #expect(MemoryLayout<sadb_address>.size == 8)
        #expect(MemoryLayout<sadb_key>.size == 8)
        #expect(MemoryLayout<sadb_ident>.size == 16)
        #expect(MemoryLayout<sadb_sens>.size == 16)
        #expect(MemoryLayout<sadb_prop>.size == 8)
        #expect(MemoryLayout<sadb_comb>.size == 72)
        #expect(MemoryLayout<sadb_supported>.size == 8)
        #expect(MemoryLayout<sadb_alg>.size == 8)
        #expect(MemoryLayout<sadb_spirange>.size == 16)
        #expect(MemoryLayout<sadb_x_kmprivate>.size == 8)
        #expect(MemoryLayout<sadb_x_sa2>.size == 16)
        #expect(MemoryLayout<sadb_x_policy>.size == 16)
        #expect(MemoryLayout<sadb_x_ipsecrequest>.size == 16)
        #expect(MemoryLayout<sadb_x_nat_t_type>.size == 8)
        #expect(MemoryLayout<sadb_x_nat_t_port>.size == 8)
        #expect(MemoryLayout<sadb_x_sec_ctx>.size == 8)
        #expect(MemoryLayout<sadb_x_kmaddress>.size == 8)
        #expect(MemoryLayout<sadb_x_filter>.size == 40)
        #expect(MemoryLayout<sockaddr_in>.size == 16)
        #expect(MemoryLayout<sockaddr_in6>.size == 28)
    }

    @Test func fieldsLieWhereTheHeaderPutsThem() {
        #expect(MemoryLayout<sadb_msg>.offset(of: \.sadb_msg_len) == 4)
        #expect(MemoryLayout<sadb_msg>.offset(of: \.sadb_msg_seq) == 8)
        #expect(MemoryLayout<sadb_msg>.offset(of: \.sadb_msg_pid) == 12)
        #expect(MemoryLayout<sadb_sa>.offset(of: \.sadb_sa_spi) == 4)
        #expect(MemoryLayout<sadb_sa>.offset(of: \.sadb_sa_flags) == 12)
        #expect(MemoryLayout<sadb_lifetime>.offset(of: \.sadb_lifetime_bytes) == 8)
        #expect(MemoryLayout<sadb_lifetime>.offset(of: \.sadb_lifetime_usetime) == 24)
        #expect(MemoryLayout<sadb_key>.offset(of: \.sadb_key_bits) == 4)
        #expect(MemoryLayout<sadb_comb>.offset(of: \.sadb_comb_soft_bytes) == 24)
        #expect(MemoryLayout<sadb_x_sa2>.offset(of: \.sadb_x_sa2_reqid) == 12)
        #expect(MemoryLayout<sadb_x_policy>.offset(of: \.sadb_x_policy_priority) == 12)
        #expect(MemoryLayout<sadb_x_ipsecrequest>.offset(of: \.sadb_x_ipsecrequest_reqid) == 8)
        #expect(MemoryLayout<sadb_x_sec_ctx>.offset(of: \.sadb_x_ctx_len) == 6)
    }

    @Test func everyExtensionOfTheHeaderHasARowAtItsNumber() {
        #expect(PFKeyExtension.table.count == Int(SADB_EXT_MAX))
        for (index, row) in PFKeyExtension.table.enumerated() {
            #expect(Int(row.type.rawValue) == index + 1)
            #expect(row.type.row?.type == row.type)
            #expect(row.minimalByteCount % 8 == 0)
        }
        #expect(PFKeyExtensionType(rawValue: 0).row == nil)
        #expect(PFKeyExtensionType(rawValue: 27).row == nil)
        #expect(PFKeyExtensionType(rawValue: .max).row == nil)
    }
}
