import CLinux
import IPsec
import KernelBackends
import TestSupport
import Testing

/// What NETLINK_ROUTE tells of network devices.
struct LinkNewsTests {
    private static func news(_ bytes: [UInt8]) -> LinkNews { LinkNews(bytes.span) }

    private static func message(_ type: Int, family: UInt8 = 0, index: Int32, name: String?, flags: UInt32 = 0)
        -> [UInt8]
    {
        var info = ifinfomsg()
        (info.ifi_family, info.ifi_index, info.ifi_flags) = (family, index, flags)
        return XFRMSamples.message(XFRMMessageType(rawValue: UInt16(type)), sequence: 0, portID: 0) { writer in
            writer.append(info)
            // IFLA_MTU, which says nothing here.
            writer.append(8 as UInt16)
            writer.append(4 as UInt16)
            writer.append(1500 as UInt32)
            guard let name else { return }
            let bytes = Array(name.utf8) + [0]
            writer.append(UInt16(bytes.count + 4))
            writer.append(3 as UInt16)
            writer.append(bytes.span)
            writer.append(zeros: -bytes.count & 3)
        }
    }

    @Test func aDeviceComesAndGoes() {
        let present = Self.message(Int(RTM_NEWLINK), index: 5, name: "eth0")
        #expect(Self.news(present) == .present("eth0", number: 5, isUp: false))
        let up = Self.message(Int(RTM_NEWLINK), index: 5, name: "eth0", flags: 0x1_0003)
        #expect(Self.news(up) == .present("eth0", number: 5, isUp: true))
        #expect(Self.news(Self.message(Int(RTM_DELLINK), index: 5, name: "eth0")) == .gone(5))
        let end = XFRMSamples.message(.done, sequence: 1, portID: 0) { $0.append(0 as Int32) }
        #expect(Self.news(end) == .listEnd)
    }

    /// A port that leaves its bridge is told in the same way.
    @Test func whatIsNoDeviceTellsNothing() {
        #expect(Self.news(Self.message(Int(RTM_DELLINK), family: 7, index: 5, name: "eth0")) == .other)
        #expect(Self.news(Self.message(Int(RTM_NEWLINK), index: 5, name: nil)) == .other)
        #expect(Self.news(Self.message(Int(RTM_NEWLINK), index: -5, name: "eth0")) == .other)
        #expect(Self.news(Self.message(24, index: 5, name: "eth0")) == .other)
    }

    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func noBytesAreTooWrong(seed: UInt64) {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        let whole = Self.message(Int(RTM_NEWLINK), index: 5, name: "eth0")
        for count in 0..<whole.count { #expect(Self.news(Array(whole[..<count])) == .other) }
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = Self.news(bytes)
        }
    }

    @Test func theListIsAskedFor() {
        let request = LinkNews.listRequest
        #expect(request.count == 32)
        #expect(request[4] == UInt8(RTM_GETLINK))
    }

    // MARK: The table

    @Test func aNameHasOneNumberAndANumberOneName() {
        var devices = Devices.none
        devices.insert("eth0", 5)
        devices.insert("eth1", 6)
        #expect(devices.number(of: .named("eth0")) == 5 && devices.device(6) == .named("eth1"))
        devices.insert("lan0", 5)
        #expect(devices.number(of: .named("eth0")) == nil && devices.device(5) == .named("lan0"))
        // News may come in any order.
        devices.insert("eth1", 5)
        #expect(devices.number(of: .named("eth1")) == 5 && devices.device(6) == .numbered(6))
        #expect(devices.isUp(.named("eth1")))
        devices.insert("eth1", 5, isUp: false)
        #expect(!devices.isUp(.named("eth1")) && !devices.isUp(.named("eth2")))
        devices.remove(6)
        devices.remove(5)
        #expect(devices == .none)
        #expect(devices.number(of: .numbered(7)) == 7)
    }
}
