import IPsec
import TextBytes

/// One key in two SAs: what is recorded of one can be replayed in the other, and a counter mode loses its secrecy.
///
/// The SAs of a group (RFC 4552) share their key by design; they are those to a multicast address, or from any source.
enum SharedKeys {
    static func remarks(on state: DesiredState) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .sharedKey)
        var first: [Int: Int] = [:]
        first.reserveCapacity(2 * state.associations.count)
        for (index, declared) in state.associations.enumerated() where !declared.entry.isOfGroup {
            for key in declared.entry.keys where !key.isZero {
                let other = first[key.digest] ?? index
                guard other != index else {
                    first[key.digest] = index
                    continue
                }
                let association = state.associations[other].entry
                guard association.keys.contains(key) else { continue }
                remarks.add(
                    at: declared.origin, "this SA has a key of \(association.identity)",
                    advice: "give each SA keys of its own")
                break
            }
        }
        return remarks.diagnostics
    }
}

extension SecurityAssociation {
    /// Both keys, as far as it has them.
    var keys: [KeyMaterial] { [encryptionKey, integrityKey].compactMap { $0 }.filter { $0.byteCount > 0 } }

    /// Whether several senders may use it.
    var isOfGroup: Bool { source.isUnspecified || identity.destination.isMulticast }
}

extension KeyMaterial {
    /// A number for hash tables, other in each process, from which the key cannot be had.
    var digest: Int {
        withBytes { bytes in
            var hasher = Hasher()
            var index = 0
            while index <= bytes.count - ByteWord.byteCount {
                hasher.combine(ByteWord(bytes, at: index).bits)
                index += ByteWord.byteCount
            }
            while index < bytes.count {
                hasher.combine(bytes[index])
                index += 1
            }
            return hasher.finalize()
        }
    }

    /// Whether it stands for a credential that was not read.
    fileprivate var isZero: Bool {
        withBytes { bytes in bytes.indices.allSatisfy { bytes[$0] == 0 } }
    }
}
