import ControlProtocol
import IPsec

/// Who asked a request of the kernel, and so is told how it ended.
enum Requester: Hashable, Sendable {
    case registration
    case dump(DatabaseName)
    /// An SA is read again because an UPDATE told only what was asked.
    case refresh(SAReference)
    /// A policy is looked for because its lifetime should have passed.
    case expiryCheck(PolicyIdentity)
    /// To see whether the kernel answers.
    case watchdog
    /// Of the hash thresholds of the SPD.
    case tuning
    case application
    case run(ClientID)
    case flush(ClientID)

    /// The client that it is.
    var client: ClientID? {
        switch self {
        case .run(let client), .flush(let client): client
        default: nil
        }
    }
}

/// How a request ended.
enum Outcome: Sendable {
    /// Done; for a dump, completely.
    case done(KernelEvent.Content)
    /// The kernel has said no; in words, too, if it did.
    case refused(KernelErrno, KernelWords? = nil)
    /// The answer was lost twice: whether it was done is unknown.
    case lost
    /// It was not sent, because one before it was refused or lost: the kernel has not seen it.
    case unsent

    var isUnsent: Bool {
        if case .unsent = self { true } else { false }
    }
}
