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
    /// Done, but for what these words of the statement ask for: the kernel dropped that without a word.
    case curtailed(KernelEvent.Content, [String])
    /// The kernel has said no; in words, too, if it did.
    case refused(KernelErrno, KernelWords? = nil)
    /// The answer was lost twice: whether it was done is unknown.
    case lost
    /// It was not sent, because one before it was refused or lost: the kernel has not seen it.
    case unsent

    var isUnsent: Bool {
        if case .unsent = self { true } else { false }
    }

    /// Done, and whether all of it, as far as the answer tells what the kernel has stored.
    static func done(_ request: KernelRequest, _ answer: KernelEvent.Content) -> Outcome {
        guard case .add(let asked) = request, case .association(.added, let stored) = answer else {
            return .done(answer)
        }
        let missing = asked.extensions(missingIn: stored)
        return missing.isEmpty ? .done(answer) : .curtailed(answer, missing)
    }

    /// Why a statement fails that was curtailed.
    static func reason(curtailed words: [String]) -> String {
        let list = words.joined(separator: ", ")
        return "this kernel does not support \(list), and ignored it without an error; the SA is deleted again"
    }
}
