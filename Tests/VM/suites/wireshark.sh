# `setkey --wireshark`: packets of every cipher that Wireshark knows, of AH's kind of ICVs, of IPv6 and in UDP go over a wire.
# What was captured and what setkey says of the SAs is left in /out, where tshark decrypts it when this guest is down:
# Tests/VM/decrypt. Through XFRM, whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm ours=a

# Protocol, algorithms, the bytes of their keys, and what tshark does: it checks the ICV, or not, or there is none; or it has no
# name for the algorithms, or has one in newer versions alone.
cat > "$work/table" <<'TABLE'
esp|-E null -A hmac-sha1 @20|checked
esp|-E des-cbc @8 -A hmac-md5 @16|checked
esp|-E 3des-cbc @24 -A hmac-sha256 @32|checked
esp|-E cast128-cbc @16 -A hmac-sha256-128 @32|checked
esp|-E blowfish-cbc @16 -A hmac-sha384 @48|checked
esp|-E twofish-cbc @32 -A hmac-sha512 @64|checked
esp|-E aes-cbc @16 -A aes-xcbc-mac @16|unchecked
esp|-E aes-cbc @32 -A hmac-sha512 @64 -icv 128|unchecked
esp|-E aes-ctr @20 -A aes-cmac @16|unchecked
esp|-E aes-cbc @24|none
esp|-E aes-gcm-8 @20|checked
esp|-E aes-gcm-12 @28|checked
esp|-E aes-gcm-16 @36|checked
esp|-E chacha20-poly1305 @36|newer
esp-udp|-E aes-cbc @16 -A hmac-sha256-128 @32|checked
esp|-E aes-ccm-16 @19|unknown
esp|-E camellia-cbc @16 -A hmac-sha1 @20|unknown
TABLE
rows=$(wc -l < "$work/table")

# Row NN: from a, which has them all, to 10.2.1.NN, and to 2001:db8:2::NN, by the SAs 0x10NN and 0x60NN.
awk -F'|' '
    function key(bytes, seed,  k) { while (length(k) < 2 * bytes) k = k seed; return "0x" substr(k, 1, 2 * bytes) }
    function filled(text, seed) {
        while (match(text, /@[0-9]+/))
            text = substr(text, 1, RSTART - 1) key(substr(text, RSTART + 1, RLENGTH - 1), seed) substr(text, RSTART + RLENGTH)
        return text
    }
    { spi = sprintf("10%02d", NR); v6 = sprintf("60%02d", NR)
      print "add 192.0.2.1 192.0.2.2 " $1 " 0x" spi " -m tunnel -u " spi " -r 0 " filled($2, spi "a5") ";"
      print "spdadd 10.1.0.1 10.2.1." NR " any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:" spi ";"
      if ($1 == "esp-udp") next
      print "add 2001:db8::1 2001:db8::2 " $1 " 0x" v6 " -m tunnel -u " v6 " -r 0 " filled($2, v6 "5a") ";"
      print "spdadd 2001:db8:1::1 2001:db8:2::" NR " any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/unique:" v6 ";"
    }' "$work/table" > "$work/a.conf"
make_ends
for end in a b; do
    ip netns exec $end sysctl -q net.ipv6.conf.wire.accept_dad=0
    ip -n $end addr add "2001:db8::$([ $end = a ] && echo 1 || echo 2)/64" dev wire nodad
done
ip -n a addr add 2001:db8:1::1/128 dev lo
ip -n a route add 10.2.0.0/16 via 192.0.2.2 src 10.1.0.1
ip -n a route add 2001:db8:2::/48 via 2001:db8::2 src 2001:db8:1::1
settled() { at a --status 2> /dev/null | grep -q 'state: settled'; }
start_ends && until_ 20 settled
ok $? 'the daemon has its SAs' "$(tail -n 20 "$work/a.log")"

ip netns exec a tcpdump --immediate-mode -U -n -Z root -i wire -w "$work/wire.pcap" -Q out \
    'esp or udp port 4500' 2> "$work/capture" &
capture=$!
until_ 20 grep -q listening "$work/capture"
sent() { tcpdump --count -n -r "$work/wire.pcap" 2> /dev/null | sed -n 's/^\([0-9]*\) packets\?$/\1/p'; }
# The neighbours are found first.
ip netns exec a ping -q -c 1 -W 5 192.0.2.2 > /dev/null
ip netns exec a ping -q -c 1 -W 5 2001:db8::2 > /dev/null
for ((row = 1; row <= rows; row++)); do
    ip netns exec a ping -q -n -c 1 -W 1 -p c0de "10.2.1.$row" > /dev/null &
    ip netns exec a ping -q -n -c 1 -W 1 -p c0de "2001:db8:2::$row" > /dev/null &
done
all_sent() { [ "$(sent)" = $((2 * rows - 1)) ]; }
until_ 30 all_sent
ok $? 'a packet of each SA is on the wire' "$(sent) packets of $((2 * rows - 1))"
kill -INT $capture
wait $capture
at a --wireshark > /out/esp_sa
is $? 0 'the SAs are printed'
is "$(grep -c '^"' /out/esp_sa) $(grep -c '^# ' /out/esp_sa)" "$((2 * rows - 1 - 4)) 4" \
    'as lines, and as comments where Wireshark has no name'
cp "$work/wire.pcap" /out/wire.pcap
# What tshark should see of each SA
awk -F'|' '{ printf "0x000010%02d %s\n", NR, $3 } $1 == "esp" { printf "0x000060%02d %s\n", NR, $3 }' "$work/table" \
    > /out/esp_sa.wanted
chmod a+r /out/wire.pcap /out/esp_sa /out/esp_sa.wanted
remove_ends
finish
