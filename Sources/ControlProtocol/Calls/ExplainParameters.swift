package import IPsec

/// `Explain`: what the kernel does to a packet.
package struct ExplainParameters: Hashable, Sendable {
    /// The packet.
    package var flow: Flow
    /// Which way it goes: one of ``Direction/managed``.
    package var direction: Direction

    package init(_ flow: Flow, _ direction: Direction = .outbound) {
        (self.flow, self.direction) = (flow, direction)
    }
}

extension ExplainParameters: Codable {
    private enum Key: String, CodingKey {
        case source
        case destination
        case nextLayer
        case sourcePort
        case destinationPort
        case device
        case mark
        case interfaceID
        case direction
    }

    /// - Throws: `DecodingError` with the path of the parameter that makes no sense.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func refuse(_ key: Key) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: "no value of its kind")
        }
        func number<Number: FixedWidthInteger & Decodable>(_ key: Key, _: Number.Type) throws -> Number? {
            guard let value = try container.decodeIfPresent(Int.self, forKey: key) else { return nil }
            guard let number = Number(exactly: value) else { throw refuse(key) }
            return number
        }
        guard let source = IPAddress(try container.decode(String.self, forKey: .source)) else { throw refuse(.source) }
        guard let destination = IPAddress(try container.decode(String.self, forKey: .destination)),
            destination.family == source.family
        else { throw refuse(.destination) }
        flow = Flow(source: source, destination: destination)
        flow.nextLayer = try number(.nextLayer, UInt8.self).map(NextLayerProtocol.init)
        guard flow.nextLayer != .any else { throw refuse(.nextLayer) }
        flow.sourcePort = try number(.sourcePort, UInt16.self)
        flow.destinationPort = try number(.destinationPort, UInt16.self)
        if let word = try container.decodeIfPresent(String.self, forKey: .device) {
            guard let device = Device(word) else { throw refuse(.device) }
            flow.device = device
        }
        flow.mark = try number(.mark, UInt32.self) ?? 0
        flow.interfaceID = InterfaceID(rawValue: try number(.interfaceID, UInt32.self) ?? 0)
        let word = try container.decodeIfPresent(String.self, forKey: .direction)
        let direction = word.map { word in Direction.managed.first { DirectionName($0).rawValue == word } } ?? .outbound
        guard let direction else { throw refuse(.direction) }
        self.direction = direction
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(flow.source.description, forKey: .source)
        try container.encode(flow.destination.description, forKey: .destination)
        try container.encodeIfPresent(flow.nextLayer.map { Int($0.rawValue) }, forKey: .nextLayer)
        try container.encodeIfPresent(flow.sourcePort.map { Int($0) }, forKey: .sourcePort)
        try container.encodeIfPresent(flow.destinationPort.map { Int($0) }, forKey: .destinationPort)
        try container.encodeIfPresent(flow.device?.description, forKey: .device)
        if flow.mark != 0 { try container.encode(Int(flow.mark), forKey: .mark) }
        if flow.interfaceID != .none { try container.encode(Int(flow.interfaceID.rawValue), forKey: .interfaceID) }
        if direction != .outbound { try container.encode(DirectionName(direction).rawValue, forKey: .direction) }
    }
}
