extension InterfaceText {
    /// The types of what `setkey --json` prints that no method replies, in the language of the interface, of which they are
    /// no part: for docs/setkeyd.schema.json.
    package static let documentTypes = """
        # What setkey --compare finds.
        type Comparison (
          # What the two ends are called.
          here: string,
          there: string,
          # How many pairs were compared.
          associations: int,
          policies: int,
          keys: int,
          # Pairs of keys of which one is not known.
          unknownKeys: int,
          # Entries of other tunnels.
          othersHere: int,
          othersThere: int,
          # Whether lengths of ICVs and extended sequence numbers were compared, which PF_KEY does not tell.
          complete: bool,
          differences: []EndDifference
        )

        # Something in which two ends differ.
        type EndDifference (
          # The association or the policy, by its name here.
          entry: string,
          # What of it differs.
          field: (
            presence, source, mode, encryption, integrity, compression, icv, encryptionKey, integrityKey, window,
            extendedSequence, soft, hard, encapsulation, reqid, action, transforms, level
          ),
          # What it is here and there; neither of keys.
          here: ?string,
          there: ?string
        )


        """
}
