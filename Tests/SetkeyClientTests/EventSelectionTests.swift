import ControlProtocol
import SetkeyClient
import Testing

@Suite struct EventSelectionTests {
    private static let always: Set<MonitorEvent> = [.listening, .overrun]

    @Test func eachSelectionHasItsEventsAndTheGaps() {
        let expected: [EventSelection: Set<MonitorEvent>] = [
            .associations: [.added, .updated, .deleted, .expired, .acquire, .flushed, .newMapping, .migrated],
            .policies: [
                .policyAdded, .policyUpdated, .policyDeleted, .policyExpired, .policiesFlushed, .migrated,
            ],
            .expiry: [.expired, .policyExpired],
        ]
        for selection in EventSelection.allCases {
            let events = Set(MonitorEvent.allCases.filter(selection.contains))
            #expect(events == expected[selection]?.union(Self.always), "\(selection)")
        }
    }

    @Test func oneProcessIsToldApartAndGapsAreTold() {
        var options = MonitorOptions()
        #expect(options.show(.other, from: nil) && options.show(.added, from: 7))
        options.processID = 7
        #expect(options.show(.added, from: 7))
        #expect(!options.show(.added, from: 0) && !options.show(.added, from: nil))
        #expect(options.show(.overrun, from: nil) && options.show(.listening, from: nil))
        options.only = .policies
        #expect(!options.show(.added, from: 7) && options.show(.policyAdded, from: 7))
    }
}
