import IPsec
import SetkeyCore

/// The sockets for ESP in UDP that are open.
final class EncapsulationSockets {
    private var sockets: [UDPEndpoint: EncapsulationSocket] = [:]

    /// Closes those that are not among `endpoints`, and opens those that are and were not open; open ones stay as they
    /// are.
    ///
    /// - Returns: those that cannot be opened.
    func open(_ endpoints: [UDPEndpoint]) -> [ClosedPort] {
        let wanted = Set(endpoints)
        sockets = sockets.filter { wanted.contains($0.key) }
        return endpoints.compactMap { endpoint in
            guard sockets[endpoint] == nil else { return nil }
            do throws(KernelErrno) {
                sockets[endpoint] = try EncapsulationSocket(at: endpoint)
                return nil
            } catch {
                return ClosedPort(endpoint, error)
            }
        }
    }
}
