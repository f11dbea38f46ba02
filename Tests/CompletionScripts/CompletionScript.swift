import SetkeyClient

/// The completions of setkey for three shells, made of its options and of which go with which.
package enum CompletionScript: String, CaseIterable, Sendable {
    case bash = "setkey.bash"
    case zsh = "_setkey"
    case fish = "setkey.fish"

    package var text: String {
        switch self {
        case .bash: BashScript.text
        case .zsh: ZshScript.text
        case .fish: FishScript.text
        }
    }

    /// Seconds that somebody may want for `--confirm`.
    static let seconds = ["30", "60", "300"]

    /// What can be given beside `kind`; of operations that is a modifier, and the file of a plan.
    static func companions(of kind: OperationKind) -> [CommandOption] {
        CommandOption.all.filter { $0.companions?.contains(kind) ?? ($0.operation == nil) }
    }

    /// The operations, those first that are part of another one: `--plan -f`, `-Dl`, `--reload --confirm`.
    static var operations: [CommandOption] {
        let parts: [OperationKind] = [.file, .dump, .confirm]
        let all = CommandOption.all.filter { $0.operation != nil }
        return all.filter { parts.contains($0.operation ?? .version) }
            + all.filter { !parts.contains($0.operation ?? .version) }
    }

    /// `# made by make completions`: what a reader should know first.
    static func head(_ shell: String) -> String {
        "# \(shell) completion for setkey(8), made of its table of options: make completions"
    }
}
