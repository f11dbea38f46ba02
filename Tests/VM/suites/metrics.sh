# Figures: what `setkey --metrics` says is what ip(8) and the kernel's counters say, and scrapes disturb nothing.
. ./check.sh

ip netns add far
ip link add near0 type veth peer name far0
ip link set far0 netns far
ip link set near0 up
ip -n far link set far0 up
ip -n far link set lo up
ip addr add 192.0.2.1/24 dev near0
ip -n far addr add 192.0.2.2/24 dev far0
# The two know each other: a packet that has to wait for that may be lost.
until_ 10 eval 'ip netns exec far ping -q -n -c 1 -W 1 192.0.2.1 > /dev/null'
ok $? 'the wire carries'
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
far() { ip -n far xfrm "$@"; }
to_far() { packet 192.0.2.1 4000 192.0.2.2 5000 > /dev/null 2>&1; }
from_far() { ip netns exec far packet 192.0.2.2 4000 192.0.2.1 5000 > /dev/null 2>&1; }

# scrape [OPTION...]: leaves the figures in $figures. value NAME: of the sample with this name and these labels.
scrape() { figures=$(client --metrics "$@" 2>&1); }
value() { awk -v name="$1" '$1 == name { print $2 }' <<< "$figures"; }
# counted SPI: bytes, packets, replay-window, replay, failed, as ip(8) says.
counted() {
    ip -s xfrm state | awk -v spi="spi $1(" '
        /^src / { inside = 0 }
        index($0, spi) { inside = 1 }
        inside && /lifetime current:/ { getline; print $1 + 0, $2 + 0 }
        inside && /replay-window [0-9]+ replay/ { print $2, $4, $6 }' | paste -sd ' '
}
# told SOURCE DESTINATION: the same by the figures of the two endpoints.
told() {
    local name names='bytes packets'
    [ $interface = pfkey ] || names="$names late_packets replayed_packets integrity_failures"
    for name in $names; do value "setkeyd_tunnel_${name}_total{source=\"$1\",destination=\"$2\"}"; done | paste -sd ' '
}
# agrees SPI SOURCE DESTINATION: whether they are the same now.
agrees() {
    local wanted
    wanted=$(counted "$1")
    [ $interface != pfkey ] || wanted=$(cut -d ' ' -f 1,2 <<< "$wanted")
    scrape
    [ "$(told "$2" "$3")" = "$wanted" ]
}

reset_kernel
echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 86400 -E aes-cbc $key -A hmac-sha1 ${key}11223344;
add 192.0.2.2 192.0.2.1 esp 0x1002 -E aes-cbc ${key/3f/40} -A hmac-sha1 ${key/3f/40}55667788;
spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require;
spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require;" > "$work/metrics.conf"
start_daemon --config "$work/metrics.conf"
far state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x1002 mode transport enc 'cbc(aes)' "${key/3f/40}" \
    auth 'hmac(sha1)' "${key/3f/40}55667788"
far policy update src 192.0.2.2 dst 192.0.2.1 proto udp dir out tmpl proto esp mode transport

# --- Traffic
for _ in $(seq 7); do to_far; done
for _ in $(seq 5); do from_far; done
until_ 10 agrees 0x00001001 192.0.2.1 192.0.2.2
ok $? 'what leaves is as ip -s xfrm state says' "$(counted 0x00001001) / $(told 192.0.2.1 192.0.2.2)"
[ "$(counted 0x00001001 | cut -d ' ' -f 2)" -ge 7 ]
ok $? 'and it is seven packets at least' "$(counted 0x00001001)"
until_ 10 eval '[ "$(counted 0x00001002 | cut -d " " -f 2)" = 5 ]'
ok $? 'what comes in has come' "$(counted 0x00001002)"
until_ 10 agrees 0x00001002 192.0.2.2 192.0.2.1
ok $? 'and so is what comes in' "$(counted 0x00001002) / $(told 192.0.2.2 192.0.2.1)"
# The other end begins anew under its SPI: the numbers have been seen. Then it has another key.
far state flush
far state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x1002 mode transport enc 'cbc(aes)' "${key/3f/40}" \
    auth 'hmac(sha1)' "${key/3f/40}55667788"
for _ in 1 2 3; do from_far; done
far state flush
far state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x1002 mode transport replay-oseq 1000 enc 'cbc(aes)' "${key/3f/41}" \
    auth 'hmac(sha1)' "${key/3f/41}55667788"
for _ in 1 2; do from_far; done
until_ 10 agrees 0x00001002 192.0.2.2 192.0.2.1
ok $? 'what was replayed and forged is, too' "$(counted 0x00001002) / $(told 192.0.2.2 192.0.2.1)"
if [ $interface = pfkey ]; then
    lacks "$figures" setkeyd_tunnel_integrity_failures_total 'PF_KEY does not tell it, and no figure says 0'
else
    is "$(counted 0x00001002 | cut -d ' ' -f 4,5)" '3 2' 'three were replayed, and two forged'
    left=$(value 'setkeyd_tunnel_sequence_numbers_left{source="192.0.2.2",destination="192.0.2.1"}')
    is "$left" $((2 ** 32 - 1 - 5)) 'sequence numbers are left'
fi
left=$(value 'setkeyd_tunnel_lifetime_left_seconds{source="192.0.2.1",destination="192.0.2.2",limit="hard"}')
[ "${left:-0}" -gt 86000 ] && [ "$left" -le 86400 ]
ok $? "$left seconds are left" "$figures"
is "$(sed -n 's/^setkeyd_xfrm_drops_total{counter="\(.*\)"} \(.*\)/\1 \2/p' <<< "$figures")" \
    "$(awk '{ print $1, $2 }' /proc/net/xfrm_stat)" 'the counters of drops are those of the kernel'

# --- Entries
ip xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x2001 enc 'cbc(aes)' $key auth 'hmac(sha1)' "${key}11223344"
ip xfrm policy add src 10.8.0.0/16 dst 10.9.0.0/16 dir fwd action block
has_foreign() { scrape --per-sa; [ "$(value 'setkeyd_associations{owner="foreign",state="mature"}')" = 1 ]; }
until_ 10 has_foreign
ok $? 'a foreign SA is counted as one'
is "$(value 'setkeyd_associations{owner="declared",state="mature"}')" 2 'beside those of the file'
is "$(value 'setkeyd_policies{owner="foreign",direction="fwd"}')" 1 'and so is a foreign policy'
has "$figures" 'protocol="esp",spi="0x2001",mark="",owner="foreign",state="mature",mode="transport",reqid="0"} 1' \
    'with --per-sa it has a name'
sa='{source="192.0.2.1",destination="192.0.2.2",protocol="esp",spi="0x1001",mark=""}'
is "$(value "setkeyd_association_bytes_total$sa")" "$(counted 0x00001001 | cut -d ' ' -f 1)" 'and each SA its bytes'
lacks "$figures" "${key:2:16}" 'no key is among the figures'
is "$(tail -n 1 <<< "$figures")" '# EOF' 'the text is whole'

# An SA goes, and what it has counted stays in the sum of its endpoints.
sum=$(value 'setkeyd_tunnel_bytes_total{source="192.0.2.1",destination="192.0.2.2"}')
sed -i s/0x1001/0x1003/ "$work/metrics.conf"
client --reload > /dev/null
rolled() { scrape; [ "$(value 'setkeyd_reloads_total{outcome="done"}')" = 2 ]; }
until_ 10 rolled
ok $? 'a reload is counted'
[ "$(value 'setkeyd_tunnel_bytes_total{source="192.0.2.1",destination="192.0.2.2"}')" -ge "$sum" ]
ok $? 'after a roll of keys no sum has fallen'
ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1003
repaired() { scrape; [ "$(value setkeyd_repairs_total)" = 1 ] && [ "$(value setkeyd_in_force)" = 1 ]; }
until_ 20 repaired
ok $? 'a repair is counted' "$figures"

# --- HTTP
answer=$(printf 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n' | client --metrics --http)
has "$answer" $'HTTP/1.1 200 OK\r' 'a request is answered'
has "$answer" 'setkeyd_up 1' 'with the figures'

# --- Many at once
for number in $(seq 200); do client --metrics > "$work/scrape.$number" 2>&1 & echo $!; done > "$work/pids"
for pid in $(< "$work/pids"); do wait "$pid"; done
is "$(cat "$work"/scrape.* | grep -c '^# EOF$')" 200 '200 scrapes at once are all answered'
rm -f "$work"/scrape.*

# --- While much is loaded
stop_daemon
reset_kernel
awk -v key=$key 'BEGIN { for (i = 0; i < 5000; i++) {
    printf "add 192.0.2.1 10.%d.%d.%d esp 0x%x -E aes-cbc %s -A hmac-sha1 %s11223344;\n", i / 65536, i / 256 % 256, i % 256, 65536 + i, key, key
    printf "spdadd 192.0.2.1 10.%d.%d.%d any -P out ipsec esp/transport//require;\n", i / 65536, i / 256 % 256, i % 256 } }' \
    > "$work/many.conf"
: > "$work/metrics.conf"
start_daemon --config "$work/metrics.conf"
# reload FILE: leaves how long it takes, in ms.
reload() {
    local start=${EPOCHREALTIME/./}
    cat "$1" > "$work/metrics.conf"
    client --reload > "$work/out" 2>&1
    ok $? "a reload${2:-}" "$(< "$work/out")"
    milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000))
}
reload "$work/many.conf" ' of 10,000 entries'
alone=$milliseconds
reload /dev/null ' of none'
: > "$work/scrapes"
while client --metrics > "$work/last" 2>&1; do echo >> "$work/scrapes"; sleep .1; done &
scraper=$!
reload "$work/many.conf" ' of 10,000 entries with scrapes'
echo "# 10,000 entries: $alone ms alone, $milliseconds ms with $(wc -l < "$work/scrapes") scrapes, one each 0.1 s:" \
    "$(awk -v a=$alone -v b=$milliseconds 'BEGIN { printf "%.2f", b / a }')"
kill $scraper
wait $scraper
full() { scrape; [ "$(value 'setkeyd_associations{owner="declared",state="mature"}')" = 5000 ]; }
until_ 20 full
ok $? 'and all of them are told of' "$(head -c 1000 <<< "$figures")"
is "$(value setkeyd_in_force)" 1 'the file is in force'
is "$(value setkeyd_tunnels)" 5000 'there are as many tunnels'
is "$(grep -c '^setkeyd_tunnel_bytes_total{' <<< "$figures")" 257 'and 256 of them have names, the rest one'
is "$(value setkeyd_kernel_overruns_total)" 0 'nothing was lost'
head -n 2000 "$work/many.conf" > "$work/thousand.conf"
reload "$work/thousand.conf" ' of 1,000 SAs'
client --metrics --per-sa > /dev/null
start=${EPOCHREALTIME/./}
for _ in 1 2 3 4 5; do client --metrics --per-sa > "$work/out"; done
echo "# --metrics --per-sa of 1,000 SAs: $(((${EPOCHREALTIME/./} - start) / 5000)) ms, $(wc -c < "$work/out") bytes;" \
    "--version: $(start=${EPOCHREALTIME/./}; for _ in 1 2 3 4 5; do setkey -V > /dev/null; done; echo $(((${EPOCHREALTIME/./} - start) / 5000))) ms"
is "$(grep -c '^setkeyd_association_info{' "$work/out")" 1000 'each of 1,000 SAs is told of'

stop_daemon
ip link del near0
finish
