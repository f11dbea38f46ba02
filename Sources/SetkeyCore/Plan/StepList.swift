/// Steps in the order in which they are applied; made of parts that are found one after the other, and never put
/// together, because that would hold the loop for as long as a large plan is.
package struct StepList: RandomAccessCollection, Sendable {
    private let parts: [[Step]]
    package let endIndex: Int
    /// The first of the deletions of SAs that traffic may still go through until those before it have taken effect; the
    /// end if there are none.
    let firstDeparture: Int

    init(_ parts: [[Step]]) {
        self.init(parts, departures: [])
    }

    /// - Parameter departures: deletions of SAs; they come last.
    init(_ parts: [[Step]], departures: [Step]) {
        self.parts = (parts + [departures]).filter { !$0.isEmpty }
        endIndex = parts.reduce(departures.count) { $0 + $1.count }
        firstDeparture = endIndex - departures.count
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
