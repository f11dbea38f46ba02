import CLinux
import Glibc
import IPsec
import KernelBackends

/// A UDP socket at which the kernel takes ESP out of UDP (RFC 3948) and gives it to its SA.
///
/// Nothing is ever read from it: what is not ESP, such as an IKE message or a keepalive, a filter drops before it is
/// queued. The kernel looks for ESP before it asks a socket's filters, those of a service manager included.
final class EncapsulationSocket {
    private let descriptor: FileDescriptor

    init(at endpoint: UDPEndpoint) throws(KernelErrno) {
        let family = endpoint.address.family == .ipv4 ? AF_INET : AF_INET6
        descriptor = try .socket(family, SOCK_DGRAM, Int32(IPPROTO_UDP))
        try descriptor.dropAllArrivals()
        switch endpoint.address.family {
        case .ipv4:
            // The machine may get its address later.
            try descriptor.setOption(Int32(IPPROTO_IP), IP_FREEBIND, 1 as Int32)
        case .ipv6:
            try descriptor.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1 as Int32)
            try descriptor.setOption(Int32(IPPROTO_IPV6), IPV6_FREEBIND, 1 as Int32)
        }
        try descriptor.bypassPolicies(of: endpoint.address.family)
        try descriptor.setOption(Int32(IPPROTO_UDP), UDP_ENCAP, Int32(UDP_ENCAP_ESPINUDP))
        try descriptor.bind(to: SocketAddress(endpoint.address, port: endpoint.port).bytes)
    }
}

extension FileDescriptor {
    /// Keeps the policies away from what goes through a socket in UDP: one that wants ESP of all traffic between the two ends
    /// would drop the very packet that the ESP is in. What comes out of it meets the policies as any packet does.
    ///
    /// Each of the two kernel interfaces has an option of its own for that, and a kernel without the one has the other.
    nonisolated func bypassPolicies(of family: IPAddress.Family) throws(KernelErrno) {
        do {
            try bypassPoliciesByPFKey(of: family)
        } catch {
            try bypassPoliciesByXFRM(of: family)
        }
    }

    nonisolated private func bypassPoliciesByXFRM(of family: IPAddress.Family) throws(KernelErrno) {
        for direction in [Direction.inbound, .outbound] {
            let bypass = SecurityPolicy.xfrmBypass(of: family, direction)
            switch family {
            case .ipv4: try setOption(Int32(IPPROTO_IP), IP_XFRM_POLICY, bytes: bypass)
            case .ipv6: try setOption(Int32(IPPROTO_IPV6), IPV6_XFRM_POLICY, bytes: bypass)
            }
        }
    }

    nonisolated private func bypassPoliciesByPFKey(of family: IPAddress.Family) throws(KernelErrno) {
        for direction in [IPSEC_DIR_INBOUND, IPSEC_DIR_OUTBOUND] {
            var policy = sadb_x_policy()
            policy.sadb_x_policy_len = UInt16(MemoryLayout<sadb_x_policy>.size / 8)
            policy.sadb_x_policy_exttype = UInt16(SADB_X_EXT_POLICY)
            policy.sadb_x_policy_type = UInt16(IPSEC_POLICY_BYPASS)
            policy.sadb_x_policy_dir = UInt8(direction)
            switch family {
            case .ipv4: try setOption(Int32(IPPROTO_IP), IP_IPSEC_POLICY, policy)
            case .ipv6: try setOption(Int32(IPPROTO_IPV6), IPV6_IPSEC_POLICY, policy)
            }
        }
    }
}
