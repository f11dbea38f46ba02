import IPsec
import TestSupport
import Testing

struct IPAddressTests {
    @Test(arguments: [
        ("10.0.11.33", "10.0.11.33"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("fe80::1:2:3:4", "fe80::1:2:3:4"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func anAddressIsPrintedCanonically(text: String, canonical: String) throws {
        #expect(try #require(IPAddress(text)).description == canonical)
    }

    @Test(arguments: [
        "", "10.0.0", "10.0.0.256", "10.0.0.1.2", "010.0.0.1", "10.0.0.", "1.2.3.4 ", "a.b.c.d", ":", ":::", "1:2",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1%eth0", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::", "g::", "::1.2.3.4:5",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func aMaskClearsExactlyTheHostBits() throws {
        let v4 = try #require(IPAddress("10.7.255.255"))
        #expect(v4.masked(toPrefix: 16) == IPAddress("10.7.0.0"))
        #expect(v4.masked(toPrefix: 0) == IPAddress("0.0.0.0"))
        #expect(v4.masked(toPrefix: 32) == v4)
        let v6 = IPAddress(ipv6: .max, .max)
        #expect(v6.masked(toPrefix: 64) == IPAddress("ffff:ffff:ffff:ffff::"))
        #expect(v6.masked(toPrefix: 65) == IPAddress("ffff:ffff:ffff:ffff:8000::"))
        #expect(v6.masked(toPrefix: 1) == IPAddress("8000::"))
        #expect(v6.masked(toPrefix: 128) == v6)
        #expect(v6.masked(toPrefix: 0) == IPAddress("::"))
    }

    @Test func printingAndReadingGiveTheAddressBack() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        for _ in 0..<20_000 {
            // Sparse words, so that runs of zero groups occur.
            let address = IPAddress(
                ipv6: random.next() & sparseMask(&random), random.next() & sparseMask(&random))
            #expect(IPAddress(address.description) == address, "seed \(seed)")
        }
    }

    private func sparseMask(_ random: inout SplitMix) -> UInt64 {
        let bits = random.next()
        return (0..<4).reduce(0) { $0 | (bits >> UInt64($1) & 1) * (0xffff << UInt64(16 * $1)) }
    }
}
