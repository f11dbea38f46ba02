/// The name of our interface.
package let controlInterfaceName = "org.setkeyd"

/// The description of `org.setkeyd`, in Varlink's interface language: what `GetInterfaceDescription` answers.
///
/// A test compares it, field by field, with the types that are encoded and decoded.
package let controlInterfaceText =
    InterfaceText.introduction + InterfaceText.types + InterfaceText.planTypes
    + InterfaceText.methods + InterfaceText.errors

/// The parts of ``controlInterfaceText``.
package enum InterfaceText {
    static let introduction = """
        # The control interface of setkeyd: IPsec with manual keys (setkey(8)) through a daemon that mirrors the kernel's
        # two databases, the SAD (security associations) and the SPD (security policies).
        #
        # Methods that may have much to tell send it in parts to a caller who says 'more', and in one reply to others,
        # up to a limit beyond which the answer is org.varlink.service.ExpectedMore. Monitor needs 'more' always.
        # Errors say nothing of keys, and keys are shown only where showKeys is given and the caller may see them.
        #
        # Root and the user of the daemon may do everything. Members of its group have read-only access, calls of at most 64
        # KiB, and a share of places, memory, monitors and plans; beyond it the answer is Busy.
        interface org.setkeyd


        """
}
