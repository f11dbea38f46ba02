import IPsec
import TextBytes

extension DumpFormat {
    /// Appends a line of what binds an SA or a policy to packets and interfaces, where anything does: no line of
    /// ipsec-tools, and behind all that it prints of an entry but the last line, so that what reads that does not trip.
    func appendBindings(
        _ mark: Mark, _ outputMark: Mark, _ interfaceID: InterfaceID, _ device: Device? = nil,
        to output: inout OutputSpan<UInt8>
    ) {
        guard !mark.isNone || !outputMark.isNone || interfaceID != .none || device != nil else { return }
        var separator: StaticString = #"\t"#
        append(&separator, "mark=", mark, to: &output)
        append(&separator, "output-mark=", outputMark, to: &output)
        if interfaceID != .none {
            output.append(separator)
            output.append("if_id=", decimal: UInt64(interfaceID.rawValue))
            separator = " "
        }
        if let device {
            output.append(separator)
            output.append("dev=")
            output.append(escapedForJSON: device.description)
        }
        output.append(#"\n"#)
    }

    private func append(
        _ separator: inout StaticString, _ label: StaticString, _ mark: Mark, to output: inout OutputSpan<UInt8>
    ) {
        guard !mark.isNone else { return }
        output.append(separator)
        output.append(label)
        output.append("0x")
        output.append(hexadecimal: mark.value)
        output.append("/0x")
        output.append(hexadecimal: mark.mask)
        separator = " "
    }
}
