import SetkeyClient

/// The `setkey` program: all of it is in ``SetkeyClient``.
@main
enum Setkey {
    static func main() {
        SetkeyClient.main(arguments: Array(CommandLine.arguments.dropFirst()))
    }
}
