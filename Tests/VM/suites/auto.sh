# A daemon that is told no kernel interface: PF_KEY, until a text needs XFRM; then it moves, while it runs, and writes nothing
# for what is there.
. ./check.sh
interface=auto

gcm='aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213'
is_by() { has "$(client --status)" "kernel: $1" "$2"; }

reset_kernel
cat > "$work/site.conf" <<'CONF'
add 192.0.2.1 192.0.2.2 esp 0x1001 -u 7 -r 32 -E aes-cbc 0x00112233445566778899aabbccddeeff -A hmac-sha1 0x0102030405060708090a0b0c0d0e0f1011121314;
add 192.0.2.2 192.0.2.1 esp 0x1002 -r 32 -lh 86400 -E null -A hmac-md5 0x00112233445566778899aabbccddeeff;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:7;
CONF
# Of others: one that PF_KEY tells as it is, and one that it takes for another.
ip xfrm state add src 192.0.2.5 dst 192.0.2.6 proto esp spi 0x5001 mode transport enc 'ecb(cipher_null)' ''
ip xfrm state add src 192.0.2.5 dst 192.0.2.6 proto esp spi 0x5002 mode transport mark 3 enc 'ecb(cipher_null)' ''
start_daemon --config "$work/site.conf"
is_by PF_KEY 'PF_KEY is taken where it will do'
setkey --socket "$socket" -x > "$work/monitor" 2>&1 &
monitor=$!
before=$(kernel_state) policies=$(ip xfrm policy list)
client -n -c <<< "add 192.0.2.1 192.0.2.2 esp 0x2001 -E $gcm;"
is $? 0 'a text that needs XFRM is right'
client -c <<< "add 192.0.2.1 192.0.2.2 esp 0x2001 -E $gcm nonsense;" 2> "$work/errors"
is $? 1 'one that is wrong is refused'
has "$(cat "$work/errors")" 'is expected here' 'for what is wrong with it'
is_by PF_KEY 'and moves nobody'
cp "$work/site.conf" "$work/plain.conf"
echo "add 192.0.2.7 192.0.2.8 esp 0x7001 -mark 9 -E null;" >> "$work/site.conf"
has "$(client --plan)" '+ add 192.0.2.7 192.0.2.8 esp 0x7001' 'a plan of a file that needs it is made'
is_by PF_KEY 'and moves nobody'
cp "$work/plain.conf" "$work/site.conf"

client -c <<< "add 192.0.2.1 192.0.2.2 esp 0x2001 -E $gcm;" 2> "$work/errors"
is $? 0 'a run that needs it is done' "$(cat "$work/errors" "$work/log")"
is_by XFRM 'and has moved the daemon'
is "$(log_has 'moved from PF_KEY to XFRM' && echo said)" said 'which its log says'
is "$(kernel_state | grep -v 0x00002001)" "$before" 'the SAs that were there are the same'
is "$(ip xfrm policy list)" "$policies" 'and so are the policies'
has "$(client -D)" 'mark=0x3' 'what PF_KEY did not tell is seen'
until_ 20 eval "client --status | grep -q 'state: settled'"
ok $? 'all is settled' "$(client --status)"
lacks "$(cat "$work/log")" 'drift' 'nothing has drifted'
ip xfrm state add src 192.0.2.5 dst 192.0.2.6 proto esp spi 0x5003 mode transport enc 'ecb(cipher_null)' ''
until_ 20 eval "grep -q 00005003 '$work/monitor'"
ok $? 'a monitor that was there before goes on' "$(cat "$work/monitor")"
kill $monitor
is "$(ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 && until_ 20 eval "ip xfrm state | grep -q 0x00001001" && echo back)" \
    back 'what others delete comes back through it'
reset_kernel
until_ 20 eval "client --status | grep -q 'state: settled'"

# A reload
stop_daemon
reset_kernel
: > "$work/log"
start_daemon --config "$work/site.conf"
is_by PF_KEY 'a restart begins with PF_KEY'
before=$(kernel_state) policies=$(ip xfrm policy list)
cat >> "$work/site.conf" <<CONF
add 192.0.2.7 192.0.2.8 esp 0x7001 -mark 9 -E null;
spdadd 10.3.0.0/16 10.4.0.0/16 any -if_id 5 -P out none;
CONF
has "$(client --reload)" '2 writes to the kernel; the file declares 3 SAs and 2 policies' 'a reload moves it and writes what is new alone'
is_by XFRM 'which is seen'
is "$(kernel_state | grep -v 0x00007001)" "$before" 'the SAs are the same'
has "$(ip xfrm policy list)" "$policies" 'and so is the policy'

# A start, with what is there, and a file that no longer needs it
stop_daemon
: > "$work/log"
start_daemon --config "$work/site.conf"
is_by XFRM 'a start with such a file ends with XFRM'
has "$(cat "$work/log")" 'settled: 3 SAs and 2 policies declared, 0 kernel writes' 'and writes nothing'
stop_daemon
: > "$work/log"
cp "$work/plain.conf" "$work/site.conf"
start_daemon --config "$work/site.conf"
is_by XFRM 'what the last daemon has brought in by XFRM'
has "$(cat "$work/log")" 'settled: 2 SAs and 1 policy declared, 2 kernel writes' 'is removed, though the file says nothing of it'
is "$(kernel_state)" "$before" 'and nothing else'
setkeyd --check --config "$work/site.conf" && echo "add 192.0.2.7 192.0.2.8 esp 0x7001 -mark 9 -E null;" >> "$work/site.conf" &&
    setkeyd --check --config "$work/site.conf"
ok $? 'a check without a kernel takes both'
! setkeyd --check --kernel pfkey --config "$work/site.conf" 2> /dev/null
ok $? 'unless PF_KEY is asked for'
finish
