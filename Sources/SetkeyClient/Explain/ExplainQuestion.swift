import ControlProtocol
import IPsec
import SetkeySyntax

/// The packet of `--explain SRC DST [UPPER [SPORT DPORT]]`, from the words of the command line.
struct ExplainQuestion {
    private let protocolNames: ProtocolNames
    private let serviceNames: ServiceNames

    init(_ protocolNames: ProtocolNames = .ofThisMachine(), _ serviceNames: ServiceNames = .ofThisMachine()) {
        (self.protocolNames, self.serviceNames) = (protocolNames, serviceNames)
    }

    /// - Throws: ``ClientFailure`` with ``ExitStatus/usage``, which says which word makes no sense.
    func flow(_ words: [String]) throws(ClientFailure) -> Flow {
        guard words.count >= 2 else {
            throw .usage("--explain needs two addresses: setkey --explain SRC DST [UPPER [SPORT DPORT]]")
        }
        guard [2, 3, 5].contains(words.count) else {
            throw .usage("--explain takes SRC DST, and behind them UPPER, or UPPER SPORT DPORT (any for either port)")
        }
        let (source, destination) = (try address(words[0]), try address(words[1]))
        guard source.family == destination.family else {
            throw .usage("\(source) and \(destination) are of different families: a packet has two of one family")
        }
        var flow = Flow(source: source, destination: destination)
        guard words.count > 2 else { return flow }
        flow.nextLayer = try nextLayer(words[2])
        guard words.count > 3 else { return flow }
        guard let nextLayer = flow.nextLayer else { throw .usage("ports go with a protocol, not with any") }
        flow.sourcePort = try port(words[3], nextLayer)
        flow.destinationPort = try port(words[4], nextLayer)
        return flow
    }

    private func address(_ word: String) throws(ClientFailure) -> IPAddress {
        guard let address = IPAddress(word) else {
            throw .usage("'\(word)' is not an IPv4 or IPv6 address; a packet has one address, without a prefix length")
        }
        return address
    }

    private func nextLayer(_ word: String) throws(ClientFailure) -> NextLayerProtocol? {
        if word == "any" { return nil }
        guard let number = UInt8(word) ?? protocolNames.number(of: word.lowercased()), number < 255 else {
            throw .usage("'\(word)' is no protocol: a name of /etc/protocols, or a number up to 254")
        }
        return NextLayerProtocol(rawValue: number)
    }

    private func port(_ word: String, _ nextLayer: NextLayerProtocol) throws(ClientFailure) -> UInt16? {
        if word == "any" { return nil }
        let name = protocolNames.name(of: nextLayer.rawValue)
        guard let port = UInt16(word) ?? serviceNames.port(of: word, for: name) else {
            throw .usage("'\(word)' is no port: a number up to 65535, a name of /etc/services, or any")
        }
        return port
    }

    /// A mark: decimal, or hexadecimal behind `0x`.
    func mark(_ word: String) throws(ClientFailure) -> UInt32 {
        let isHexadecimal = word.hasPrefix("0x") || word.hasPrefix("0X")
        guard let mark = isHexadecimal ? UInt32(word.dropFirst(2), radix: 16) : UInt32(word) else {
            throw .usage("--mark takes a number of 32 bits, for example 7 or 0x10, not '\(word)'")
        }
        return mark
    }

    /// A network device.
    func device(_ word: String) throws(ClientFailure) -> Device {
        guard let device = Device(word) else {
            throw .usage("--dev takes the name of a network device, at most 15 characters, not '\(word)'")
        }
        return device
    }
}
