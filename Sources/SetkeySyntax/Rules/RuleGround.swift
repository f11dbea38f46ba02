/// Where the entries are that the rules look at, which their remarks name.
package enum RuleGround: Sendable {
    /// A file declares them.
    case file
    /// The kernel has them, whoever has put them in.
    case kernel

    /// As the end of "no SA of".
    var name: StaticString {
        switch self {
        case .file: "this file"
        case .kernel: "the kernel"
        }
    }

    /// What is to be done where one lacks.
    var remedy: StaticString {
        switch self {
        case .file: "declare"
        case .kernel: "add"
        }
    }
}
