extension FileRulesTests {
    /// Two ends of a tunnel as they should be.
    static let gateway = """
        add 192.0.2.1 198.51.100.1 esp 0x2001 -m tunnel -u 7 -A hmac-md5 "abcdefghijklmnop" ;
        add 198.51.100.1 192.0.2.1 esp 0x2002 -m tunnel -u 7 -A hmac-md5 "bcdefghijklmnopq" ;
        spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-198.51.100.1/unique:7 ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/198.51.100.1-192.0.2.1/unique:7 ;
        spdadd 10.2.0.0/16 10.1.0.0/16 any -P fwd ipsec esp/tunnel/198.51.100.1-192.0.2.1/unique:7 ;

        """

    /// Files as careful people write them.
    static let honest: [String] = [
        "", "flush ; spdflush ;", "spdadd ::/0 ::/0 any -P out discard ;", gateway,
        // New keys beside the old ones.
        gateway + "add 198.51.100.1 192.0.2.1 esp 0x2102 -m tunnel -u 7 -A hmac-md5 \"cdefghijklmnopqr\" ;",
        // A part of a file: the policies are elsewhere.
        "add ::1 ::2 esp 300 -E null ;",
        // Two hosts; `require` inbound takes any reqid.
        """
        add ::1 ::2 esp 300 -E null ; add ::2 ::1 esp 301 -u 9 -E null ;
        spdadd ::1 ::2 any -P out ipsec esp/transport//require ;
        spdadd ::2 ::1 any -P in ipsec esp/transport//require ;
        """,
        // A bundle: the outer transform sees the tunnel's header.
        """
        add ::1 ::2 esp 300 -m tunnel -E null ; add ::1 ::2 ah 301 -A hmac-md5 "abcdefghijklmnop" ;
        spdadd fc00::1[23] fc00::2 any -P out ipsec esp/tunnel/::1-::2/require ah/transport//require ;
        """,
        // OSPFv3: one key for a group, from any source.
        """
        add :: ff02::5 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        add :: fe80::1 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        add :: fe80::2 esp 300 -u 1 -r 0 -A hmac-md5 "abcdefghijklmnop" ;
        spdadd fe80::/10 ff02::5 89 -P out ipsec esp/transport//unique:1 ;
        spdadd fe80::/10 fe80::/10 89 -P out ipsec esp/transport//unique:1 ;
        spdadd fe80::/10 ff02::5 89 -P in ipsec esp/transport//require ;
        spdadd fe80::/10 fe80::/10 89 -P in ipsec esp/transport//require ;
        """,
        // A hub between two spokes: mirrored selectors, both out, to two peers.
        """
        add ::1 ::2 esp 300 -m tunnel -E null ; add ::1 ::3 esp 301 -m tunnel -E null ;
        spdadd fc02::/16 fc03::/16 any -P out ipsec esp/tunnel/::1-::3/require ;
        spdadd fc03::/16 fc02::/16 any -P out ipsec esp/tunnel/::1-::2/require ;
        """,
        // An exception with a priority of its own, another protocol, another port.
        """
        spdadd 0.0.0.0/0 0.0.0.0/0[23] tcp -P out discard ;
        spdadd 0.0.0.0/0 192.0.2.9[23] tcp -P out prio high none ;
        spdadd 0.0.0.0/0 192.0.2.9 udp -P out none ;
        spdadd 0.0.0.0/0 192.0.2.9[25] tcp -P out none ;
        spdadd 0.0.0.0/0 192.0.2.9[23] tcp -P in none ;
        """,
        // What may do without an SA.
        "add ::1 ::2 esp 300 -E null ; spdadd ::/0 ::/0 any -P out ipsec ipcomp/transport//use esp/transport//require ;",
    ]

    /// Files with one mistake each, and the line and the code of what is said of it.
    static let mistaken: [(String, String)] = [
        // The wrong reqid, mode, protocol, direction, address; nothing at all.
        (gateway.replacing("-u 7 -A hmac-md5 \"a", "-A hmac-md5 \"a"), "3 no-sa-for-policy"),
        (gateway.replacing("0x2001 -m tunnel", "0x2001"), "3 no-sa-for-policy"),
        (gateway.replacing("esp 0x2002", "ah 0x2002"), "4 no-sa-for-policy"),
        (
            "add ::1 ::2 esp 300 -E null ; spdadd ::2 ::1 any -P in ipsec esp/transport//require ;",
            "1 no-sa-for-policy 1 no-policy-for-sa"
        ),
        (
            gateway.replacing("add 192.0.2.1 198.51.100.1", "add 192.0.2.9 198.51.100.1"),
            "3 no-sa-for-policy 1 no-policy-for-sa"
        ),
        (
            "spdadd ::1 ::2 any -P out ipsec esp/transport//unique ;\nadd ::1 ::2 esp 300 -E null ;",
            "1 no-sa-for-policy"
        ),
        ("spdadd ::1 ::2 any -P out ipsec esp/transport//unique:5 ;", "1 no-sa-for-policy"),
        (
            gateway + "add 192.0.2.1 198.51.100.1 ah 300 -m tunnel -u 7 -A hmac-md5 \"cdefghijklmnopqr\" ;",
            "6 no-policy-for-sa"
        ),
        (
            gateway.replacing("10.2.0.0/16 10.1.0.0/16 any -P fwd", "10.3.0.0/16 10.4.0.0/16 any -P fwd"),
            "4 tunnel-without-fwd"
        ),
        (
            "spdadd ::1 ::2 any -P out ipsec esp/transport//use ;\n"
                + "spdadd ::2 ::1 any -P out ipsec esp/transport//use ;",
            "2 same-direction-twice"
        ),
        (
            "spdadd ::1 ::2 tcp -P in ipsec esp/tunnel/::8-::9/use ;\n"
                + "spdadd ::2 ::1 6 -P in ipsec esp/tunnel/::9-::8/use ;",
            "1 tunnel-without-fwd 2 tunnel-without-fwd 2 same-direction-twice"
        ),
        ("spdadd ::/0 ::/0 any -P out discard ;\nspdadd ::1 ::2 udp -P out none ;", "2 overlapping-policies"),
        ("spdadd ::1 ::2 udp -P out none ;\nspdadd ::/0 ::/0 any -P out discard ;", "1 overlapping-policies"),
        // Each is the wider one in something.
        (
            "spdadd 10.0.0.0/8 10.1.0.0/16 any -P fwd none ;\nspdadd 10.2.0.0/16 10.0.0.0/8 any -P fwd discard ;",
            "2 overlapping-policies"
        ),
        ("spdadd ::1[5] ::/0 tcp -P out none ;\nspdadd ::/0 ::2[6] tcp -P out discard ;", "2 overlapping-policies"),
        (
            "spdadd 10.7.1.2/16 10.0.0.1 any -P out none ;\nspdadd 10.7.0.0/16 10.0.0.1 any -P out discard ;",
            "2 overlapping-policies"
        ),
        ("add 10.0.11.41 10.0.11.33 esp 123457 -m tunnel -E des-cbc \"ESP SA!!\" ;", "1 published-key"),
        ("add ::1 ::2 esp 300 -E aes-cbc 000102030405060708090a0b0c0d0e0f ;", "1 published-key"),
        (
            "add ::1 ::2 ah 300 -A hmac-md5 \"abcdefghijklmnop\" ;\n"
                + "add ::2 ::1 esp 301 -E aes-cbc \"abcdefghijklmnop\" ;",
            "2 shared-key"
        ),
    ]
}
