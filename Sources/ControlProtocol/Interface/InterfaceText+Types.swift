extension InterfaceText {
    /// The types that methods and errors share.
    static let types = """
        # One of the two databases.
        type Database (associations, policies)

        # The protocols of associations.
        type Protocol (ah, esp, ipcomp)

        # What a monitor is told of: 'listening' is the first reply, 'overrun' says that messages of the kernel may have been
        # lost, 'other' is any other message of the kernel. Later versions may know further events.
        type Event (
          listening,
          added,
          updated,
          deleted,
          expired,
          policyExpired,
          acquire,
          flushed,
          policyAdded,
          policyUpdated,
          policyDeleted,
          policiesFlushed,
          migrated,
          newMapping,
          overrun,
          other
        )

        # Which lifetime of an association or a policy has ended. After the hard one it is gone.
        type Expiry (soft, hard)

        # One column of lifetimes: seconds, bytes, packets. A number above 2^63-1, which an int cannot hold, is 2^63-1;
        # setkey -D prints it as it is.
        type Lifetime (
          allocations: int,
          bytes: int,
          addTime: int,
          useTime: int
        )

        # Sequence numbers: the last one sent, the highest one received; and packets that came in and were dropped.
        type Numbers (
          sent: int,
          received: int,
          replayed: int,
          forged: int,
          late: int
        )

        # What traffic an association is for, as a policy says it.
        type Selector (
          source: string,
          destination: string,
          sourcePort: int,
          destinationPort: int,
          # IP protocol number; 255 is any.
          nextLayer: int
        )

        # The two ports of ESP in UDP.
        type Encapsulation (
          sourcePort: int,
          destinationPort: int
        )

        # What a network device does for an association.
        type Offload (
          device: string,
          # crypto, packet
          kind: string,
          # in, out
          direction: string
        )

        # What only XFRM says of an association.
        type Extensions (
          # Those that PF_KEY has not, by their words in setkey.conf(5).
          flags: []string,
          # Sequence numbers of 64 bits.
          extendedSequence: bool,
          # The length of the ICV in bits, where the algorithm's name does not say it.
          icv: ?int,
          padding: ?int,
          # in, out
          direction: ?string,
          careOfAddress: ?string,
          offload: ?Offload,
          # What the association is for.
          selector: ?Selector
        )

        # A security association. Keys are hexadecimal digits.
        type Association (
          source: string,
          destination: string,
          protocol: string,
          spi: int,
          # Value and mask, 0x1/0xff; part of the identity, like outputMark nothing where there is none.
          mark: ?string,
          mode: string,
          state: string,
          reqid: int,
          # Anti-replay window in packets.
          replay: int,
          # Those that PF_KEY has, as a number.
          flags: int,
          # Algorithms by name, or by number if they have none.
          encryption: ?string,
          integrity: ?string,
          compression: ?string,
          # What only XFRM says of it.
          extensions: ?Extensions,
          encryptionKey: ?string,
          integrityKey: ?string,
          # Equal for equal keys of one algorithm; of no use with another daemon, or after a new start. Only in lists and dumps.
          encryptionFingerprint: ?string,
          integrityFingerprint: ?string,
          # By the nonce of the call; see ListAssociations.
          encryptionDigest: ?string,
          integrityDigest: ?string,
          encapsulation: ?Encapsulation,
          # The mark of its packets afterwards.
          outputMark: ?string,
          # Of its XFRM interface.
          interfaceID: ?int,
          current: Lifetime,
          numbers: ?Numbers,
          soft: ?Lifetime,
          hard: ?Lifetime,
          # The kernel interface could tell only part of it.
          degraded: ?bool,
          # FILE:LINE:COLUMN, with ", drifted" behind it where the kernel has it otherwise; undeclared of what the file has
          # declared once, foreign of anything else. Only in lists.
          owner: ?string
        )

        # A security policy.
        type Policy (
          # in, out, fwd, in(socket), out(socket)
          direction: string,
          # What happens to packets that no policy matches, and not a policy.
          isDefault: ?bool,
          # Address with prefix length; any of a default.
          source: string,
          destination: string,
          sourcePort: int,
          destinationPort: int,
          # IP protocol number; 255 is any.
          nextLayer: int,
          # Value and mask, 0x1/0xff.
          mark: ?string,
          # Of its XFRM interface.
          interfaceID: ?int,
          # The name of its network device.
          device: ?string,
          # localok, icmp, or both with a comma in between
          flags: ?string,
          # discard, none, ipsec
          action: string,
          # As in setkey.conf, in order: esp/tunnel/192.0.2.1-192.0.2.2/require
          transforms: []string,
          priority: int,
          index: ?int,
          # Seconds since 1970; 0 is never.
          created: int,
          lastUsed: int,
          # Seconds; 0 is unlimited.
          lifetime: int,
          validTime: int,
          # Seconds after which its end is announced; nothing where that is unlimited.
          softLifetime: ?int,
          softValidTime: ?int,
          # As in Association; none of policies of sockets.
          owner: ?string
        )

        # An entry that might be meant, and that the kernel does not take for a packet, with one phrase for each reason. The
        # owner is FILE:LINE:COLUMN, foreign, or undeclared of what the file has declared once.
        type NearMiss (
          entry: string,
          owner: string,
          reasons: []string
        )

        # One transform of a policy, and the association that it takes, without keys; nothing where none fits.
        type TransformLookup (
          transform: string,
          association: ?Association,
          owner: ?string,
          # How many fit.
          fitting: int,
          misses: ?[]NearMiss,
          reason: string
        )

        # What the policies of one direction do to a packet.
        type PolicyLookup (
          direction: string,
          # Nothing where none matches, and the default decides.
          policy: ?Policy,
          statement: ?string,
          owner: ?string,
          # Policies that match, are as strong, and do something else.
          rivals: ?[]string,
          # Policies for its addresses that do not match it.
          misses: ?[]NearMiss,
          transforms: []TransformLookup,
          # protected, clear, dropped
          fate: string,
          reason: string,
          advice: ?[]string
        )

        # What is wrong, or soon will be.
        type Finding (
          # error: traffic fails; warning: something is probably wrong; note: good to know.
          severity: string,
          # The rule that has found it; of a counter of the kernel the counter's name.
          code: string,
          message: string,
          # The entry that it is about: an association by its name, a policy as a statement.
          subject: ?string,
          # Whose that is, as in NearMiss.
          owner: ?string,
          # What shows it.
          evidence: ?[]string,
          # What it comes from, probably.
          cause: ?string,
          # What to do.
          remedy: ?string
        )

        # Something about a call's text; offset and length are bytes of its UTF-8. File, line and column, both from 1, are
        # for setkey --json, which knows the files: offset and length are then the file's.
        type Diagnostic (
          # error, warning, note
          severity: string,
          file: ?string,
          line: ?int,
          column: ?int,
          offset: int,
          length: int,
          message: string,
          # What to do; may be empty.
          advice: string,
          # The rule that it is a remark of.
          code: ?string
        )

        # A statement that the kernel refused; offset and length are bytes of the text's UTF-8. The rest as in Diagnostic.
        type StatementFailure (
          file: ?string,
          line: ?int,
          column: ?int,
          offset: int,
          length: int,
          operation: string,
          errno: int,
          reason: string
        )


        """
}
