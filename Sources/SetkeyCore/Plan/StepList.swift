/// Steps in the order in which they are applied; made of parts that are found one after the other, and never put
/// together, because that would hold the loop for as long as a large plan is.
package struct StepList: RandomAccessCollection, Sendable {
    private let parts: [[Step]]
    package let endIndex: Int

    init(_ parts: [[Step]]) {
        self.parts = parts.filter { !$0.isEmpty }
        endIndex = parts.reduce(0) { $0 + $1.count }
    }

    package var startIndex: Int { 0 }

    package subscript(position: Int) -> Step {
        var index = position
        for part in parts {
            if index < part.count { return part[index] }
            index -= part.count
        }
        preconditionFailure("no step at \(position)")
    }
}
