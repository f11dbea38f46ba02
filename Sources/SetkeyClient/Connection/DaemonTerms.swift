import ControlProtocol
import IPsec

/// How a daemon wants a text.
struct DaemonTerms {
    /// What its kernel interface can carry.
    private(set) var traits = KernelTraits.pfKey
    /// How many parts of a run it reads ahead.
    private(set) var aheadLimit = 0

    /// Asks the daemon.
    ///
    /// An older one, which does not know the call, has PF_KEY. Of one that is not reached nothing is known: a text is
    /// taken for sayable then, and why it is not reached is said when it is to run something.
    init(ofDaemonAt path: String) {
        do throws(ClientError) {
            var client = try ControlClient(path: path)
            guard case .traits(let reply) = try client.call(.traits) else { return }
            traits = KernelTraits(reply)
            aheadLimit = min(max(0, reply.ahead ?? 0), ExecuteParameters.aheadLimit)
        } catch {
            switch error {
            case .service, .unknown, .malformedReply: break
            default: traits = .pfKey.united(with: .xfrm)
            }
        }
    }
}
