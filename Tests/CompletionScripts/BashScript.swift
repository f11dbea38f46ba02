import SetkeyClient

/// The completion for bash, which looks which operation is there and offers what goes with it.
enum BashScript {
    static var text: String {
        """
        \(CompletionScript.head("bash"))

        _setkey() {
            local cur prev words cword others operation there=
            _init_completion -n : || return

            # The word that is being typed is no operation yet.
            others=" ${words[*]:0:cword} ${words[*]:cword+1} "
            [[ $others == *' --confirm '* ]] && there=--confirm
        \(CompletionScript.operations.map(recognition).joined(separator: "\n"))

            case $prev in
        \(values)
                --confirm)
                    [[ $operation == @(--reload|--off|--on) ]] && COMPREPLY=($(compgen -W '\(seconds)' -- "$cur"))
                    [[ $cur == -* ]] || return
                    ;;
            esac
            [[ $cur == -* || -z $cur ]] || return
            case $operation in
        \(CompletionScript.operations.map(offer).joined(separator: "\n"))
                *) COMPREPLY=($(compgen -W '
        \(wrapped(CommandOption.all.flatMap(\.names), indent: "            "))
                ' -- "$cur")) ;;
            esac
        } && complete -F _setkey setkey

        """
    }

    private static var seconds: String { CompletionScript.seconds.joined(separator: " ") }

    /// One letter of an operation may stand with those of modifiers: `-DP`.
    private static func recognition(_ option: CommandOption) -> String {
        let letters = option.shortNames.map { "-[A-Za-z]*\($0.dropFirst())[A-Za-z]*" }
        let patterns = letters + [option.longName].compactMap(\.self)
        let name = option.operation?.rawValue ?? ""
        return "    [[ $others =~ ' '(\(patterns.joined(separator: "|")))' ' ]] && operation=\(name)"
    }

    private static func offer(_ option: CommandOption) -> String {
        guard let kind = option.operation else { return "" }
        let names = CompletionScript.companions(of: kind).flatMap(\.names)
        let filter = names.contains("--confirm") ? " -X \"$there\"" : ""
        return """
                    \(kind.rawValue)) COMPREPLY=($(compgen\(filter) -W '
            \(wrapped(names, indent: "            "))
                    ' -- "$cur")) ;;
            """
    }

    private static var values: String {
        CommandOption.all.compactMap { option in
            guard option.value != nil else { return nil }
            let action =
                switch ValueKind(option) {
                case .file: "_filedir"
                case .device: "COMPREPLY=($(compgen -W \"$(command ls /sys/class/net 2> /dev/null)\" -- \"$cur\"))"
                case .process: "_pids"
                case .words(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$cur\"))"
                case .free: ":"
                }
            return """
                        \(option.names.joined(separator: " | ")))
                            \(action)
                            return
                            ;;
                """
        }
        .joined(separator: "\n")
    }

    /// Words in lines of up to 120 characters.
    private static func wrapped(_ words: [String], indent: String) -> String {
        var lines = [indent]
        for word in words {
            if lines[lines.count - 1].count + word.count > 118 { lines.append(indent) }
            lines[lines.count - 1] += (lines[lines.count - 1] == indent ? "" : " ") + word
        }
        return lines.joined(separator: "\n")
    }
}
