import IPsec

/// SAs of one name that follow one another without a pause, with other keys: the kernel cannot have both, so what the other
/// end has sent by the former one when that ends, and what it sends by its next one before this begins, is lost.
enum RollsUnderOneSPI {
    /// Where one of them ends.
    private struct End: Hashable {
        let name: SAIdentity
        let moment: Int
    }

    /// - Parameter now: what began before is of no interest.
    static func remarks(on whole: DesiredState, since now: Int) -> [LoadedDiagnostic] {
        guard let schedule = whole.schedule else { return [] }
        var remarks = RuleRemarks(of: .rollUnderOneSPI)
        var ended: [End: SecurityAssociation] = [:]
        for timed in schedule.associations where timed.validity.until > now && timed.validity.until != .max {
            let entry = timed.declared.entry
            ended[End(name: entry.identity, moment: timed.validity.until)] = entry
        }
        for timed in schedule.associations where timed.validity.from > now {
            let (next, moment) = (timed.declared.entry, timed.validity.from)
            guard let former = ended[End(name: next.identity, moment: moment)], former.isRekeyed(by: next) else {
                continue
            }
            remarks.add(
                at: timed.declared.origin,
                "at \(CalendarTime(moment)) \(next.identity) gets other keys under its SPI, and packets in flight are lost",
                advice: "give it an SPI of its own, and let it begin before the other one ends")
        }
        return remarks.diagnostics
    }
}

extension SecurityAssociation {
    /// Whether what is sent by this one cannot be read by the other one.
    fileprivate func isRekeyed(by next: SecurityAssociation) -> Bool {
        encryption != next.encryption || integrity != next.integrity
            || Self.differ(encryptionKey, next.encryptionKey) || Self.differ(integrityKey, next.integrityKey)
    }

    /// Zeros stand for credentials that were not read: of two of them nobody knows that they are the same.
    private static func differ(_ one: KeyMaterial?, _ other: KeyMaterial?) -> Bool {
        one != other || one.map { $0.byteCount > 0 && $0.digest.isZero } ?? false
    }
}
