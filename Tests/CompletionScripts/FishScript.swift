import SetkeyClient

/// The completion for fish, where each option has the condition under which it is offered.
enum FishScript {
    static var text: String {
        """
        \(CompletionScript.head("fish"))

        # Whether one of these operations is there, or none at all.
        function __setkey_with
            set -l given
        \(CompletionScript.operations.map(recognition).joined(separator: "\n"))
            test -z "$given"; and return 0
            for operation in $argv
                contains -- $operation $given; and return 0
            end
            return 1
        end

        complete -c setkey -f
        \(CommandOption.all.map(line).joined(separator: "\n"))
        complete -c setkey -n 'string match -q -- --confirm (commandline -opc)[-1]' -a '\(seconds)'

        """
    }

    private static var seconds: String { CompletionScript.seconds.joined(separator: " ") }

    private static func recognition(_ option: CommandOption) -> String {
        "    __fish_seen_argument \(names(option)); and set -a given \(option.operation?.rawValue ?? "")"
    }

    private static func names(_ option: CommandOption) -> String {
        // fish knows one letter for an option: the last, for -h is the help elsewhere.
        let letter = option.shortNames.last.map { "-s \($0.dropFirst()) " } ?? ""
        return letter + "-l \(option.longName?.dropFirst(2) ?? "")"
    }

    private static func line(_ option: CommandOption) -> String {
        let condition = option.companions.map { kinds in
            " -n '__setkey_with\(kinds.map { " \($0.rawValue)" }.joined())'"
        }
        return
            "complete -c setkey\(condition ?? "") \(names(option))\(value(option)) -d '\(option.explanation.replacing("'", with: #"\'"#))'"
    }

    private static func value(_ option: CommandOption) -> String {
        guard option.value != nil else { return "" }
        switch ValueKind(option) {
        case .file: return " -rF"
        case .device: return " -x -a '(command ls /sys/class/net)'"
        case .process: return " -x -a '(__fish_complete_pids)'"
        case .words(let words): return " -x -a '\(words.joined(separator: " "))'"
        case .free: return " -x"
        }
    }
}
