/// What a counter of `/proc/net/xfrm_stat` says, and what is probably to be done (xfrm-facts B6).
struct CounterMeaning: Sendable {
    /// Which entries may be behind it.
    enum Witness: Sendable {
        case none
        /// SAs whose packets failed the integrity check.
        case forged
        /// SAs whose packets had been seen, or came too late.
        case late
        /// SAs without sequence numbers left.
        case usedUp
        /// Policies that no SA serves.
        case unserved
    }

    /// What happened to packets; what follows that word.
    let what: String
    let cause: String
    let remedy: String
    var witness = Witness.none
    /// Whether a policy may say just that.
    var isWanted = false
    /// Whether anybody on the network can have it counted.
    var isOpenToStrangers = false

    private static let explain = "ask 'setkey --explain' about such a packet"

    /// By the counter's name.
    static let all: [String: CounterMeaning] = inbound.merging(outbound) { $1 }

    private static let inbound: [String: CounterMeaning] = [
        "XfrmInNoStates": CounterMeaning(
            what: "came by an SA that is not here",
            cause: "the other end sends with an SPI, a protocol or to an address that no SA of this machine has",
            remedy: "compare the SPIs of both ends; tcpdump shows the one that comes in", isOpenToStrangers: true),
        "XfrmInStateProtoError": CounterMeaning(
            what: "could not be decrypted, or failed the integrity check",
            cause: "keys, algorithms or lengths of the ICV differ between the two ends, or packets are forged",
            remedy:
                "give both ends the same keys, which 'setkey --fingerprint' compares, and algorithms; hmac-sha256 has 96 "
                + "bits here, and 128 with most others",
            witness: .forged),
        "XfrmInStateSeqError": CounterMeaning(
            what: "had a sequence number that had been seen, or that is behind the replay window",
            cause: "the other end began anew under an old SPI (it restarted, or its key was changed in place), several "
                + "senders share the SA, or packets overtake one another",
            remedy:
                "give every new key a new SPI; a wider window (-r) for packets out of order, -r 0 for several senders",
            witness: .late),
        "XfrmInStateModeError": CounterMeaning(
            what: "were in transport mode, and their SA is for tunnel mode",
            cause: "the two ends have different modes", remedy: "write the same -m on both ends"),
        "XfrmInStateExpired": CounterMeaning(
            what: "came by an SA at its end", cause: "its lifetime is over here, and not at the other end",
            remedy: "add the next SA on both ends before the old one ends"),
        "XfrmInStateMismatch": CounterMeaning(
            what: "came by an SA that is for others: of another selector, or encapsulated otherwise",
            cause: "one end encapsulates in UDP and the other does not, or the SA has -sel",
            remedy: "give both ends the same encapsulation (-m with esp-udp), and compare -sel"),
        "XfrmInStateInvalid": CounterMeaning(
            what: "came by an SA that had just gone, or waits for its keys", cause: "the SA was being replaced",
            remedy: "nothing, unless it goes on"),
        "XfrmInStateDirError": CounterMeaning(
            what: "came by an SA that only sends", cause: "the SA has -dir out",
            remedy: "write -dir in, or none, in the SA that receives"),
        "XfrmInTmplMismatch": CounterMeaning(
            what: "came in clear, or by another SA than their policy requires",
            cause:
                "the other end sends in clear what is to be protected, or the SA and the policy here differ in reqid, "
                + "mode or addresses",
            remedy: "ask 'setkey --explain SRC DST --in' about such a packet, and the other end about its out policy",
            isOpenToStrangers: true),
        "XfrmInNoPols": CounterMeaning(
            what: "came by a tunnel, and no policy lets in what was inside",
            cause: "there is no in policy for them (fwd, if they go on), or a default drops what no policy matches",
            remedy: "add the policy that mirrors the other end's out policy"),
        "XfrmInPolBlock": CounterMeaning(
            what: "were discarded by a policy on their way in", cause: "a policy or a default says discard",
            remedy: explain, isWanted: true),
        "XfrmInPolError": CounterMeaning(
            what: "met more policies or transforms than the kernel can check", cause: "too many layers",
            remedy: "use fewer transforms"),
        "XfrmInHdrError": CounterMeaning(
            what: "had a header that makes no sense", cause: "they were cut off or damaged",
            remedy: "look at the path, and at middleboxes on it", isOpenToStrangers: true),
        "XfrmInError": CounterMeaning(
            what: "could not be handled on their way in", cause: "the kernel had no memory or no route for them",
            remedy: "look at the kernel's log"),
        "XfrmInBufferError": CounterMeaning(
            what: "were dropped for want of buffers, or had more than 6 transforms", cause: "too little memory",
            remedy: "look at the machine's memory"),
        "XfrmFwdHdrError": CounterMeaning(
            what: "could not be sent on", cause: "there is no route behind the tunnel", remedy: "add the route"),
    ]

    private static let outbound: [String: CounterMeaning] = [
        "XfrmOutNoStates": CounterMeaning(
            what: "could not leave: their policy has no SA", cause: "no SA fits a policy that requires one",
            remedy: "add the SA; 'setkey --explain SRC DST' says which", witness: .unserved),
        "XfrmAcquireError": CounterMeaning(
            what: "could not leave: the SA that they wait for has no keys",
            cause: "the kernel has asked for an SA, and no key manager has answered",
            remedy: "add the SA; 'setkey --explain SRC DST' says which", witness: .unserved),
        "XfrmOutStateSeqError": CounterMeaning(
            what: "could not leave: their SA has used all of its sequence numbers",
            cause: "an SA without -esn carries 2^32 packets, and then none",
            remedy: "replace it by an SA of another SPI, with -esn where both ends can", witness: .usedUp),
        "XfrmOutStateExpired": CounterMeaning(
            what: "could not leave: their SA was at its end", cause: "its lifetime is over",
            remedy: "add the next SA before the old one ends"),
        "XfrmOutStateInvalid": CounterMeaning(
            what: "could not leave: their SA had just gone", cause: "the SA was being replaced",
            remedy: "nothing, unless it goes on"),
        "XfrmOutStateModeError": CounterMeaning(
            what: "could not be encapsulated, or did not fit and may not be fragmented",
            cause: "the path takes less than packet and overhead",
            remedy: "lower the MTU before the tunnel, or clamp the MSS of TCP"),
        "XfrmOutStateProtoError": CounterMeaning(
            what: "could not be encrypted or authenticated", cause: "the kernel's crypto failed",
            remedy: "look at the kernel's log"),
        "XfrmOutStateDirError": CounterMeaning(
            what: "could not leave by an SA that only receives", cause: "the SA has -dir in",
            remedy: "write -dir out, or none, in the SA that sends"),
        "XfrmOutBundleGenError": CounterMeaning(
            what: "could not leave: no path could be made for them",
            cause: "there is no route to the other end of a tunnel, or SAs and templates contradict each other",
            remedy: "look at 'ip route get' for the other end"),
        "XfrmOutPolBlock": CounterMeaning(
            what: "were discarded by a policy on their way out", cause: "a policy says discard", remedy: explain,
            isWanted: true),
        "XfrmOutPolError": CounterMeaning(
            what: "could not leave by their policy", cause: "its template names an SPI that belongs to another SA",
            remedy: explain),
        "XfrmOutError": CounterMeaning(
            what: "could not be sent", cause: "the kernel had no memory or no route for them",
            remedy: "look at the kernel's log"),
    ]
}
