# A kernel that is locked down for confidentiality: XFRM tells zeros for keys, which are unknown, and not different. In a guest
# of its own, for nothing lifts a lockdown.
. ./check.sh

interface=xfrm
key=0x7f3a91c4d2085eb6194c7d20a5e3f816
other=0x5c0e8842b19f6d37e0a4138c92fb6d05
mac=0xd41b7790c35ea8f2064d81b93f72ce150ab6e897
declared() {
    printf 'add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc %s -A hmac-sha1 %s;\n' "$1" $mac
    printf 'add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 %s;\n' $mac
}
# The time at which the kernel made the SAs, and what it says of their keys.
made() { ip -s xfrm state | grep -E '^\s+add '; }
keys() { ip xfrm state | grep -E '^\s+(enc|auth-trunc) ' | grep -o '0x[0-9a-f]*' | sort -u; }

reset_kernel
declared $key > "$work/file.conf"
start_daemon --config "$work/file.conf"
ok $? 'the file is put in before the lockdown'
client -c <<<"add 192.0.2.1 192.0.2.2 esp 0x2001 -E aes-cbc $other;"
has "$(keys)" $key 'and its keys are told'

echo confidentiality > /sys/kernel/security/lockdown
has "$(cat /sys/kernel/security/lockdown)" '[confidentiality]' 'the kernel is locked down'
lacks "$(keys)" $key 'and tells no keys any more'
before=$(made)

client --reload > /dev/null 2>&1
has "$(client --reload 2> /dev/null)" 'nothing' 'the daemon that has put them in knows their keys: a reload changes nothing'
has "$(client -D --show-keys)" '7f3a91c4 d2085eb6 194c7d20 a5e3f816' 'and still shows them'

stop_daemon
# The kernel tells whole seconds.
sleep 1.1
start_daemon --config "$work/file.conf"
is "$(made)" "$before" 'another daemon writes nothing'
has "$(client --status)" settled 'and it is settled'
log_has "the kernel is locked down and does not tell keys: those of 2 SAs are taken to be the file's"
ok $? 'and says on what it relies'
has "$(client -D --show-keys)" $'\tE: aes-cbc  <hidden>' 'what a foreign SA has is not shown as zeros'

client --atomic -c <<<'delete 192.0.2.1 192.0.2.2 esp 0x2001; delete 192.0.2.1 192.0.2.2 esp 0x7777;' > /dev/null 2>&1
lacks "$(ip xfrm state)" 0x00002001 'it cannot be brought back, and is not made with zeros'

declared $other > "$work/file.conf"
client --reload > /dev/null 2>&1
ok $? 'another key in the file'
[ "$(made)" != "$before" ]
ok $? 'replaces the SA'
has "$(client --status)" settled 'and that is settled, too'
has "$(client -D --show-keys)" '5c0e8842 b19f6d37 e0a4138c 92fb6d05' 'by the new key'

umount /sys/kernel/security
stop_daemon
reset_kernel
start_daemon --config "$work/file.conf"
ok $? 'where nothing says that it is locked down, a start'
before=$(made)
client --reload > /dev/null 2>&1
is "$(made)" "$before" 'and a reload are as ever: what is put in is known'
has "$(client --status)" 'state: settled' 'and nothing drifts'
client -c <<<"add 192.0.2.1 192.0.2.2 esp 0x2001 -E aes-cbc $key;"
stop_daemon
start_daemon --config "$work/file.conf"
client --atomic -c <<<'delete 192.0.2.1 192.0.2.2 esp 0x2001; delete 192.0.2.1 192.0.2.2 esp 0x7777;' > /dev/null 2>&1
lacks "$(ip xfrm state)" 0x00002001 'nor is anything made with zeros there'
is "$(made)" "$before" 'and a restart writes nothing'

ip xfrm state delete dst 192.0.2.2 proto ah spi 0x1002
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0x1002 mode transport replay-window 32 auth-trunc 'hmac(sha1)' 0x${mac#0xd4}ff 96
until_ 10 log_has 'restored'
ok $? 'an SA of the file that another program has replaced is put back' "$(tail -n 5 "$work/log")"
stop_daemon
interface=pfkey
start_daemon --config "$work/file.conf"
keys=$(client -D --show-keys)
has "$keys" '5c0e8842 b19f6d37 e0a4138c 92fb6d05' 'PF_KEY tells keys all the same'
has "$keys" 'd41b7790 c35ea8f2 064d81b9 3f72ce15 0ab6e897' 'and those that were put back are the file'"'"'s'
lacks "$keys" '00000000 00000000 00000000 00000000' 'and none of zeros'
stop_daemon
finish
