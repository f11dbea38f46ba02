/// A message of the kernel as people are shown it, in the forms that somebody asked for.
package final class ShownMessage: Sendable {
    /// One form: `setkey -x` prints it.
    package struct Form: Sendable {
        /// The message as text.
        package let text: [UInt8]
        /// The message as hexadecimal digits.
        package let digits: String

        package init(text: [UInt8], digits: String) {
            self.text = text
            self.digits = digits
        }
    }

    /// Which forms there are.
    package struct Forms: OptionSet, Sendable {
        /// The bits of ``masked`` and ``keyed``.
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Key bytes are hidden.
        package static let masked = Forms(rawValue: 1)
        /// With the keys.
        package static let keyed = Forms(rawValue: 2)
    }

    private let masked: Form?
    private let keyed: Form?

    /// - Parameters:
    /// - masked: the form without keys; `nil` if nobody asked for it.
    /// - keyed: the form with them; `nil` if nobody asked who may see them.
    package init(masked: Form?, keyed: Form?) {
        self.masked = masked
        self.keyed = keyed
    }

    /// The form with the keys or without them; `nil` if nobody asked for it.
    package func form(showKeys: Bool) -> Form? { showKeys ? keyed : masked }
}
