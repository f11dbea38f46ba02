import ControlProtocol
import IPsec
import SetkeySyntax

extension KernelRequest {
    /// Why it would change nothing although the kernel would report success, and what to do instead; `nil` for all
    /// other requests.
    ///
    /// An UPDATE of an SA that is in use changes its lifetimes and its UDP ports. Everything else in it Linux ignores
    /// without a word (kernel-facts 0.3). A larval SA, from GETSPI, takes all of it.
    func futility(in mirror: borrowing Mirror) -> String? {
        guard case .update(let wanted) = self, let present = mirror.associations[wanted.identity],
            present.state == .mature || present.state == .dying, !present.isDegraded
        else { return nil }
        let ignored = differences(of: wanted, from: present).filter(wanted.asks)
        guard !ignored.isEmpty else { return nil }
        let names = ignored.map(\.rawValue).joined(separator: ", ")
        return "the kernel changes only the lifetimes of an SA that is in use, and would ignore what is new here "
            + "(\(names)); delete the SA and add it again, or add one with another SPI and then delete this one"
    }
}

extension SecurityAssociation {
    /// Whether a value other than the one in use was asked for: what a statement leaves out has its default here.
    fileprivate func asks(for field: EntryField) -> Bool {
        switch field {
        case .source, .algorithm, .key: true
        case .mode: mode != .any && mode != .transport
        case .reqID: reqID != .none
        case .replayWindow: replayWindow != .disabled && replayWindow != .ordinary
        case .flags: flags.rawValue != 0
        case .extensions: options != .none
        case .lifetime, .encapsulation, .outputMark, .interfaceID, .action, .priority: false
        }
    }
}

extension Statement.Kind {
    /// Whether what it does depends on what is in the tables.
    var looksAtTables: Bool {
        switch self {
        case .update, .deleteAll, .dump, .dumpPolicies: true
        // Whether the kernel can tell it from others.
        case .get(let reference), .delete(let reference): !reference.identity.mark.isNone
        default: false
        }
    }
}
