/// A network device that a policy is for: packets that come in or leave by another one do not match it.
///
/// The kernel knows devices by numbers, which are drawn anew when one is made again; a policy stays bound to the number.
package enum Device: Hashable, Sendable, CustomStringConvertible {
    /// As files name it.
    case named(String)
    /// One that there is no name for, because it is gone.
    case numbered(UInt32)

    /// The most bytes that a name has (`IFNAMSIZ`, without its NUL).
    package static let maximumNameByteCount = 15
    /// What stands in front of a number; no name has a colon in it.
    package static let numberPrefix = "index:"

    /// A name or, behind ``numberPrefix``, a number; `nil` for what is neither.
    package init?(_ word: some StringProtocol) {
        if word.hasPrefix(Self.numberPrefix) {
            guard let number = UInt32(word.dropFirst(Self.numberPrefix.count)), number > 0 else { return nil }
            self = .numbered(number)
        } else {
            guard Self.isName(word) else { return nil }
            self = .named(String(word))
        }
    }

    /// What the kernel takes for a name (`dev_valid_name`), and the language can say: nothing with a quotation mark.
    fileprivate static func isName(_ word: some StringProtocol) -> Bool {
        let bytes = word.utf8
        return !bytes.isEmpty && bytes.count <= maximumNameByteCount && word != "." && word != ".."
            && bytes.allSatisfy {
                $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "\"")
            }
    }

    /// `eth0`; `index:7` for one without a name.
    package var description: String {
        switch self {
        case .named(let name): name
        case .numbered(let number): "\(Self.numberPrefix)\(number)"
        }
    }
}

/// The network devices that there are, by number and by name.
package struct Devices: Hashable, Sendable {
    /// No devices.
    package static let none = Devices()

    private var names: [UInt32: String] = [:]
    private var numbers: [String: UInt32] = [:]
    /// Those that are there and not up.
    private var down: Set<UInt32> = []

    package init() {}

    /// The number of a device; `nil` where there is none of this name.
    package func number(of device: Device) -> UInt32? {
        switch device {
        case .named(let name): numbers[name]
        case .numbered(let number): number
        }
    }

    /// The device of this number, by its name where it has one.
    package func device(_ number: UInt32) -> Device { names[number].map { .named($0) } ?? .numbered(number) }

    /// Whether there is a device of this name, and it is up (`IFF_UP`).
    package func isUp(_ device: Device) -> Bool { number(of: device).map { !down.contains($0) } ?? false }

    /// Whether what was known by this name, or by this number for want of a name, is known by another one now, or is gone.
    package func rename(_ device: Device, knownTo former: Devices) -> Bool {
        switch device {
        case .named: number(of: device) != former.number(of: device)
        case .numbered(let number): self.device(number) != device
        }
    }

    /// There is a device of this number and name; it may have had another name, and may have been down or up.
    package mutating func insert(_ name: String, _ number: UInt32, isUp: Bool = true) {
        remove(number)
        // One that cannot be said is known by its number alone.
        guard Device.isName(name) else { return }
        if let former = numbers[name] { remove(former) }
        (names[number], numbers[name]) = (name, number)
        if !isUp { down.insert(number) }
    }

    /// Any of them may have been down meanwhile, and be so still.
    package mutating func suspectDown() { down = Set(names.keys) }

    /// The device of this number is gone.
    package mutating func remove(_ number: UInt32) {
        down.remove(number)
        guard let name = names.removeValue(forKey: number), numbers[name] == number else { return }
        numbers[name] = nil
    }
}
