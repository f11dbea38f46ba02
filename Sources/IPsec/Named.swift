/// What carries its own name, so that a table need not store it twice.
package protocol Named: Sendable {
    /// What a name is: equal for two states of one entry, different for two entries.
    associatedtype Identity: Hashable, Sendable
    /// What names it.
    var identity: Identity { get }
}

extension SecurityAssociation: Named {}
extension SecurityPolicy: Named {}
