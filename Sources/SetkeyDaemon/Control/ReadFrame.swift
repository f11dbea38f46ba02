import ControlProtocol

/// A frame that a client has sent, decoded.
struct ReadFrame {
    let content: Result<IncomingFrame, CallError>
    /// How long it was.
    let byteCount: Int

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        do throws(CallError) {
            content = .success(try IncomingFrame(frame: bytes))
        } catch {
            content = .failure(error)
        }
    }

    /// What was no frame.
    init(_ error: FrameError) {
        byteCount = 0
        content = .failure(.malformed(error))
    }

    /// Why it is no frame; `nil` if it is one.
    var error: FrameError? {
        if case .failure(.malformed(let error)) = content { error } else { nil }
    }

    /// Whether it calls `Execute`.
    var isExecute: Bool {
        if case .success(.call(let call)) = content, case .execute = call.call { true } else { false }
    }
}
