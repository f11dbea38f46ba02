# Off and on: what the file owns goes and comes as a whole, with packets on the way, kills, and foreign entries.
. ./check.sh

ours() { ip -n a xfrm state | grep -c '^src' ; }
clear() { ip netns exec b tcpdump --immediate-mode -n -i vb icmp 2> /dev/null; }
# crossed: how many of three pings come back.
crossed() { ip netns exec a ping -q -c 3 -i .2 -W 1 10.9.0.2 2> /dev/null | sed -n 's/.* \([0-9]*\) received.*/\1/p'; }
in_esp() { ip -n a -s xfrm state | awk '/lifetime current/ { getline; n += $2 } END { print n + 0 }'; }

reset_kernel
for host in a b; do ip netns add $host; ip -n $host link set lo up; done
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.9.0.1/24 dev va; ip -n a link set va up
ip -n b addr add 10.9.0.2/24 dev vb; ip -n b link set vb up
key=0x000102030405060708090a0b0c0d0e0f
pair="add 10.9.0.1 10.9.0.2 esp 0x1001 -E aes-cbc $key -A hmac-sha1 ${key}10111213;
add 10.9.0.2 10.9.0.1 esp 0x1002 -E aes-cbc $key -A hmac-sha1 ${key}10111213;"
{ echo "$pair"
  echo 'spdadd 10.9.0.1 10.9.0.2 icmp -P out ipsec esp/transport//require;'
  echo 'spdadd 10.9.0.2 10.9.0.1 icmp -P in ipsec esp/transport//require;'; } > "$work/a.conf"
# Here and there a foreign SA, which is nobody's business.
ip -n a xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x9999 mode tunnel enc 'ecb(cipher_null)' ''
: > "$work/empty.conf"
# The other end accepts both, so that what crosses says nothing about it.
ip netns exec b setkeyd --kernel "$interface" --config "$work/empty.conf" --socket "$work/b.sock" --state-directory "$work/state-b" \
    2>> "$work/b.log" >&2 &
other=$!
until_ 30 eval 'setkey --socket "$work/b.sock" --status > /dev/null 2>&1'
setkey --socket "$work/b.sock" -c <<<"$pair
spdadd 10.9.0.2 10.9.0.1 icmp -P out ipsec esp/transport//use;"
start_in() {
    ip netns exec a setkeyd --kernel "$interface" --config "$work/a.conf" --socket "$socket" --state-directory "$work/state-a" \
        --persistent-directory "$work/lasting" 2>> "$work/log" >&2 &
    daemon=$!
    until_ 30 has_started
}
start_in
ok $? 'the daemon starts'
is "$(crossed)" 3 'packets cross'
[ "$(in_esp)" -ge 6 ]
ok $? 'in ESP' "$(in_esp)"

output=$(client --off)
is "$?:$output" '0:off: 4 writes to the kernel; nothing of the file is applied until `setkey --on`' 'off'
is "$(ip -n a xfrm state | grep -c '^src'):$(ip -n a xfrm policy | grep -c 'dir ')" 1:0 'the foreign SA stays, and nothing else'
setkey --socket "$work/b.sock" -c <<<'spdflush; flush;'
is "$(crossed)" 3 'packets cross in clear'
is "$(ls "$work/lasting" | tr '\n' ' ')" 'off ' 'what outlives boots has no more than that'
is "$(stat -c %a "$work/lasting/off")" 600 'for its owner alone'
client --reload > /dev/null 2> "$work/error"
is "$?" 1 'a reload fails'
has "$(cat "$work/error")" 'until setkey --on' 'and says why'
client --plan > "$work/output"
is "$?:$(grep -c add "$work/output")" 10:4 'a plan shows what would come back' "$(cat "$work/output")"
client --doctor > "$work/output"
is "$?" 10 'the doctor finds it' "$(cat "$work/output")"
has "$(cat "$work/output")" 'until setkey --on' 'and says what to do'

kill -KILL "$daemon"; wait "$daemon" 2> /dev/null
rm -rf "$work/state-a"
start_in
is "$(ip -n a xfrm policy | grep -c 'dir ')" 0 'off it stays when all but the persistent directory is gone, as after a boot'
has "$(client --status)" 'off since: ' 'status says since when'
setkey --socket "$work/b.sock" -c <<<"$pair
spdadd 10.9.0.2 10.9.0.1 icmp -P out ipsec esp/transport//use;"
output=$(client --on)
is "$?:$output" '0:on: 4 writes to the kernel; the file declares 2 SAs and 2 policies' 'on'
is "$(crossed)" 3 'packets cross'
[ "$(in_esp)" -ge 6 ]
ok $? 'in ESP again' "$(in_esp)"
[ ! -e "$work/lasting/off" ]
ok $? 'nothing is left of it'

# Whoever cuts themselves off so is let in again.
client --off --confirm 10 > /dev/null
is "$(ip -n a xfrm policy | grep -c 'dir ')" 0 'off, to be confirmed'
kill -KILL "$daemon"; wait "$daemon" 2> /dev/null
start_in
until_ 60 eval '[ "$(ip -n a xfrm policy | grep -c "dir ")" = 2 ]'
ok $? 'unconfirmed, it is on again, though the daemon was killed in between' "$(client --status)"
has "$(client --status)" 'state: settled' 'and settled'
stop_daemon

# Killed at any moment, it is one or the other.
awk 'BEGIN { for (i = 0; i < 400; i++) {
    printf "add 10.9.0.1 198.51.100.%d esp 0x%x -E null;\n", i % 250 + 1, 8192 + i
    printf "spdadd 10.9.0.1 10.%d.%d.0/24 any -P out ipsec esp/transport//require;\n", 100 + i / 250, i % 250 } }' > "$work/a.conf"
start_in
is "$(ours)" 401 'a longer file'
halves=0 offs=0
for round in 1 2 3 4 5 6 7 8 9 10; do
    client --off > /dev/null 2>&1 &
    # From before the first step to after the last one.
    until_ 10 eval '[ "$(ours)" -le $((401 - 40 * (round - 1))) ]'
    kill -KILL "$daemon"; wait "$daemon" 2> /dev/null
    wait $! 2> /dev/null
    start_in
    states=$(ours) policies=$(ip -n a xfrm policy | grep -c 'dir ')
    case $states:$policies in
        1:0) offs=$((offs + 1)); client --status | grep -q 'state: off' || halves=$((halves + 1)) ;;
        401:400) ;;
        *) halves=$((halves + 1)) ;;
    esac
    client --on > /dev/null 2>&1
done
is "$halves" 0 "killed in ten rounds, it was off in $offs and on in the others, and never in between"
[ "$offs" -ge 5 ]
ok $? 'and mostly off'
is "$(ip -n a xfrm state list spi 0x9999 | grep -c '^src')" 1 'the foreign SA was never touched'
stop_daemon
kill "$other"; wait "$other" 2> /dev/null
finish
