internal import IPsec

/// What binds an SA or a policy to packets and interfaces: attributes that only what has them carries.
struct XFRMBindings: Hashable, Sendable {
    /// `XFRMA_MARK`: what packets must have, and part of the name.
    var mark = Mark.none
    /// `XFRMA_SET_MARK` and `XFRMA_SET_MARK_MASK`, of an SA.
    var outputMark = Mark.none
    /// `XFRMA_IF_ID`.
    var interfaceID = InterfaceID.none

    /// Takes over an attribute if it is one of these.
    mutating func read(_ type: XFRMAttributeType, _ content: inout WireReader) throws(WireError) {
        switch type {
        case .mark:
            let value = try content.read(UInt32.self)
            mark = Mark(value: value, mask: try content.read(UInt32.self))
        // The mask may come before the value, or not at all: then all bits count (xfrm-facts 3.3).
        case .outputMark:
            let mask = outputMark.isNone ? .max : outputMark.mask
            outputMark = Mark(value: try content.read(UInt32.self), mask: mask)
        case .outputMarkMask:
            outputMark = Mark(value: outputMark.value, mask: try content.read(UInt32.self))
        case .interfaceID: interfaceID = InterfaceID(rawValue: try content.read(UInt32.self))
        default: break
        }
    }

    func write(to writer: inout WireWriter) throws(WireError) {
        if !mark.isNone {
            try writer.appendAttribute(.mark) { writer throws(WireError) in
                writer.append(mark.value)
                writer.append(mark.mask)
            }
        }
        if !outputMark.isNone {
            try writer.appendAttribute(.outputMark, outputMark.value)
            try writer.appendAttribute(.outputMarkMask, outputMark.mask)
        }
        if interfaceID != .none { try writer.appendAttribute(.interfaceID, interfaceID.rawValue) }
    }
}

extension XFRMBindings {
    /// Those of an SA.
    init(of association: SecurityAssociation) {
        self.init(
            mark: association.identity.mark, outputMark: association.outputMark,
            interfaceID: association.interfaceID)
    }
}
