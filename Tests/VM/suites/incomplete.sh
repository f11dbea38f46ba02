# A policy that PF_KEY cannot express: dumps of the SPD break off at it. The file is applied all
# the same, foreign policies stay, and what is unknown is said.
. ./check.sh

count() { ip xfrm policy list dir out | grep -c "^src $1"; }
cat > "$work/site.conf" <<'CONF'
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
CONF
reset_kernel
ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out action block priority 77
ip xfrm policy add src 10.7.0.0/16 dst 10.8.0.0/16 dir out action block
ip xfrm policy add src 2001:db8::1/128 dst 2001:db8::2/128 dir out tmpl proto hao mode ro
is $? 0 'another program adds a policy of Mobile IPv6'
start_daemon --config "$work/site.conf"
applied() { [ "$(ip xfrm state | grep -c '^src')" = 1 ]; }
until_ 30 applied
ok $? 'the SA of the file is in the kernel'
is "$(count 10.1.0.0/16) $(ip xfrm policy list dir out | grep -c 'tmpl src 192.0.2.1')" '1 1' \
    'its policy has replaced the one that no dump showed'
is "$(count 10.7.0.0/16) $(count 2001:db8::1/128)" '1 1' 'foreign policies stay'
log_has 'cannot list its SPD completely'
ok $? 'the log says what is unknown' "$(cat "$work/log")"
has "$(client --status)" 'state: settled; the kernel cannot list its SPD completely' 'so does the status'
has "$(client --status)" 'policies: at least' 'and its numbers are no more than they can be'
client -DP > "$work/dump" 2> "$work/errors"
is "$? $(grep -c '^[^	]' "$work/dump")" '1 1' '-DP prints what is known, and its status says that it is not all' "$(cat "$work/dump")"
has "$(cat "$work/errors")" 'cannot list its SPD completely (EINVAL)' 'and stderr why' "$(cat "$work/errors")"
client --save > "$work/saved" 2> "$work/errors"
is "$? $(grep -c '^# incomplete: .*SPD' "$work/saved") $(grep -c '^spdadd' "$work/saved")" '1 1 1' \
    'neither is all saved, and the file says so'
client -D > /dev/null 2> "$work/errors"
is "$?$(cat "$work/errors")" 0 '-D is complete'
sed -i 's/0x1001/0x1002/' "$work/site.conf"
client --reload > /dev/null
is "$? $(ip xfrm state | grep -c 'spi 0x00001002')" '0 1' 'a reload works'
stop_daemon
start_daemon --config "$work/site.conf"
is "$(count 10.7.0.0/16) $(count 10.1.0.0/16)" '1 1' 'so does a restart'
ip xfrm policy delete src 2001:db8::1/128 dst 2001:db8::2/128 dir out
until_ 60 log_has 'lists its SPD completely again'
ok $? 'when the policy has gone, the SPD is known again' "$(client --status)"
has "$(client --status)" 'policies: 2 in the kernel: 1 declared, 1 foreign' 'and the numbers add up'
stop_daemon

# A start that the kernel refuses leaves it as it was.
reset_kernel
ip xfrm policy add src 10.7.0.0/16 dst 10.8.0.0/16 dir out action block
before=$(kernel_state; kernel_policies)
# Without its module the kernel has no AH; the guest loads none by itself.
rmmod ah4
echo 'add 192.0.2.1 192.0.2.2 ah 0x1003 -A hmac-md5 "sixteen bytes ok";' | cat "$work/site.conf" - > "$work/refused.conf"
output=$(timeout 30 setkeyd --kernel pfkey --config "$work/refused.conf" --socket "$work/other.sock" \
    --state-directory "$work/other" 2>&1)
is $? 1 'a start that the kernel refuses fails' "$output"
has "$output" 'the kernel is as it was before the start' 'and says what is left of it'
is "$(kernel_state; kernel_policies)" "$before" 'and the kernel is as it was'
insmod "$(find "/lib/modules/$(uname -r)" -name 'ah4.ko*')" 2> /dev/null || modprobe ah4
finish
