import ControlProtocol
import IPsec
import KernelBackends
import SetkeyCore
import SetkeySyntax

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
    var outlived = OutlivedEntries(associations: [], policies: [])
    mirror.beginDump(of: .associations)
    ask(.dump(nil))
    _ = mirror.endDump(of: .associations, isComplete: true, .max, outlived: &outlived)
    mirror.beginDump(of: .policies)
    ask(.dumpPolicies)
    _ = mirror.endDump(of: .policies, isComplete: true, .max, outlived: &outlived)
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

/// Prints how long plans take, for a file of `count` entries: entries, seconds where nothing differs, seconds where one
/// entry in a hundred does, and the steps of that plan.
func measurePlans(_ count: Int) {
    let first = largeFile(count, version: 1)
    let mirror = mirror(of: first)
    var ownership = Ownership()
    ownership.inForce = first
    let unchanged = measure(mirror, first, ownership)
    let changed = measure(mirror, largeFile(count, version: 2), ownership)
    print(mirror.associations.count + mirror.policies.count, unchanged.seconds, changed.seconds, changed.steps)
}
