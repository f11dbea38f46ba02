import IPsec

extension KernelTraits {
    /// Of an interface that carries all that Linux knows, as XFRM netlink does.
    static let xfrm = KernelTraits(
        name: "XFRM", algorithms: AlgorithmSet { $0.interfaces != .none }, numbersAlgorithms: false,
        maximumReplayWindow: ReplayWindow(rawValue: 255), maximumUniqueReqID: ReqID(rawValue: .max),
        keepsOriginalAddress: true)
}
