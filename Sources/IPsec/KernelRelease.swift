/// The version of a Linux kernel, as far as it decides what to ask of it.
package struct KernelRelease: Comparable, Sendable {
    /// The `6` of `6.12.117`.
    package let major: Int
    /// The `12` of `6.12.117`.
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// - Parameter text: as `uname -r` prints it: `6.12.117-cloud-amd64`.
    /// - Returns: `nil` for a text that does not begin with two numbers.
    package init?(_ text: String) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).prefix(2).map {
            Int($0.prefix { $0.isASCII && $0.isNumber })
        }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major, minor)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
