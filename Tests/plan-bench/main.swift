import IPsec
import KernelBackends
import SetkeyCore
import SetkeySyntax

// How long a plan takes, for files of growing size on a simulated kernel: `plan-bench COUNT...`, half of it SAs and half
// policies. One line each: entries, seconds where nothing differs, seconds where one entry in a hundred does, and the
// steps of that plan.

/// A file that declares `count` entries; every hundredth one has a value that depends on `version`.
func file(_ count: Int, version: Int) -> DesiredState {
    var text: [UInt8] = []
    for number in 0..<count / 2 {
        let changed = number % 100 == 0 ? version : 0
        let ends = "10.\(number >> 16 & 255).\(number >> 8 & 255)"
        text += Array(
            """
            add \(ends).1 \(ends).2 esp \(0x1000 + number) -m tunnel -u \(changed) \
            -E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213 ;
            spdadd 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255) 10.200.0.0/16 any -P out \
            prio \(changed) ipsec esp/tunnel/\(ends).1-\(ends).2/require ;

            """.utf8)
    }
    var parser = Parser(text)
    var evaluation = DesiredState.Evaluation()
    while let statement = parser.next() {
        evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
    }
    return evaluation.finish()
}

/// A mirror of a simulated kernel that holds what `desired` declares, read from its dumps.
func mirror(of desired: DesiredState) -> Mirror {
    let now = SimulatedKernel.Instant(seconds: 1_000_000)
    var kernel = SimulatedKernel(startingAt: now)
    let socket = kernel.open()
    var codec = PFKeyCodec(processID: 1)
    var mirror = Mirror()
    var bytes: [UInt8] = []
    var id = RequestID(rawValue: 1)
    func ask(_ request: KernelRequest) {
        id = id.next
        guard (try? codec.encode(request, id: id, into: &bytes)) != nil else { return }
        _ = kernel.send(bytes, from: socket, at: now)
        while let datagram = kernel.receive(on: socket) {
            let content = codec.decode(datagram.span).content
            if case .dumped = content { _ = mirror.apply(content) }
            if case .dumpedPolicy = content { _ = mirror.apply(content) }
        }
    }
    for declared in desired.associations { ask(.add(declared.entry)) }
    for declared in desired.policies { ask(.addPolicy(declared.entry)) }
    mirror.beginAssociationDump()
    ask(.dump(nil))
    _ = mirror.endAssociationDump(complete: true)
    mirror.beginPolicyDump()
    ask(.dumpPolicies)
    _ = mirror.endPolicyDump(complete: true)
    return mirror
}

/// Seconds of the quickest of three plans, and its steps.
func measure(_ mirror: Mirror, _ desired: DesiredState, _ ownership: Ownership) -> (seconds: Double, steps: Int) {
    var best = Duration.seconds(3600)
    var steps = 0
    for _ in 0..<3 {
        best = min(
            best,
            ContinuousClock().measure {
                steps = Plan(from: mirror, to: desired, ownership: ownership).steps.count
            })
    }
    return (best / .seconds(1), steps)
}

for argument in CommandLine.arguments.dropFirst() {
    guard let count = Int(argument) else { continue }
    let first = file(count, version: 1)
    let mirror = mirror(of: first)
    var ownership = Ownership()
    ownership.inForce = first
    let unchanged = measure(mirror, first, ownership)
    let changed = measure(mirror, file(count, version: 2), ownership)
    print(mirror.associations.count + mirror.policies.count, unchanged.seconds, changed.seconds, changed.steps)
}
