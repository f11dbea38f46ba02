# Policies that are bound to network devices, marks and interface ids, through XFRM alone: they follow
# their devices, and what other programs bind is shown.
. ./check.sh
interface=xfrm

number() { cat "/sys/class/net/$1/ifindex"; }
declared() { ip xfrm policy list | grep -c "dev $1"; }
is_there() { [ "$(declared "$1")" = "$2" ]; }

# --- Devices that come and go
reset_kernel
cat > "$work/site.conf" <<'CONF'
spdadd fe80::/10 ff02::5 89 -dev late0 -P out none;
spdadd fe80::1%late0 ff02::6 89 -P in discard;
spdadd 10.9.0.0/24 10.8.0.0/24 any -dev lo -mark 1/0xff -if_id 7 -P out none;
CONF
start_daemon --config "$work/site.conf"
status=$(client --status)
has "$status" 'state: settled' 'policies of a device that is not there keep nobody from settling' "$(cat "$work/log")"
has "$status" 'waiting: 2 policies for devices that are not there: late0' 'status says which wait'
has "$(cat "$work/log")" 'waits: there is no device late0' 'so does the log'
is_there lo 1
ok $? 'the policy of a device that is there is in the kernel' "$(ip xfrm policy)"
has "$(ip -s xfrm policy list)" 'if_id 0x7' 'with its interface id'
has "$(ip xfrm policy list)" 'mark 0x1/0xff' 'and its mark'
has "$(client -DP)" 'mark=0x1/0xff if_id=7 dev=lo' 'a dump shows them'

ip link add late0 type dummy
until_ 20 is_there late0 2
ok $? 'when the device comes, its policies go in' "$(ip xfrm policy; cat "$work/log")"
until_ 20 log_has 'the device late0 is there'
ok $? 'the log says so'
lacks "$(client --status)" 'waiting:' 'none waits any more'
lacks "$(cat "$work/log")" 'drift' 'that is no drift'
first=$(number late0)

ip link delete late0
until_ 20 eval "client --status | grep -q 'waiting: 2 policies'"
ok $? 'when it is gone, they wait again' "$(client --status)"
until_ 20 eval "! ip xfrm policy list | grep -q 'ff02::[56]'"
ok $? 'and nothing is left of them in the kernel' "$(ip xfrm policy list)"
ip link add other0 type dummy
ip link add late0 type dummy
until_ 20 is_there late0 2
ok $? 'it comes back, and so do they' "$(ip xfrm policy; cat "$work/log")"
[ "$(number late0)" != "$first" ]
ok $? 'with another number'

ip link set late0 name early0
until_ 20 eval "client --status | grep -q 'waiting: 2 policies'"
ok $? 'a device with another name is another device' "$(client --status)"
until_ 20 is_there early0 0
ok $? 'whose packets the policies do not meet' "$(ip xfrm policy list)"
ip link set early0 name late0
until_ 20 is_there late0 2
ok $? 'until it has its name again' "$(ip xfrm policy list)"

stop_daemon
start_daemon --config "$work/site.conf"
has "$(cat "$work/log")" 'settled: 0 SAs and 3 policies declared, 0 kernel writes' 'a restart writes nothing' "$(tail -5 "$work/log")"

# A device that goes while the daemon is down
stop_daemon
ip link delete late0
is "$(ip xfrm policy list | grep -c 'ff02::[56]')" 2 'the kernel keeps the policies of a device that goes'
start_daemon --config "$work/site.conf"
status=$(client --status)
has "$status" 'state: settled' 'a start without the device settles' "$(cat "$work/log")"
has "$status" 'waiting: 2 policies for devices that are not there: late0' 'its policies wait, and status says so'
has "$(cat "$work/log")" 'waits: there is no device late0' 'so does the log'
is "$(ip xfrm policy list | grep -c 'ff02::[56]')" 0 'what the old device left is removed' "$(ip xfrm policy list)"
ip link add late0 type dummy
until_ 20 is_there late0 2
ok $? 'the device comes, and they go in' "$(ip xfrm policy; cat "$work/log")"

# Policies of others, with a device or a mark
ip xfrm policy add src 10.7.0.0/16 dst 10.6.0.0/16 dev other0 dir out action block
ip xfrm policy add src 10.7.0.0/16 dst 10.6.0.0/16 dir out mark 5 mask 0xff action block
until_ 20 eval "client -DP | grep -q 'dev=other0'"
ok $? 'a policy of another program has its device in a dump' "$(client -DP)"
has "$(client -DP)" 'mark=0x5/0xff' 'and one has its mark'
ip link delete other0
until_ 20 eval "client -DP | grep -q 'dev=index:'"
ok $? 'of a device that is gone the number is left' "$(client -DP)"
client -c <<<'spddelete 10.7.0.0/16 10.6.0.0/16 any -mark 5/0xff -P out;'
is $? 0 'it is deleted by its name'
client -c <<<'spdadd 10.7.0.0/16 10.6.0.0/16 any -dev none0 -P in none;' 2> "$work/errors"
is $? 1 'a statement that is run does not wait for a device'
has "$(cat "$work/errors")" 'there is no such network device (ENODEV)' 'and says why'

# Offload: without a module of ours no device of this machine can do anything for IPsec. The kernel says so only while it
# lacks a module for it.
client -c <<<'add 10.7.0.1 10.7.0.2 esp 0x700 -hwif lo out -E null;' 2> "$work/errors"
is $? 1 'a statement that asks for offload fails where the kernel has no module for that'
has "$(cat "$work/errors")" "doesn't support offload" "in the kernel's words"
modprobe esp4_offload
ok $? 'the module for it is there'
client -c <<<'add 10.7.0.1 10.7.0.2 esp 0x700 -hwif lo out -E null;' 2> "$work/errors"
is $? 1 'a statement whose device can do nothing fails'
has "$(cat "$work/errors")" '-hwif' 'by the name of what was dropped'
client -c <<<'add 10.7.0.1 10.7.0.2 esp 0x700 -hwif none0 out -E null;' 2> "$work/errors"
is $? 1 'so does one whose device is not there'
has "$(cat "$work/errors")" 'there is no such network device (ENODEV)' 'and says why'
client -c <<<'add 10.7.0.1 10.7.0.2 esp 0x700 -hwif lo packet out -E null;' 2> "$work/errors"
is $? 1 'and one whose device is to do all of the work'
is "$(ip xfrm state | grep -c 10.7.0.1)" 0 'nothing of them stays' "$(ip xfrm state)"

# A device that takes over all that it is given.
modprobe offload
ok $? 'there is a device that can'
ip link set offload0 up
offloaded() { ip xfrm state list spi "$1" | sed -n 's/^.*\(crypto offload .*[^ ]\) *$/\1/p'; }
cat >> "$work/site.conf" <<'END'
add 10.7.0.1 10.7.0.2 esp 0x710 -hwif offload0 out -E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;
add 10.7.0.2 10.7.0.1 esp 0x711 -hwif offload0 in -E aes-cbc 0x101112131415161718191a1b1c1d1e1f -A hmac-sha1 0x101112131415161718191a1b1c1d1e1f20212223;
END
client --reload > "$work/output" 2>&1
ok $? 'it gets the SAs of the file' "$(cat "$work/output")"
is "$(offloaded 0x710), $(offloaded 0x711)" 'crypto offload parameters: dev offload0 dir out, crypto offload parameters: dev offload0 dir in' \
    'the kernel has given them to it' "$(ip xfrm state)"
has "$(client -Dp)" '-hwif offload0 crypto out' 'they are shown so'
client --plan > "$work/output" 2>&1
is $? 0 'and the file asks for nothing else' "$(cat "$work/output")"
client -c <<<'add 10.7.0.1 10.7.0.2 esp 0x712 -hwif offload0 packet out -E aes-cbc 0x202122232425262728292a2b2c2d2e2f;' 2> "$work/errors"
status=$?
case $(uname -r) in
    6.1.*)
        is $status 1 'this kernel has no device do all of the work'
        ;;
    *)
        is $status 0 'a device may do all of the work' "$(cat "$work/errors")"
        # This iproute2 calls any offload crypto.
        has "$(client -Dp)" '-hwif offload0 packet out' 'and the kernel has it do so'
        client -c <<<'delete 10.7.0.1 10.7.0.2 esp 0x712;'
        ;;
esac
# The kernel removes what a device has when that goes down.
ip link set offload0 down
has_both() { [ -n "$(offloaded 0x710)" ] && [ -n "$(offloaded 0x711)" ]; }
until_ 20 has_both
ok $? 'what the kernel removes, without a word, when the device goes down is put back' "$(ip xfrm state; tail -n 5 "$work/log")"
# That may be over before the daemon gets to hear of it.
ip link set offload0 up
kill -STOP "$daemon"
ip link set offload0 down
ip link set offload0 up
is "$(offloaded 0x710)$(offloaded 0x711)" '' 'a device that was down for a moment has lost them'
kill -CONT "$daemon"
until_ 20 has_both
ok $? 'and they are put back' "$(ip xfrm state; tail -n 5 "$work/log")"
rmmod offload
# A dump would ask the kernel.
has_none() { client --status | grep -q '^associations: 0 in the kernel'; }
until_ 20 has_none
ok $? 'what goes with the device is not said to be there' "$(ip xfrm state; client --status)"

: > "$work/site.conf"
client --reload > /dev/null
is "$(ip xfrm policy list | grep -c 'dev late0\|dev lo')" 0 'what the file lost is gone'
stop_daemon
reset_kernel
ip link delete late0
finish
