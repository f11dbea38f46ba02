package import ArgumentParser

/// What becomes of an `in` policy that is added or deleted; the last one given holds.
package enum PolicySemantics: EnumerableFlag {
    /// `-k`: it goes in as written.
    case kernel
    /// `-r`: it becomes a `fwd` one too.
    case rfc

    package static func name(for value: Self) -> NameSpecification {
        switch value {
        case .kernel: [.customShort("k"), .customLong("kernel-semantics")]
        case .rfc: [.customShort("r"), .customLong("rfc-semantics")]
        }
    }

    package static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .kernel:
            "With -c and -f: policies go in as written; a gateway has to write its fwd policies, too (default)."
        case .rfc: "With -c and -f: every in policy becomes a fwd policy as well, as RFC 4301 expects."
        }
    }
}
