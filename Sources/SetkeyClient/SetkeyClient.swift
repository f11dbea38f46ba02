import ArgumentParser
import Glibc

/// The whole run of the program.
package enum SetkeyClient {
    /// Does what `arguments` (without the program's name) say, and ends the process with its exit status.
    package static func main(arguments: [String]) -> Never {
        do {
            let c = try SetkeyCommand.parse(arguments)
            print(c)
            exit(0)
        } catch {
            print(SetkeyCommand.exitCode(for: error), SetkeyCommand.fullMessage(for: error))
            exit(SetkeyCommand.exitCode(for: error) .rawValue)
        }
    }
}
