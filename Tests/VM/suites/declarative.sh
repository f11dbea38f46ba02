# The declarative file on a real kernel: plan, undo, confirm, drift, lifetimes.
. ./check.sh

all_state() { kernel_state; kernel_policies; }
same() { [ "$(all_state)" = "$1" ]; }
status_has() { client --status | grep -q -F -- "$1"; }
settled() { status_has 'state: settled'; }
is_ping_through() { ip netns exec a ping -q -c 1 -W 1 10.9.0.2 > /dev/null 2>&1; }
ms() { echo $(($(date +%s%N) / 1000000)); }

# numbers FROM TO: SAs and policies by number, in a file of many.
numbers() {
    awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i < to; i++) {
        printf "add 192.0.2.1 198.51.%d.%d esp 0x%x -m tunnel -E aes-cbc 0x%032x -A hmac-sha1 0x%040x;\n",
            i / 250, i % 250 + 1, 4096 + i, i, i
        printf "spdadd 10.1.0.0/16 10.%d.%d.0/24 any -P out ipsec esp/tunnel/192.0.2.1-198.51.%d.%d/require;\n",
            100 + i / 250, i % 250, i / 250, i % 250 + 1
    } }'
}

reset_kernel
ip xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x9999 mode tunnel enc 'ecb(cipher_null)' ''
ip xfrm policy add src 10.8.0.0/16 dst 10.9.0.0/16 dir out action block priority 77
foreign=$(all_state)
numbers 0 300 > "$work/a.conf"
cp "$work/a.conf" "$work/site.conf"
start_daemon --config "$work/site.conf"
until_ 60 settled
ok $? 'the start settles' "$(client --status)"
before=$(all_state) added=$(ip -s xfrm state | grep -c ' add ')
is "$added" 301 'with 300 SAs and a foreign one'

# Plan: what a reload would do, and nothing is done.
output=$(client --plan)
is "$?:$output" '0:nothing would change' 'a plan of the unchanged file is empty'
{ numbers 1 299 | sed 's/0x1005 \(.*\)aes-cbc 0x0/0x1005 \1aes-cbc 0xf/; s/0x1006 /0x1006 -lh 86400 /'; numbers 300 301; } > "$work/b.conf"
output=$(client --plan -f "$work/b.conf")
is "$?" 10 'a plan of another file: status 10' "$output"
has "$output" '8 changes, 9 writes to the kernel' 'it says how much would change'
has "$output" "b.conf:9:1: key differs; will be deleted and re-added" 'the key that differs, without the key'
has "$output" "b.conf:11:1: lifetime differs" 'a lifetime alone'
lacks "$output" '0xf000' 'no key is shown'
same "$before"
ok $? 'nothing was done'

# The reload does what the plan says, and only that.
untouched=$(ip -s xfrm state list spi 0x100a | grep ' add ')
cp "$work/b.conf" "$work/site.conf"
output=$(client --reload)
is "$?" 0 'the reload succeeds' "$output"
has "$output" 'reloaded: 9 writes to the kernel' 'with as many writes as the plan said'
is "$(ip -s xfrm state list spi 0x100a | grep ' add ')" "$untouched" 'an unchanged SA was not touched'
has "$(ip -s xfrm state list spi 0x1006)" 'hard 86400(sec)' 'a lifetime is changed in place'
after=$(all_state)
output=$(client --revert)
is "$?" 0 'and is rolled back' "$output"
same "$before"
ok $? 'the state is the one before' "$(diff <(echo "$before") <(all_state))"
cp "$work/a.conf" "$work/site.conf"
client --reload > /dev/null

# The 700th statement of the file is one that this kernel refuses.
rmmod cast5_generic
{ numbers 0 50 | sed 's/aes-cbc 0x0/aes-cbc 0xe/; s/require/unique:5/'; numbers 100 399
  echo 'add 192.0.2.1 198.51.100.9 esp 0xcafe -E cast128-cbc 0x00112233445566778899aabbccddeeff;'
  numbers 500 530; } > "$work/site.conf"
is "$(grep -n cast128 "$work/site.conf" | cut -d: -f1)" 699 'the refused statement is the 699th line'
sed -i '1i spdadd 10.1.0.0/16 10.99.0.0/16 any -P out discard;' "$work/site.conf"
output=$(client --reload 2>&1)
is "$?" 1 'a refused reload fails'
has "$output" 'site.conf:700:1: error: add esp 198.51.100.9 spi 0xcafe:' 'it names the statement'
case $interface in
    pfkey) why='the kernel cannot provide one of its algorithms (ENOENT)' ;;
    xfrm) why='the kernel does not have this algorithm, or its module cannot be loaded (ENOSYS)' ;;
esac
has "$output" "$why" 'and why, with the errno'
same "$before"
ok $? 'the kernel is as it was before' "$(diff <(echo "$before") <(all_state))"
is "$(ip -s xfrm state list spi 0x10c8 | grep ' add ')" "$(ip -s xfrm state list spi 0x10c8 | grep ' add ')" 'an SA of both files is there'
modprobe cast5_generic
status_has 'last reload, which was rolled back'
ok $? 'status says so' "$(client --status)"
cp "$work/a.conf" "$work/site.conf"
client --reload > /dev/null
settled
ok $? 'and the good file settles again'

# Confirm: a reload that blocks everything, on a machine that is reached through what it blocks.
stop_daemon
reset_kernel
for host in a b; do ip netns add $host; ip -n $host link set lo up; done
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.9.0.1/24 dev va; ip -n a link set va up
ip -n b addr add 10.9.0.2/24 dev vb; ip -n b link set vb up
start_in() {
    ip netns exec a setkeyd --kernel "$interface" --config "$work/a.conf" --socket "$socket" --state-directory "$work/state-a" \
        2>> "$work/log" >&2 &
    daemon=$!
    until_ 30 has_started
}
echo 'spdadd 10.77.0.0/16 10.78.0.0/16 any -P out discard;' > "$work/a.conf"
start_in
until_ 10 is_ping_through
ok $? 'two hosts reach each other'
echo 'spdadd 0.0.0.0/0 0.0.0.0/0 any -P out discard; spdadd 0.0.0.0/0 0.0.0.0/0 any -P in discard;' > "$work/a.conf"
output=$(client --reload --confirm 6)
has "$output" 'within 6 s, or this reload is rolled back' 'a reload that blocks everything, to be confirmed'
! is_ping_through
ok $? 'nothing goes through'
has "$(client --status)" 'unconfirmed: will be rolled back in' 'status says what is pending'
until_ 60 is_ping_through
ok $? 'unconfirmed, it is undone, and nobody has touched the machine' "$(client --status)"
has "$(client --status)" 'not confirmed, so it was rolled back' 'status says so'
kill -KILL "$daemon"; wait "$daemon" 2> /dev/null
start_in
is_ping_through
ok $? 'a restart does not apply the file that was rolled back' "$(tail -n 5 "$work/log")"
client --reload --confirm 12 > /dev/null
! is_ping_through
ok $? 'asked for again, it is applied'
kill -KILL "$daemon"; wait "$daemon" 2> /dev/null
is "$(stat -c %a "$work/state-a/former")" 600 'the former state is for its owner alone'
start_in
! is_ping_through
ok $? 'killed and started again in between, it still blocks'
until_ 60 is_ping_through
ok $? 'and is undone in time all the same'
client --reload --confirm 6 > /dev/null
client --confirm > /dev/null
ok $? 'confirmed in time'
[ ! -e "$work/state-a/former" ]
ok $? 'no keys are left in the state directory'
! until_ 8 is_ping_through
ok $? 'it stays'
stop_daemon
ip netns del a; ip netns del b

# Drift: what others delete or alter comes back within a second.
reset_kernel
numbers 0 20 > "$work/site.conf"
rm -rf "$work/state"
start_daemon --config "$work/site.conf"
until_ 30 settled
before=$(all_state)
# drifts NAME COMMAND...: the command changes something, and it comes back.
drifts() {
    local name=$1 from
    shift
    from=$(ms)
    "$@"
    until_ 60 same "$before"
    ok $? "$name comes back, after $(($(ms) - from)) ms" "$(diff <(echo "$before") <(all_state))"
}
drifts 'a deleted SA' ip xfrm state delete src 192.0.2.1 dst 198.51.0.1 proto esp spi 0x1000
drifts 'a deleted policy' ip xfrm policy delete src 10.1.0.0/16 dst 10.100.3.0/24 dir out
drifts 'an altered policy' ip xfrm policy update src 10.1.0.0/16 dst 10.100.4.0/24 dir out action block priority 5
drifts 'an SA with another key' ip -batch - <<'IP'
xfrm state delete src 192.0.2.1 dst 198.51.0.3 proto esp spi 0x1002
xfrm state add src 192.0.2.1 dst 198.51.0.3 proto esp spi 0x1002 mode tunnel replay-window 32 enc cbc(aes) 0x11112222333344445555666677778888 auth hmac(sha1) 0x1111222233334444555566667777888899990000
IP
drifts 'an SA with another lifetime' ip xfrm state update src 192.0.2.1 dst 198.51.0.4 proto esp spi 0x1003 mode tunnel \
    replay-window 32 enc 'cbc(aes)' 0x00000000000000000000000000000003 auth 'hmac(sha1)' 0x0000000000000000000000000000000000000003 \
    limit time-hard 100 limit time-soft 50
drifts 'a flushed SAD' ip xfrm state flush
drifts 'a flushed SPD' ip xfrm policy flush
log_has "drift: $work/site.conf:1:1: esp 198.51.0.1 spi 0x1000: missing, deleted by another program; restoring it"
ok $? 'the log says what and who' "$(grep drift "$work/log" | head -n 5)"
settled
ok $? 'and it is settled' "$(client --status)"

# Two managers that fight.
for _ in 1 2 3 4 5; do
    ip xfrm policy delete src 10.1.0.0/16 dst 10.100.9.0/24 dir out 2> /dev/null
    until_ 2 same "$before"
done
log_has 'another program keeps changing it'
ok $? 'who insists is left alone after three repairs, and that is said'
has "$(client --status)" 'drift: 1 entry (policy: repair)' 'status counts it'
client --reload > /dev/null
same "$before"
ok $? 'a reload puts it right'

# A lifetime that ends was declared: no drift.
cp "$work/site.conf" "$work/immortal.conf"
echo 'add 192.0.2.1 198.51.99.1 esp 0x7000 -m tunnel -lh 3 -ls 2 -E null;' >> "$work/site.conf"
client --reload > /dev/null 2>&1
until_ 20 log_has 'the declared lifetime of esp 198.51.99.1 spi 0x7000 has ended'
ok $? 'a lifetime that ends is told'
has "$(client --status)" 'state: settled' 'and is no drift'
has "$(client --status)" ' 1 expired;' 'but counted'
output=$(client --reload 2> /dev/null)
has "$output" 'nothing differed' 'a reload of the same text does not bring it back'
stop_daemon
start_daemon --config "$work/site.conf"
until_ 30 settled
same "$before"
ok $? 'nor does a restart' "$(diff <(echo "$before") <(all_state); tail -n 20 "$work/log")"
sed -i 's/-lh 3 -ls 2/-lh 3000/' "$work/site.conf"
has "$(client --reload 2> /dev/null)" '1 write to the kernel' 'another text does'

# The same of a policy.
cp "$work/site.conf" "$work/mortal.conf"
echo 'spdadd 10.1.0.0/16 10.99.1.0/24 any -lh 3 -P out discard;' >> "$work/site.conf"
client --reload > /dev/null 2>&1
until_ 60 log_has 'the declared lifetime of policy out 10.1.0.0/16[any] 10.99.1.0/24[any] any has ended'
ok $? "a policy's lifetime that ends is told" "$(tail -n 5 "$work/log")"
log_has 'policy hard lifetime expired: out 10.1.0.0/16'
ok $? 'as an end, and not as a deletion'
lacks "$(grep 10.99.1.0 "$work/log")" 'drift' 'it is no drift'
has "$(client --status)" '0 missing, 1 expired;' 'but counted' "$(client --status)"
has "$(client --reload 2> /dev/null)" 'nothing differed' 'a reload of the same text does not bring it back'
stop_daemon
start_daemon --config "$work/site.conf"
until_ 30 settled
is "$(ip xfrm policy list | grep -c 10.99.1.0)" 0 'nor does a restart'
cp "$work/mortal.conf" "$work/site.conf"
client --reload > /dev/null 2>&1
stop_daemon

# Report only.
start_daemon --config "$work/site.conf" --drift report
until_ 30 settled
ip xfrm policy delete src 10.1.0.0/16 dst 10.100.9.0/24 dir out
until_ 10 log_has '; not restored'
ok $? '--drift report tells'
has "$(client --status)" 'drift: 1 entry (policy: report)' 'and counts'
has "$(client --status)" 'state: drifted: 1 declared entry is not' 'it is not settled'
[ "$(all_state)" != "$before" ]
ok $? 'and puts nothing back'
finish
