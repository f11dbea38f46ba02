import ArgumentParser

/// What a command line comes to before anything is done.
package enum CommandLineOutcome: Sendable {
    /// An operation, what is printed of it, and the daemon's socket as given by `--socket`.
    case operate(Operation, OutputForm, socket: String?)
    /// `--help`: this text, and success.
    case help(String)
    /// Nothing that makes sense.
    case refuse(ClientFailure)

    /// Reads the arguments, without the program's name.
    package init(arguments: [String]) {
        do {
            // What follows is then likely no command line of ours either, so it is not asked what that means.
            if let word = arguments.first, !word.hasPrefix("-") { throw SetkeyCommand.failure(ofStray: word) }
            let command = try SetkeyCommand.parse(Self.namingConfirmation(in: arguments))
            self = .operate(try command.operation(), command.form, socket: command.connection.socket)
        } catch let failure as ClientFailure {
            self = .refuse(ClientFailure(failure.status, "\(failure.message)\nTry 'setkey --help'."))
        } catch  where SetkeyCommand.exitCode(for: error) == .success {
            self = .help("\(SetkeyCommand.helpMessage())\n\n\(ManualText.manual)")
        } catch {
            self = .refuse(.usage("\(SetkeyCommand.message(for: error))\nTry 'setkey --help'."))
        }
    }

    /// `--confirm` takes a number or none, which the parser of arguments does not know: with one it gets another name.
    private static func namingConfirmation(in arguments: [String]) -> [String] {
        let name = "--\(SetkeyCommand.confirmWithin)"
        var named: [String] = []
        for argument in arguments {
            if argument.hasPrefix("--confirm="), Int(argument.dropFirst("--confirm=".count)) != nil {
                named.append(name + argument.dropFirst("--confirm".count))
            } else if named.last == "--confirm", Int(argument) != nil {
                named[named.count - 1] = "\(name)=\(argument)"
            } else {
                named.append(argument)
            }
        }
        return named
    }
}
