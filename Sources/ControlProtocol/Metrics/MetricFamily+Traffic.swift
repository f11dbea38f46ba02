// What is told of each tunnel, and of each SA: the same figures under two names.

extension MetricFamily {
    /// The figures of traffic.
    package struct Traffic: Sendable {
        package let bytes: MetricFamily
        package let packets: MetricFamily
        package let replayed: MetricFamily
        package let integrityFailures: MetricFamily
        package let late: MetricFamily
        package let lifetimeLeft: MetricFamily
        package let sequenceLeft: MetricFamily

        fileprivate init(_ prefix: String, _ labels: [String], of what: String, lifetime: String, sequence: String) {
            func counter(_ name: String, unit: String? = nil, _ help: String) -> MetricFamily {
                MetricFamily("\(prefix)_\(name)", .counter, unit: unit, labels: labels, "\(help) \(what)")
            }
            bytes = counter("bytes", unit: "bytes", "Bytes that the kernel has counted for")
            packets = counter("packets", "Packets that the kernel has counted for")
            replayed = counter("replayed_packets", "Packets that had been received before and were dropped, of")
            integrityFailures = counter(
                "integrity_failures", "Packets whose ICV was wrong (other keys, or forged) and were dropped, of")
            late = counter("late_packets", "Packets that came too late for the replay window and were dropped, of")
            lifetimeLeft = MetricFamily(
                "\(prefix)_lifetime_left_seconds", .gauge, unit: "seconds", labels: labels + ["limit"], lifetime)
            sequenceLeft = MetricFamily("\(prefix)_sequence_numbers_left", .gauge, labels: labels, sequence)
        }

        package var all: [MetricFamily] {
            [bytes, packets, replayed, integrityFailures, late, lifetimeLeft, sequenceLeft]
        }
    }

    package static let tunnels = MetricFamily(
        "tunnels", .gauge, "Pairs of endpoints that SAs of the kernel have, larval ones apart")
    package static let tunnelAssociations = MetricFamily(
        "tunnel_associations", .gauge, labels: ["source", "destination"], "SAs between two endpoints, larval ones apart"
    )
    package static let tunnel = Traffic(
        "tunnel", ["source", "destination"], of: "all SAs between two endpoints, those that are gone included",
        lifetime:
            "Seconds until a limit of time (soft, hard) ends the last SA of a kind between two endpoints; no sample if none "
            + "does",
        sequence:
            "Sequence numbers that the SA of a kind with the most has left, of the kind between two endpoints with the "
            + "fewest; no sample if they have no end or are not told")

    package static let ofTunnels = [tunnels, tunnelAssociations] + tunnel.all

    /// What names an SA.
    package static let nameOfAssociation = ["source", "destination", "protocol", "spi", "mark"]
    package static let association = MetricFamily(
        "association", .info, labels: nameOfAssociation + ["owner", "state", "mode", "reqid"],
        "Each SA; only with --per-sa, as all that follows about SAs")
    package static let associationTraffic = Traffic(
        "association", nameOfAssociation, of: "an SA", lifetime: "Seconds until a limit of time (soft, hard) of an SA",
        sequence: "Sequence numbers that an SA has left; no sample if they have no end or are not told")
    package static let omitted = MetricFamily(
        "associations_omitted", .gauge, "SAs beyond those that --per-sa tells of one by one")

    package static let ofAssociations = [association] + associationTraffic.all + [omitted]
}
