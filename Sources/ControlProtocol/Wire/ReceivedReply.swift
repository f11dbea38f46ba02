/// A reply as it came: what is passed on as JSON is passed on byte for byte, also what only a newer daemon knows.
package struct ReceivedReply: Sendable {
    /// Whether further replies to the same call follow.
    package let continues: Bool
    private let frame: [UInt8]
    private let outline: JSONOutline
    /// The value of `parameters`.
    private let root: Int

    /// Reads a frame, without its NUL.
    ///
    /// - Returns: `nil` for an error.
    package init?(frame: [UInt8]) throws(FrameError) {
        let outline: JSONOutline
        do {
            outline = try JSONOutline(frame.span)
        } catch {
            throw FrameError(error)
        }
        var root: Int?
        var continues = false
        for member in outline.members(of: 0) {
            switch String(decoding: frame[outline[member.name]], as: UTF8.self) {
            case #""error""#: return nil
            case #""parameters""#: root = member.value
            case #""continues""#: continues = frame[outline[member.value]].elementsEqual("true".utf8)
            default: break
            }
        }
        guard let root, frame[outline[root].lowerBound] == UInt8(ascii: "{") else {
            throw .malformed(reason: "no \"parameters\"")
        }
        self.frame = frame
        self.outline = outline
        self.root = root
        self.continues = continues
    }

    /// The object that was answered.
    package var parameters: ArraySlice<UInt8> { frame[outline[root]] }

    /// The elements of the array `name`; none if there is no such member.
    package func elements(of name: String) -> [ArraySlice<UInt8>] {
        guard let array = member(name) else { return [] }
        return outline.children(of: array).map { frame[outline[$0]] }
    }

    /// The members but `name`, each as it stands there: `"time":1764331200`.
    package func members(without name: String) -> [ArraySlice<UInt8>] {
        outline.members(of: root).filter { !isNamed($0.name, name) }.map {
            frame[outline[$0.name].lowerBound..<outline[$0.value].upperBound]
        }
    }

    /// The string of the member `name`.
    package func string(_ name: String) -> String? {
        guard let value = member(name), frame[outline[value].lowerBound] == UInt8(ascii: "\"") else { return nil }
        var strings = JSONStrings(capacity: frame.count)
        var index = outline[value].lowerBound + 1
        guard (try? strings.append(unescaping: frame.span, at: &index)) != nil else { return nil }
        return String(decoding: strings.bytes, as: UTF8.self)
    }

    /// The whole number of the member `name`.
    package func integer(_ name: String) -> Int? {
        member(name).flatMap { Int(String(decoding: frame[outline[$0]], as: UTF8.self)) }
    }

    private func member(_ name: String) -> Int? {
        outline.members(of: root).first { isNamed($0.name, name) }?.value
    }

    /// Names of ours need no escapes.
    private func isNamed(_ value: Int, _ name: String) -> Bool {
        frame[outline[value]].dropFirst().dropLast().elementsEqual(name.utf8)
    }
}
