import ControlProtocol
import IPsec
import TextBytes

/// The daemon of another machine, at the other end of a program such as ssh.
enum RemoteEnd {
    /// The longest reply that is taken from another machine: a part of a list is far shorter.
    private static let maximumFrame = 4 << 20
    /// As many bytes are taken of it in all: what a million SAs and policies are.
    private static let budget = 1 << 30

    /// - Parameter patience: how long it may say nothing while an answer is waited for.
    static func read(
        _ host: String, _ command: [String], _ reading: EndReading, patience: Duration
    ) throws(ClientFailure) -> ComparedEnd {
        let program = try start(command)
        do throws(ClientFailure) {
            let socket = ClientSocket(of: program, patience: patience)
            var client = ControlClient(socket, maximumFrame: maximumFrame, budget: budget)
            let end = try reading.end(of: &client)
            try SetkeyClient.remark(said(by: program, at: host))
            return end
        } catch {
            if program.isOverdue { program.end() }
            program.listen(for: .seconds(1))
            var lines = [program.isOverdue ? "\(host): \(error.message)" : explanation(of: error, at: host)]
            lines += said(by: program, at: host)
            throw ClientFailure(error.status, lines.joined(separator: "\n"))
        }
    }

    private static func start(_ command: [String]) throws(ClientFailure) -> RemoteProgram {
        do throws(KernelErrno) {
            return try RemoteProgram(command)
        } catch {
            throw ClientFailure(.failure, "cannot start \(command[0]): \(systemErrorText(error.rawValue))")
        }
    }

    /// The error of the other end, whose words are another machine's.
    private static func explanation(of failure: ClientFailure, at host: String) -> String {
        guard failure.status != .unreachable else {
            return "cannot reach the daemon of \(host): the connection has ended before it answered"
        }
        return "\(host): \(ForeignText.shownLines(failure.message))"
    }

    /// What the program has said on its standard error.
    private static func said(by program: RemoteProgram, at host: String) -> [String] {
        let lines = program.errorBytes.split { $0 == 10 || $0 == 13 }
        let shown = lines.prefix(ForeignText.lineLimit).map {
            "\(host): \(ForeignText.shown(String(decoding: $0, as: UTF8.self), limit: ForeignText.lineLength))"
        }
        return shown + (lines.count > ForeignText.lineLimit ? ["\(host): ..."] : [])
    }
}
