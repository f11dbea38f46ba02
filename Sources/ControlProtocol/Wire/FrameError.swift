/// What is wrong with a frame as such, before anybody looks at what it says.
package enum FrameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is longer than the reader takes; `limit` is in bytes.
    case oversize(limit: Int)
    /// Objects and arrays are nested deeper than any call or reply is.
    case tooDeep(limit: Int)
    /// It is not JSON, or not of the shape of a call or a reply.
    case malformed(reason: String)

    package var description: String {
        switch self {
        case .oversize(let limit): "the frame is longer than \(limit) bytes"
        case .tooDeep(let limit): "the frame is nested deeper than \(limit) levels"
        case .malformed(let reason): reason
        }
    }
}
