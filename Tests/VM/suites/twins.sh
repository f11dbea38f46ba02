# Entries with a mark, which PF_KEY lists and can neither name nor tell from those without one.
. ./check.sh

cat > "$work/site.conf" <<'CONF'
flush; spdflush;
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
CONF
twin='src 10.1.0.0/16 dst 10.2.0.0/16 dir out mark 7 mask 0xff'

reset_kernel
ip xfrm state add src 198.51.100.1 dst 198.51.100.9 proto esp spi 0x77 mode transport \
    enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff mark 5 mask 0xff
ip xfrm policy add src 198.51.100.1 dst 198.51.100.9 dir out mark 5 mask 0xff tmpl proto esp mode transport
is $? 0 'another program has an SA and a policy with a mark'
start_daemon --config "$work/site.conf"
has "$(client --status)" 'state: settled' 'a file that flushes starts all the same' "$(cat "$work/log")"
has "$(cat "$work/log")" "delete it with 'ip xfrm state delete'" 'the log says that the SA stays, and what deletes it'
has "$(cat "$work/log")" "delete it with 'ip xfrm policy delete'" 'and the policy'
has "$(client --status)" '2 in the kernel: 1 declared, 1 foreign' 'the numbers say it, too'
client --reload > /dev/null 2> "$work/errors"
is $? 0 'so does a reload' "$(cat "$work/errors")"
has "$(cat "$work/errors")" 'mark or an interface id' 'and says the same'
stop_daemon
start_daemon --config "$work/site.conf"
has "$(client --status)" 'state: settled' 'and a restart'

# A twin of what is declared comes and goes.
ip xfrm policy add $twin action block
client -DP > "$work/dump"
is "$(grep -c '10.1.0.0/16' "$work/dump") $(grep -c 'discard' "$work/dump")" '1 0' 'the declared policy stays what it is' "$(cat "$work/dump")"
ip xfrm policy delete $twin
is $? 0 'the twin goes'
client -DP > "$work/dump"
is "$(grep -c '10.1.0.0/16' "$work/dump")" 1 'and the declared policy is still known'
has "$(client --status)" 'state: settled' 'nothing has drifted'
lacks "$(cat "$work/log")" 'drift:' 'and nothing was restored' "$(cat "$work/log")"
stop_daemon
finish
