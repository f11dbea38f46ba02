# What `setkey --doctor` finds is what is wrong: each fault is made, with packets where it takes them, and then mended.
. ./check.sh

ip netns add far
ip link add near0 type veth peer name far0
ip link set far0 netns far
ip link set near0 up
ip -n far link set far0 up
ip -n far link set lo up
ip addr add 192.0.2.1/24 dev near0
ip -n far addr add 192.0.2.2/24 dev far0
for host in '' 'ip netns exec far'; do $host sysctl -qw net.core.xfrm_acq_expires=1; done
far() { ip -n far xfrm "$@"; }
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0

# examined: leaves what is found in $found, and the status in $status.
examined() { found=$(client --doctor 2>&1); status=$?; }
# finds SEVERITY CODE NAME, finds_no CODE NAME: in $found
finds() { if grep -q "^$1: .*\[$2\]\$" <<< "$found"; then pass "$3"; else fail "$3" "$found"; fi; }
finds_no() { if grep -q "^\(error\|warning\): .*\[$1\]\$" <<< "$found"; then fail "$2" "$found"; else pass "$2"; fi; }
counter() { awk -v name="Xfrm$1" '$1 == name { print $2 }' /proc/net/xfrm_stat; }
# until_counted COUNTER COMMAND...: runs the command until the counter has grown.
until_counted() {
    local name=$1 before deadline=$((SECONDS + 10))
    before=$(counter "$name")
    shift
    while [ "$(counter "$name")" = "$before" ]; do
        [ $SECONDS -lt $deadline ] || { fail "the kernel counts $name" "$(cat /proc/net/xfrm_stat)"; return; }
        "$@" > /dev/null 2>&1
        sleep .05
    done
}
# What the other end sends: in clear, or through the SAs that it has.
from_far() { ip netns exec far packet 192.0.2.2 4000 192.0.2.1 5000; }
from_here() { packet 192.0.2.1 4000 192.0.2.2 5000; }
far_protects() {
    far state flush; far policy flush
    far state add src 192.0.2.2 dst 192.0.2.1 proto esp spi "$1" mode transport enc 'cbc(aes)' "$2" auth 'hmac(sha1)' "${2}55667788"
    far policy update src 192.0.2.2 dst 192.0.2.1 proto udp dir out tmpl proto esp mode transport
}

reset_kernel
start_daemon
examined
examined
is "$status" 0 'nothing is wrong, or has become worse' "$found"

# --- What packets meet
far_protects 0x2001 $key
until_counted InNoStates from_far
examined
is "$status" 10 'packets by an SA that is not here'
finds warning XfrmInNoStates 'are found'
examined
finds warning XfrmInNoStates 'and whoever looks again soon is told again'

client -c <<< "add 192.0.2.2 192.0.2.1 esp 0x2001 -E aes-cbc ${key/3f/40} -A hmac-sha1 ${key/3f/40}55667788;"
until_counted InStateProtoError from_far
examined
finds error XfrmInStateProtoError 'packets under another key'
[ "$interface" = pfkey ] || has "$found" 'esp 192.0.2.1 spi 0x2001: ' 'with the SA whose they are'

client -c <<< "delete 192.0.2.2 192.0.2.1 esp 0x2001; add 192.0.2.2 192.0.2.1 esp 0x2001 -r 32 -E aes-cbc $key -A hmac-sha1 ${key}55667788;"
for number in 1 2 3; do from_far > /dev/null; done
until_counted InStateSeqError eval 'far_protects 0x2001 $key; from_far'
examined
finds error XfrmInStateSeqError 'a sender that began anew under an old SPI'
has "$found" 'give every new key a new SPI' 'with what to do'

far policy flush
client -c <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require;'
until_counted InTmplMismatch from_far
examined
finds warning XfrmInTmplMismatch 'packets in clear that are to be protected'
client -c <<< 'spdflush; flush; spdadd 192.0.2.2 192.0.2.1 udp -P in discard;'
until_counted InPolBlock from_far
examined
finds note XfrmInPolBlock 'what a policy discards is no fault'
finds_no XfrmInPolBlock 'though it goes on'

client -c <<< 'spdflush; spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/tunnel/192.0.2.1-192.0.2.9/require;'
[ "$(sysctl -n net.core.xfrm_larval_drop)" = 1 ] || fail 'packets without an SA are dropped'
lost() { echo $(($(counter OutNoStates) + $(counter AcquireError))); }
before=$(lost)
until_ 10 eval 'from_here > /dev/null; [ "$(lost)" -gt "$before" ]'
ok $? 'packets without an SA are counted' "$(cat /proc/net/xfrm_stat)"
examined
grep -q '^error: .*\[Xfrm\(OutNoStates\|AcquireError\)\]$' <<< "$found"
ok $? 'and found' "$found"
finds note no-sa-for-policy 'that the kernel has no SA at all is known, which its program may add'
client -c <<< "flush; add 192.0.2.1 192.0.2.2 esp 0x2002 -m tunnel -E aes-cbc $key -A hmac-sha1 ${key}55667788;"
examined
finds note no-sa-for-policy 'that none of them fits is found'
has "$found" 'spdadd 192.0.2.1 192.0.2.2 17 -P out' 'with the policy'
has "$found" 'goes from 192.0.2.1 to 192.0.2.2' 'and why the SA does not fit'

if [ "$interface" = xfrm ]; then
    reset_kernel
    ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2003 mode transport replay-oseq 0xffffffff \
        enc 'cbc(aes)' $key auth 'hmac(sha1)' ${key}55667788
    client -c <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require;'
    until_counted OutStateSeqError from_here
    examined
    finds error XfrmOutStateSeqError 'an SA without sequence numbers is found by its packets'
    finds error sequence-end 'and by itself'
    has "$found" 'foreign' 'whose it is, is said'
fi

# --- What entries show
reset_kernel
cat > "$work/site.conf" <<CONF
spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 10.2.0.0/24 10.1.0.0/24 any -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
add 192.0.2.1 192.0.2.2 esp 0x3001 -m tunnel -E aes-cbc $key -A hmac-sha1 ${key}11223344;
CONF
stop_daemon
start_daemon --config "$work/site.conf"
examined
finds warning forwarding-off 'a gateway that does not forward'
has "$found" "$work/site.conf:3:1" 'with the place of its policy'
sysctl -qw net.ipv4.ip_forward=1
examined
finds_no forwarding-off 'one that does'
finds error no-sa-for-policy 'the SA of the other way is missing'
has "$found" "$work/site.conf:2:1" 'at the policy that wants it'
ip xfrm state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x3002 mode tunnel enc 'cbc(aes)' $key auth 'hmac(sha1)' ${key}55667788
examined
finds_no no-sa-for-policy 'one that somebody else has put in will do'
dump=$(client -D -v; client -DP -v)
has "$dump" "owner: $work/site.conf:4:1" 'a dump says where an SA is declared'
has "$dump" "owner: $work/site.conf:1:1" 'and a policy'
has "$dump" 'owner: foreign' 'and what is foreign'
lacks "$(client -D)" 'owner:' 'if it is asked'
finds warning shared-key 'but for its key'
lacks "$found" "${key#0x}" 'which nobody is shown'
ip xfrm state delete src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x3002
client -c <<< "add 192.0.2.2 192.0.2.1 esp 0x3003 -m tunnel -ls 1 -lh 600 -E aes-cbc ${key/3f/41} -A hmac-sha1 ${key/3f/41}55667788;"
until_ 10 eval 'examined; grep -q lifetime-end <<< "$found"'
ok $? 'an SA that ends soon' "$found"

# --- How the machine is set up
sysctl -qw net.ipv4.conf.near0.disable_xfrm=1 net.ipv4.conf.near0.disable_policy=1
examined
finds warning xfrm-disabled 'a device by which nothing leaves protected'
finds warning policy-disabled 'and everything is let in'
has "$found" 'near0' 'its name'
sysctl -qw net.ipv4.conf.near0.disable_xfrm=0 net.ipv4.conf.near0.disable_policy=0
sysctl -qw net.ipv4.conf.all.disable_xfrm=1 net.ipv6.conf.near0.disable_policy=1
examined
has "$found" 'net.ipv4.conf.all.disable_xfrm is 1' 'all devices'
has "$found" 'net.ipv6.conf.near0.disable_policy is 1' 'and the other family'
sysctl -qw net.ipv4.conf.all.disable_xfrm=0 net.ipv6.conf.near0.disable_policy=0
examined
finds_no xfrm-disabled 'mended'
has "$found" 'esp 192.0.2.2 spi 0x3001: 1438 of 1500 bytes' 'the largest packet that fits through the tunnel'
client -c <<< 'spdadd 2001:db8:1::/64 2001:db8:2::/64 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;'
ip link set near0 mtu 1300
examined
finds warning tunnel-mtu 'a path that is too narrow for IPv6'
ip link set near0 mtu 1500
client -c <<< "add 192.0.2.2[4500] 192.0.2.1[4599] esp-udp 0x3004 -m tunnel -E aes-cbc ${key/3f/42} -A hmac-sha1 ${key/3f/42}55667788;"
examined
finds warning closed-port 'ESP in UDP that nobody takes out of UDP'
ip xfrm monitor acquire > /dev/null 2>&1 &
monitor=$!
until_ 10 eval 'examined; grep -q "^note: .*\[key-manager\]$" <<< "$found"'
ok $? 'another program that gets ACQUIREs' "$found"
has "$found" "NETLINK_XFRM, port $monitor " 'by its process id'
kill $monitor
wait $monitor 2> /dev/null
examined
lacks "$found" '[key-manager]' 'that is gone'
[ "$interface" = xfrm ] || finds note old-interface 'PF_KEY will not be there for ever'
document=$(client --doctor --json)
is $? 10 'a program asks'
[[ $document == '{'*'"findings"'*'"severity"'*'}' ]]
ok $? 'and gets a document' "$document"
finish
