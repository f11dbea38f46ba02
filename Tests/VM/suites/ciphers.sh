# Every algorithm that only XFRM can say carries packets between the SAs of a daemon, at a, and those of ip-xfrm(8), at b,
# which is code that is not ours; where the keys differ none gets through. Then the same across 2^32, with extended sequence
# numbers, by SAs that take the place of others. Through XFRM, whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm ours=a
# The guest loads nothing on demand: this authenticates extended numbers where the cipher does not.
modprobe authencesn

# Protocol, algorithms in the language and for ip-xfrm(8), and whether the payload can be read; @N is a key of N bytes.
cat > "$work/table" <<'TABLE'
esp|-E aes-gcm-16 @20|aead rfc4106(gcm(aes)) @20 128|hidden
esp|-E aes-gcm-16 @28|aead rfc4106(gcm(aes)) @28 128|hidden
esp|-E aes-gcm-16 @36|aead rfc4106(gcm(aes)) @36 128|hidden
esp|-E aes-gcm-12 @20|aead rfc4106(gcm(aes)) @20 96|hidden
esp|-E aes-gcm-8 @36|aead rfc4106(gcm(aes)) @36 64|hidden
esp|-E aes-ccm-16 @19|aead rfc4309(ccm(aes)) @19 128|hidden
esp|-E aes-ccm-12 @27|aead rfc4309(ccm(aes)) @27 96|hidden
esp|-E aes-ccm-8 @35|aead rfc4309(ccm(aes)) @35 64|hidden
esp|-E aes-gmac @20|aead rfc4543(gcm(aes)) @20 128|readable
esp|-E aes-gmac @36|aead rfc4543(gcm(aes)) @36 128|readable
esp|-E chacha20-poly1305 @36|aead rfc7539esp(chacha20,poly1305) @36 128|hidden
esp|-E aes-cbc @16 -A hmac-sha256-128 @32|enc cbc(aes) @16 auth-trunc hmac(sha256) @32 128|hidden
esp|-E aes-cbc @32 -A hmac-sha512 @64 -icv 512|enc cbc(aes) @32 auth-trunc hmac(sha512) @64 512|hidden
esp|-E aes-cbc @16 -A aes-cmac @16|enc cbc(aes) @16 auth-trunc cmac(aes) @16 96|hidden
ah|-A hmac-sha256-128 @32|auth-trunc hmac(sha256) @32 128|readable
ah|-A aes-cmac @16|auth-trunc cmac(aes) @16 96|readable
TABLE
rows=$(wc -l < "$work/table")

# written OPTIONS A-OUT A-IN B-OUT B-IN: from the table, with the options of the language for the SAs of a, and those of
# ip-xfrm(8) for SAs that go out and come in: a.conf, the SAs of a in a.batch, all of b in b.batch. Row NN is for 10.2.1.NN,
# with SAs of SPI 0x10NN from a and 0x20NN from b, and for 10.2.2.NN with 0x30NN and 0x40NN, of which b has another key of
# the former. A key repeats its SA's SPI.
written() {
    awk -F'|' -v conf="$work/a.conf" -v ours="$work/a.batch" -v theirs="$work/b.batch" -v options="$1" -v a_out="$2" \
        -v a_in="$3" -v b_out="$4" -v b_in="$5" '
        function key(bytes, seed,  k) { while (length(k) < 2 * bytes) k = k seed; return "0x" substr(k, 1, 2 * bytes) }
        function filled(text, seed) {
            while (match(text, /@[0-9]+/))
                text = substr(text, 1, RSTART - 1) key(substr(text, RSTART + 1, RLENGTH - 1), seed) substr(text, RSTART + RLENGTH)
            return text
        }
        function by_ip(from, to, spi, options, seed) {
            return "xfrm state add src " from " dst " to " proto " $1 " spi 0x" spi " reqid " reqid " mode tunnel " \
                options " " filled($3, seed)
        }
        function by_us(from, to, spi) {
            return "add " from " " to " " $1 " 0x" spi " -m tunnel -u " reqid " " options " " filled($2, spi) ";"
        }
        function policy(from, to, direction, out, in_) {
            return "xfrm policy add src " from " dst " to " dir " direction " tmpl src " out " dst " in_ " proto " $1 \
                " reqid " reqid " mode tunnel"
        }
        function both(inner, there, back, seed) {
            reqid = there + 0
            print by_us(a, b, there) "\n" by_us(b, a, back) > conf
            print "spdadd 10.1.0.1 " inner " any -P out ipsec " $1 "/tunnel/" a "-" b "/unique:" reqid ";" > conf
            print "spdadd " inner " 10.1.0.1 any -P in ipsec " $1 "/tunnel/" b "-" a "/unique:" reqid ";" > conf
            print by_ip(a, b, there, a_out, there) "\n" by_ip(b, a, back, a_in, back) > ours
            print by_ip(a, b, there, b_in, seed) "\n" by_ip(b, a, back, b_out, back) > theirs
            print policy(inner, "10.1.0.1", "out", b, a) "\n" policy("10.1.0.1", inner, "in", a, b) > theirs
        }
        BEGIN { a = "192.0.2.1"; b = "192.0.2.2" }
        { row = sprintf("%02d", NR); both("10.2.1." NR, "10" row, "20" row, "10" row)
          both("10.2.2." NR, "30" row, "40" row, "50" row) }' "$work/table"
}
# pings NET COUNT: to every row of 10.2.NET; a line of "ROW RECEIVED" each. What comes back comes to each ping that runs, too
# much for many at once; those to 10.2.2 wait for nothing, all together.
pings() {
    local row waiting=()
    for ((row = 1; row <= rows; row++)); do
        echo "$row $(pinged "$2" "10.2.$1.$row" -p c0de)" > "$work/ping.$row" &
        [ "$1" = 2 ] || wait $!
        waiting+=($!)
    done
    wait "${waiting[@]}"
    cat "$work"/ping.* | sort -n
}
# every TEXT: a line of "ROW TEXT" for each row
every() { awk -v text="$1" '{ print NR, text }' "$work/table"; }
# seen END FIRST: of the SAs FIRST01, FIRST02 and so on at that end, lines of "ROW PACKETS FAILED"
seen() {
    ip -n "$1" -s xfrm state list | awk -v first="0x0000$2" '
        / spi / { spi = substr($4, 1, 8) == first ? substr($4, 9, 2) + 0 : 0 }
        spi && /\(bytes\), [0-9]+\(packets\)$/ { packets[spi] = $2 + 0 }
        spi && / failed / { print spi, packets[spi], $NF }' | sort -n
}
settled() { at a --status 2> /dev/null | grep -q 'state: settled'; }
afresh() {
    local end
    stop_ends
    for end in a b; do ip -n $end xfrm state flush; ip -n $end xfrm policy flush; done
    : > "$work/a.log"
}

make_ends
ip -n b addr add 10.2.1.0/24 dev lo
ip -n b addr add 10.2.2.0/24 dev lo
ip -n a route add 10.2.0.0/16 via "${outer[b]}" src "${inner[a]}"

written '-r 32' 'replay-window 32' 'replay-window 32' 'replay-window 32' 'replay-window 32'
ip -n b -batch "$work/b.batch"
ok $? 'ip-xfrm(8) makes one end'
start_ends && until_ 20 settled
ok $? 'the daemon makes the other' "$(tail -n 20 "$work/a.log")"
# Only what goes out: a device that receives ESP shows the decrypted packet, too.
ip netns exec a tcpdump --immediate-mode -U -n -Z root -i wire -w "$work/wire.pcap" -Q out ip 2> "$work/capture" &
capture=$!
until_ 20 grep -q listening "$work/capture"
is "$(pings 1 3)" "$(every 3)" 'packets of every algorithm come back'
kill -INT $capture
wait $capture
is "$(seen a 10)"$'\n'"$(seen a 20)" "$(every '3 0')"$'\n'"$(every '3 0')" 'each by its SAs, at this end'
is "$(seen b 10)"$'\n'"$(seen b 20)" "$(every '3 0')"$'\n'"$(every '3 0')" 'and at the other'
# The pattern of the payload, which only what authenticates alone leaves readable
is "$(tcpdump -n -x -r "$work/wire.pcap" 2> /dev/null | awk '
    !/^\t/ { row = 0 }
    /spi=/ { match($0, /spi=0x[0-9a-f]*/); row = substr($0, RSTART + 12, 2) + 0; state[row] = "hidden"; bytes = ""; next }
    /^\t0x/ && row { for (i = 2; i <= NF; i++) bytes = bytes $i; if (bytes ~ /c0dec0dec0de/) state[row] = "readable" }
    END { for (row in state) print row, state[row] }' | sort -n)" "$(awk -F'|' '{ print NR, $4 }' "$work/table")" \
    'on the wire only what is not encrypted can be read'
is "$(pings 2 2)" "$(every 0)" 'with another key at the other end none comes back'
is "$(seen b 30)" "$(every '0 2')" 'because each fails there'

# The daemon goes on with the numbers of the SAs that it replaces, here 20 before 2^32; b is told where they begin.
afresh
esn='flag esn replay-window'
written '-esn -r 64' "$esn 32 replay-oseq 4294967276" "$esn 32 replay-seq 4294967276" \
    "$esn 64 replay-oseq 4294967276" "$esn 64 replay-seq 4294967276"
ip -n a -batch "$work/a.batch" && ip -n b -batch "$work/b.batch"
ok $? 'SAs that are near 2^32'
start_ends && until_ 20 settled
ok $? 'the daemon replaces those of one end, which have another window' "$(tail -n 20 "$work/a.log")"
has "$(cat "$work/a.log")" "settled: $((4 * rows)) SAs and $((4 * rows)) policies declared, $((12 * rows)) kernel writes" 'all of them'
is "$(pings 1 30)" "$(every 30)" 'packets of every algorithm cross 2^32, both ways'
is "$(seen b 10)"$'\n'"$(seen a 20)" "$(every '30 0')"$'\n'"$(every '30 0')" 'each by its SAs'
is "$(at a -D | grep -c 'sequence: sent=4294967306 ')" "$rows" 'and the numbers go on beyond it'
remove_ends
finish
