import ControlProtocol
import TestSupport
import Testing

/// The table of figures, and the text that is made of it.
@Suite struct MetricsTextTests {
    @Test func labelsAreEscaped() throws {
        var text = MetricsText()
        text.begin(.build)
        text.sample(1, ["a\\b\"c\nd"])
        text.end()
        let written = text.parts.map(\.string).joined()
        #expect(written.contains(#"setkeyd_build_info{version="a\\b\"c\nd"} 1"#))
        #expect(try OpenMetricsText(written).families[0].samples[0].labels == ["version": "a\\b\"c\nd"])
    }

    @Test func theTextOfNoDaemonIsWhole() throws {
        let text = try OpenMetricsText(MetricsText.ofNoDaemon.string)
        #expect(text.value("setkeyd_up") == 0)
        #expect(text.families.count == 1)
    }

    @Test func partsAreWholeLines() throws {
        var text = MetricsText()
        text.begin(.associations)
        for number in 0..<5000 { text.sample(UInt64(number), ["\(number)", "mature"]) }
        text.end()
        #expect(text.parts.count > 2)
        for part in text.parts { #expect(part.string.hasSuffix("\n")) }
        #expect(try OpenMetricsText(text.parts.map(\.string).joined())["setkeyd_associations"].count == 5000)
    }

    /// Boards and alerts of others name them.
    @Test func theNamesStay() {
        #expect(
            MetricFamily.all.map(\.sampleName) == [
                "setkeyd_up", "setkeyd_build_info", "setkeyd_kernel_info", "setkeyd_start_time_seconds",
                "setkeyd_clients",
                "setkeyd_in_force", "setkeyd_off", "setkeyd_reloads_total", "setkeyd_last_reload_time_seconds",
                "setkeyd_last_reload_done",
                "setkeyd_confirmation_left_seconds", "setkeyd_next_change_seconds",
                "setkeyd_keys_left_seconds", "setkeyd_repairs_total", "setkeyd_kernel_overruns_total",
                "setkeyd_kernel_read_age_seconds", "setkeyd_kernel_incomplete", "setkeyd_associations",
                "setkeyd_policies",
                "setkeyd_declared", "setkeyd_missing", "setkeyd_altered", "setkeyd_expired", "setkeyd_waiting_policies",
                "setkeyd_unrepaired", "setkeyd_tunnels", "setkeyd_tunnel_associations", "setkeyd_tunnel_bytes_total",
                "setkeyd_tunnel_packets_total", "setkeyd_tunnel_replayed_packets_total",
                "setkeyd_tunnel_integrity_failures_total", "setkeyd_tunnel_late_packets_total",
                "setkeyd_tunnel_lifetime_left_seconds", "setkeyd_tunnel_sequence_numbers_left",
                "setkeyd_association_info",
                "setkeyd_association_bytes_total", "setkeyd_association_packets_total",
                "setkeyd_association_replayed_packets_total", "setkeyd_association_integrity_failures_total",
                "setkeyd_association_late_packets_total", "setkeyd_association_lifetime_left_seconds",
                "setkeyd_association_sequence_numbers_left", "setkeyd_associations_omitted", "setkeyd_xfrm_drops_total",
            ])
    }

    @Test func helpNeedsNoEscapes() {
        for family in MetricFamily.all {
            #expect(!family.help.contains { "\\\"\n".contains($0) } && !family.help.hasSuffix("."), "\(family.name)")
            #expect(family.unit.map { family.name.hasSuffix("_\($0)") } ?? true)
        }
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
    }
}
