import ControlProtocol
import IPsec

extension KernelRequest {
    /// The database that it adds to, changes or removes from; `nil` for what only asks.
    var database: DatabaseName? {
        switch self {
        case .add, .reserveSPI, .update, .delete, .flush: .associations
        case .addPolicy, .updatePolicy, .deletePolicy, .flushPolicies: .policies
        case .subscribe, .ping, .get, .dump, .getPolicy, .dumpPolicies, .getHashThresholds, .setHashThresholds: nil
        }
    }
}
