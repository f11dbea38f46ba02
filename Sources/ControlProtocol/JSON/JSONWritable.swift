/// A value of which so many travel, or such a long one, that it writes itself into the output: the containers of an encoder
/// would take most of its time. It is encoded in no other way, and as JSON alone.
protocol JSONWritable: Encodable {
    /// Appends the value.
    func write(to output: inout JSONOutput) throws
}

extension JSONWritable {
    package func encode(to encoder: any Encoder) throws {
        guard let encoding = encoder as? JSONEncoding else {
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "an encoder of another format")
            throw EncodingError.invalidValue(self, context)
        }
        try write(to: &encoding.target.output)
    }
}
