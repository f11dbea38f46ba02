import CLinux
import KernelBackends
import Testing

/// The structs of `linux/xfrm.h`, whose fields are read and written one by one, are as long as those who do so think,
/// and their fields lie there (xfrm-facts 1).
@Suite struct XFRMLayoutTests {
    @Test func structsHaveTheSizesOfTheHeader() {
        #expect(MemoryLayout<nlmsghdr>.size == NetlinkHeader.byteCount)
        #expect(MemoryLayout<xfrm_id>.size == 24)
        #expect(MemoryLayout<xfrm_selector>.size == 56)
        #expect(MemoryLayout<xfrm_lifetime_cfg>.size == 64)
        #expect(MemoryLayout<xfrm_lifetime_cur>.size == 32)
        #expect(MemoryLayout<xfrm_stats>.size == 12)
        #expect(MemoryLayout<xfrm_usersa_info>.size == 224)
        #expect(MemoryLayout<xfrm_usersa_id>.size == 24)
        #expect(MemoryLayout<xfrm_userspi_info>.size == 232)
        #expect(MemoryLayout<xfrm_userpolicy_info>.size == 168)
        #expect(MemoryLayout<xfrm_userpolicy_id>.size == 64)
        #expect(MemoryLayout<xfrm_user_tmpl>.size == 64)
        #expect(MemoryLayout<xfrm_encap_tmpl>.size == 24)
        #expect(MemoryLayout<xfrm_user_sec_ctx>.size == 8)
        #expect(MemoryLayout<xfrm_user_expire>.size == 232)
        #expect(MemoryLayout<xfrm_user_polexpire>.size == 176)
        #expect(MemoryLayout<xfrm_user_acquire>.size == 280)
        #expect(MemoryLayout<xfrm_user_mapping>.size == 64)
        #expect(MemoryLayout<xfrm_usersa_flush>.size == 1)
        #expect(MemoryLayout<sockaddr_nl>.size == NetlinkAddress(portID: 1).bytes.count)
    }

    @Test func fieldsLieWhereTheHeaderPutsThem() {
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.id) == 56)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.saddr) == 80)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.lft) == 96)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.curlft) == 160)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.reqid) == 208)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.family) == 212)
        #expect(MemoryLayout<xfrm_usersa_info>.offset(of: \.flags) == 216)
        #expect(MemoryLayout<xfrm_id>.offset(of: \.proto) == 20)
        #expect(MemoryLayout<xfrm_usersa_id>.offset(of: \.family) == 20)
        #expect(MemoryLayout<xfrm_usersa_id>.offset(of: \.proto) == 22)
        #expect(MemoryLayout<xfrm_selector>.offset(of: \.family) == 40)
        #expect(MemoryLayout<xfrm_selector>.offset(of: \.proto) == 44)
        #expect(MemoryLayout<xfrm_selector>.offset(of: \.ifindex) == 48)
        #expect(MemoryLayout<xfrm_userpolicy_info>.offset(of: \.priority) == 152)
        #expect(MemoryLayout<xfrm_userpolicy_info>.offset(of: \.dir) == 160)
        #expect(MemoryLayout<xfrm_userpolicy_info>.offset(of: \.flags) == 162)
        #expect(MemoryLayout<xfrm_user_tmpl>.offset(of: \.saddr) == 28)
        #expect(MemoryLayout<xfrm_user_tmpl>.offset(of: \.optional) == 50)
        #expect(MemoryLayout<xfrm_user_tmpl>.offset(of: \.aalgos) == 52)
        #expect(MemoryLayout<xfrm_user_acquire>.offset(of: \.policy) == 96)
        #expect(MemoryLayout<xfrm_user_mapping>.offset(of: \.new_sport) == 62)
    }
}
