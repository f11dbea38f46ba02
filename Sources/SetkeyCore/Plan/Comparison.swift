package import ControlProtocol
package import IPsec

/// Compares a declared SA with the kernel's, by what Linux keeps of a declaration (kernel-facts 4, 7, K18, K22).
///
/// Security contexts are not compared: without a security module the kernel drops them silently.
package func differences(of declared: SecurityAssociation, from present: SecurityAssociation) -> [EntryField] {
    var fields: [EntryField] = []
    func check(_ field: EntryField, _ isEqual: Bool) { if !isEqual { fields.append(field) } }
    check(.source, declared.source == present.source)
    check(.mode, declared.mode.asStored == present.mode.asStored)
    check(.reqID, declared.reqID == present.reqID)
    check(.replayWindow, declared.replayWindow == present.replayWindow)
    check(.flags, isSameFlags(declared, present))
    check(
        .algorithm,
        declared.encryption == present.encryption && declared.integrity.asStored == present.integrity.asStored
            && declared.compression == present.compression && isSameICV(declared, present))
    check(
        .key,
        isSameKey(declared.encryptionKey, present.encryptionKey, present.hidesKeys)
            && isSameKey(declared.integrityKey, present.integrityKey, present.hidesKeys))
    check(
        .encapsulation,
        declared.encapsulation == present.encapsulation
            && isSameOriginalAddress(declared.originalAddress, present.originalAddress))
    check(.lifetime, declared.limits == present.limits)
    check(.outputMark, declared.outputMark == present.outputMark)
    check(.interfaceID, declared.interfaceID == present.interfaceID)
    check(.extensions, isSameOptions(declared, present))
    return fields
}

/// Compares a declared policy with the kernel's, by what Linux keeps of a declaration (kernel-facts 4).
package func differences(of declared: SecurityPolicy, from present: SecurityPolicy) -> [EntryField] {
    var fields: [EntryField] = []
    if !isSameAction(declared.action, present.action) { fields.append(.action) }
    if declared.priority != present.priority { fields.append(.priority) }
    if declared.limits != present.limits { fields.append(.lifetime) }
    if declared.flags != present.flags { fields.append(.flags) }
    return fields
}

/// The sysctl `ip_no_pmtu_disc` sets a flag of its own in all SAs of IPv4 (xfrm-facts 3.3): one more is no difference.
private func isSameFlags(_ declared: SecurityAssociation, _ present: SecurityAssociation) -> Bool {
    let (wanted, stored) = (declared.flags.asStored, present.flags.asStored)
    if wanted == stored { return true }
    return present.source.family == .ipv4 && wanted.union(.noPathMTUDiscovery) == stored
}

private func isSameICV(_ declared: SecurityAssociation, _ present: SecurityAssociation) -> Bool {
    !declared.hasOptions && !present.hasOptions || declared.options.icvBits == present.options.icvBits
}

/// But for the length of the ICV, which is the algorithm's.
private func isSameOptions(_ declared: SecurityAssociation, _ present: SecurityAssociation) -> Bool {
    guard declared.hasOptions || present.hasOptions else { return true }
    var wanted = declared.options
    wanted.icvBits = present.options.icvBits
    return wanted == present.options
}

/// PF_KEY keeps none: that there is none says nothing.
private func isSameOriginalAddress(_ declared: IPAddress?, _ present: IPAddress?) -> Bool {
    present == nil || declared == present
}

/// No key and an empty key are the same: a null algorithm may or may not show its empty key. One that the kernel does not
/// tell, and that is not known otherwise, is somebody else's.
private func isSameKey(_ declared: KeyMaterial?, _ present: KeyMaterial?, _ isHidden: Bool) -> Bool {
    switch (declared, present) {
    case (nil, nil): true
    case (let key?, nil), (nil, let key?): key.byteCount == 0
    case (let a?, let b?): !isHidden && a == b
    }
}

private func isSameAction(_ declared: PolicyAction, _ present: PolicyAction) -> Bool {
    guard case .protect(let wanted) = declared, case .protect(let stored) = present else { return declared == present }
    return wanted.count == stored.count && zip(wanted, stored).allSatisfy(isSameTransform)
}

/// Addresses are kept in tunnel mode alone; `default` is stored as `require`; a kernel-drawn reqid stands for
/// `unique` without a number.
private func isSameTransform(_ wanted: Transform, _ stored: Transform) -> Bool {
    guard wanted.nextLayer == stored.nextLayer, wanted.mode.asStored == stored.mode.asStored, !stored.saysMore else {
        return false
    }
    if wanted.mode == .tunnel {
        guard wanted.endpoints?.source == stored.endpoints?.source,
            wanted.endpoints?.destination == stored.endpoints?.destination
        else { return false }
    }
    switch (wanted.level, stored.level) {
    case (.unique(.none), .unique(let drawn)): return drawn.rawValue > ReqID.manualMaximum
    case (.default, .require), (.require, .default): return true
    default: return wanted.level == stored.level
    }
}

extension Mode {
    /// Linux stores transport where no mode was given.
    fileprivate var asStored: Mode { self == .any ? .transport : self }
}

extension IntegrityAlgorithm {
    /// Null integrity and none are the same SA.
    fileprivate var asStored: IntegrityAlgorithm { self == .null ? .none : self }
}
