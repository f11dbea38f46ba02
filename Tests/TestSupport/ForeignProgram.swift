package import IPsec
package import KernelBackends
package import SetkeySyntax

/// A program on a simulated kernel that is not the daemon.
package struct ForeignProgram: Sendable {
    private let socket: SimulatedKernel.SocketID
    private var codec = PFKeyCodec(processID: 4711)
    private var id = RequestID(rawValue: 1)

    package init(on kernel: inout SimulatedKernel) {
        socket = kernel.open()
    }

    /// Asks the kernel; what it answers is not looked at.
    package mutating func send(
        _ request: KernelRequest, to kernel: inout SimulatedKernel, at now: SimulatedKernel.Instant
    ) {
        var bytes: [UInt8] = []
        id = id.next
        guard (try? codec.encode(request, id: id, into: &bytes)) != nil else { return }
        _ = kernel.send(bytes, from: socket, at: now)
        while kernel.receive(on: socket) != nil {}
    }

    /// Runs statements; what has no request of its own is passed over.
    package mutating func run(
        _ text: String, on kernel: inout SimulatedKernel, at now: SimulatedKernel.Instant
    ) {
        for statement in Self.statements(text) {
            if let request = statement.kind.request { send(request, to: &kernel, at: now) }
        }
    }

    /// The statements of a text.
    package static func statements(_ text: String) -> [Statement] {
        var parser = Parser(Array(text.utf8), options: ParserOptions())
        var statements: [Statement] = []
        while let statement = parser.next() { statements.append(statement) }
        return statements
    }
}
