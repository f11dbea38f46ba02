import CPrivateMemory
import IPsec
import KernelBackends
import SetkeyCore
import SetkeySyntax

/// Prints what memory `count` SAs take in the mirror, as the kernel tells of them, and what is left of it after a flush.
func measureMemory(_ count: Int) {
    var kernel = SimulatedKernel(startingAt: .init(seconds: 1_000_000))
    let socket = kernel.open()
    var codec = PFKeyCodec(processID: 1)
    var mirror = Mirror()
    var bytes: [UInt8] = []
    var id = RequestID(rawValue: 1)
    func ask(_ request: KernelRequest, _ hear: (KernelEvent.Content) -> Void) {
        id = id.next
        guard (try? codec.encode(request, id: id, into: &bytes)) != nil else { return }
        _ = kernel.send(bytes, from: socket, at: .init(seconds: 1_000_000))
        while let datagram = kernel.receive(on: socket) { hear(codec.decode(datagram.span).content) }
    }
    let before = residentBytes()
    for number in 0..<count {
        let ends = "10.\(number >> 16 & 255).\(number >> 8 & 255)"
        let text = """
            add \(ends).1 \(ends).2 esp \(0x1000 + number) -m tunnel \
            -E aes-cbc 0x000102030405060708090a0b0c0d0e0f \
            -A hmac-sha256 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f ;
            """
        var parser = Parser(Array(text.utf8))
        guard case .add(let association)? = parser.next()?.kind else { continue }
        ask(.add(association)) { _ = mirror.apply($0) }
        // The simulated kernel's own are not to count.
        ask(.delete(SAReference(identity: association.identity, source: association.source))) { _ in }
    }
    let loaded = residentBytes()
    guard mirror.associations.count == count else { preconditionFailure("SAs are missing") }
    print("\(count) SAs: \((loaded - before) / count) bytes each in the mirror", terminator: "")
    _ = mirror.apply(.flushed(nil))
    let clock = ContinuousClock()
    let taken = clock.measure { setkeyd_give_back_memory() }
    let left = residentBytes() - before
    print(", \(left / count) after a flush; given back in \(taken / .milliseconds(1)) ms")
}

/// What of this process is in memory.
private func residentBytes() -> Int {
    let fields = contents(of: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
    return (fields.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4096
}
