import Glibc

/// The whole run of the program.
package enum SetkeyClient {
    /// Does what `arguments` (without the program's name) say, and ends the process with its exit status.
    package static func main(arguments: [String]) -> Never {
        exit(0)
    }
}
