/// Two files, and what is in the kernel besides.
enum CrashTexts {
    private static let key = "-E null -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
    private static let otherKey = "-E null -A hmac-md5 0xff112233445566778899aabbccddeeff ;\n"

    /// What no file speaks of.
    static let foreign =
        "add 9.9.9.9 8.8.8.8 ah 0x999 -A hmac-md5 0x00112233445566778899aabbccddeeff ;\n"
        + "spdadd 9.9.9.0/24 8.8.8.0/24 any -P out discard ;\n"

    /// What is foreign until the second file declares it: an SA and a policy the same, an SA and a policy otherwise.
    static let contested = """
        add 10.0.0.1 10.0.0.4 esp 0x2000 \(key)\
        add 10.0.0.1 10.0.0.4 esp 0x2001 \(key)\
        spdadd 10.4.0.0/24 10.5.0.0/24 any -P out none ;
        spdadd 10.4.1.0/24 10.5.1.0/24 any -P out none ;

        """

    private static let common = """
        add 10.0.0.1 10.0.0.2 esp 0x1001 \(key)\
        spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:7 ;

        """

    static let first =
        common + """
            add 10.0.0.2 10.0.0.1 esp 0x1002 \(key)\
            add 10.0.0.1 10.0.0.2 esp 0x1003 -lh 86400 \(key)\
            add 10.0.0.1 10.0.0.2 esp 0x1004 \(key)\
            spdadd 10.1.1.0/24 10.2.0.0/24 any -P out none ;
            spdadd 10.1.2.0/24 10.2.0.0/24 any -P out none ;

            """

    /// SAs added in both directions, one replaced, one with other lifetimes, one gone; a policy added, one changed, one
    /// gone.
    static let second =
        common + """
            add 10.0.0.2 10.0.0.1 esp 0x1002 \(otherKey)\
            add 10.0.0.1 10.0.0.2 esp 0x1003 -lh 43200 \(key)\
            add 10.0.0.1 10.0.0.2 esp 0x1101 \(key)\
            add 10.0.0.2 10.0.0.1 esp 0x1102 \(key)\
            add 10.0.0.1 10.0.0.4 esp 0x2000 \(key)\
            add 10.0.0.1 10.0.0.4 esp 0x2001 \(otherKey)\
            spdadd 10.1.1.0/24 10.2.0.0/24 any -P out discard ;
            spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/10.0.0.2-10.0.0.1/unique:7 ;
            spdadd 10.4.0.0/24 10.5.0.0/24 any -P out none ;
            spdadd 10.4.1.0/24 10.5.1.0/24 any -P out discard ;

            """

    /// Requests that lead from the one to the other, and back: each replacement takes two.
    static let writes = 12
    /// Requests that lead to the second file from what is foreign.
    static let startingWrites = 11
    /// Of ``writes``, those that come before the second policy is changed.
    static let writesBeforeTheLastPolicy = 9
    /// Entries that only the first file declares.
    static let stale = 2
    /// Entries of others that the second file alters.
    static let altered = 2
}
