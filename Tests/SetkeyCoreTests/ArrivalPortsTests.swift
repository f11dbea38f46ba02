import IPsec
import Testing

@testable import SetkeyCore

struct ArrivalPortsTests {
    private static func end(_ port: UInt16) -> UDPEndpoint {
        UDPEndpoint(address: .unspecified(.ipv4), port: port)
    }

    @Test func portsAreAskedForOnceAndTheClosedOnesAgain() {
        var ports = ArrivalPorts()
        #expect(ports.want([]) == nil)
        let declared = [Self.end(4500), Self.end(4501)]
        #expect(ports.want(declared) == declared)
        ports.opened(except: [])
        #expect(ports.want(declared) == nil)
        #expect(ports.want([Self.end(4500)]) == [Self.end(4500)])
        ports.opened(except: [ClosedPort(Self.end(4500), .addressInUse)])
        #expect(ports.want([Self.end(4500)]) == [Self.end(4500)])
    }

    @Test func noMoreAreOpenedThanTheLimit() {
        var ports = ArrivalPorts()
        let wanted = ports.want((1...300).map(Self.end))
        #expect(wanted?.count == ArrivalPorts.limit && wanted?.first == Self.end(1))
    }
}
