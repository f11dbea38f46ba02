import IPsec

// What binds SAs and policies to packets and interfaces.

extension StatementParser {
    /// - Throws: where the kernel interface knows of no marks and interfaces.
    mutating func requireMarks(_ option: Range<Int>) throws(Diagnostic) {
        guard !options.traits.carriesMarks else { return }
        throw failure(
            option, "\(options.traits.name) cannot express \(string(option))",
            "it needs the XFRM interface (--kernel xfrm); or remove it")
    }

    /// `V` or `V/M` behind `-mark` and `-output-mark`: without a mask all bits count.
    mutating func parseMark() throws(Diagnostic) -> Mark {
        let range = try takeWord("the mark", Self.markAdvice)
        let slash = firstIndex(of: UInt8(ascii: "/"), in: range) ?? range.upperBound
        let valueRange = range.lowerBound..<slash
        let value = try parseNumber(valueRange, "the mark", upTo: 0xffff_ffff, Self.markAdvice)
        guard slash < range.upperBound else { return Mark(value: UInt32(value)) }
        let maskRange = slash + 1..<range.upperBound
        let mask = try parseNumber(maskRange, "the mask of the mark", upTo: 0xffff_ffff, Self.markAdvice)
        guard mask != 0 else {
            throw failure(range, "a mark of which no bit counts is none", "leave it out, or write a mask")
        }
        guard value & ~mask == 0 else {
            let masked = Mark(value: UInt32(value), mask: UInt32(mask))
            throw failure(valueRange, "the mark has bits that its mask leaves out", "write \(masked)")
        }
        return Mark(value: UInt32(value), mask: UInt32(mask))
    }

    private static let markAdvice = "write a value, or a value and a mask, for example 0x1/0xff"

    /// The number of an XFRM interface behind `-if_id`.
    mutating func parseInterfaceID() throws(Diagnostic) -> InterfaceID {
        let advice = "write 1...4294967295, as 'ip link' shows it for the xfrm interface"
        let range = try takeWord("the interface id", advice)
        let number = try parseNumber(range, "the interface id", upTo: 0xffff_ffff, advice)
        guard number != 0 else { throw failure(range, "interface id 0 is none", "leave it out, or \(advice)") }
        return InterfaceID(rawValue: UInt32(number))
    }

    /// The name of a device behind `-dev`, in quotes where it is no word of the language.
    mutating func parseDevice() throws(Diagnostic) -> Device {
        let range = current.range
        guard current.kind == .word || current.kind == .string else {
            throw unexpected("the name of a device", Self.deviceAdvice)
        }
        advance()
        return try parseDevice(named: text[range.lowerBound] == 34 ? range.dropFirst().dropLast() : range)
    }

    /// A device by its name, which is a part of a word.
    mutating func parseDevice(named range: Range<Int>) throws(Diagnostic) -> Device {
        guard let name = String(validating: copy(range), as: UTF8.self), let device = Device(name) else {
            throw failure(range, "this is not the name of a device", Self.deviceAdvice)
        }
        return device
    }

    /// Takes a device over; it may have been named before, and then it has to be the same one.
    mutating func merge(_ device: Device, into known: inout Device?, _ range: Range<Int>) throws(Diagnostic) {
        guard known == nil || known == device else {
            throw failure(range, "a policy is for one device, and this is a second one", "write a policy for each")
        }
        known = device
    }

    private static let deviceAdvice = "write it as 'ip link' shows it, for example eth0: at most 15 bytes"
}
