import IPsec

extension SecurityAssociation {
    /// What was asked for and is not in the SA that the kernel has stored, in the words of the language.
    ///
    /// A kernel that does not know an attribute of XFRM, and one without a module for labels, drops it and reports success
    /// (xfrm-facts B4).
    func extensions(missingIn stored: SecurityAssociation) -> [String] {
        let isBound = !outputMark.isNone || interfaceID != .none
        guard flags.rawValue != 0 || hasOptions || isBound || securityContext != nil else { return [] }
        var words: [String] = []
        let missing = flags.asStored.subtracting(stored.flags)
        if missing.rawValue != 0 {
            words += missing.names.map { "-f \($0)" }
            if missing.contains(.extendedSequence) { words.append("-esn") }
        }
        if securityContext != nil, stored.securityContext == nil { words.append("-ctx") }
        if outputMark != stored.outputMark { words.append("-output-mark") }
        if interfaceID != stored.interfaceID { words.append("-if_id") }
        guard hasOptions else { return words }
        let kept = stored.options
        if options.icvBits != kept.icvBits { words.append("-icv") }
        if options.paddedLength != kept.paddedLength { words.append("-tfc") }
        if options.direction != kept.direction { words.append("-dir") }
        if options.careOfAddress != kept.careOfAddress { words.append("-coa") }
        if options.offload != kept.offload { words.append("-hwif") }
        if options.selector != kept.selector { words.append("-sel") }
        return words
    }
}
