# A kernel without PF_KEY: af_key is unloaded, and nothing can load it again in the guest.
. ./check.sh

modprobe -r af_key 2>/dev/null
if ! rmmod af_key 2>/dev/null && grep -q '^af_key ' /proc/modules; then
    fail 'af_key can be unloaded' "$(grep '^af_key' /proc/modules)"
else
    mv "/lib/modules/$(uname -r)/kernel/net/key" /tmp/
    : > "$work/empty.conf"
    output=$(timeout 20 setkeyd --kernel pfkey --config "$work/empty.conf" --socket "$socket" --state-directory "$work/state" 2>&1)
    status=$?
    [ $status != 0 ] && [ $status != 124 ]
    ok $? 'the daemon refuses to start' "status $status"$'\n'"$output"
    has "$output" af_key 'the message names the module'
    has "$output" '--kernel xfrm' 'the interface that there is'
    has "$output" '--kernel simulated' 'and the simulated kernel'
    interface=auto
    reset_kernel
    start_daemon
    ok $? 'auto starts all the same'
    has "$(cat "$work/log")" 'this kernel has no PF_KEY; talking to it by XFRM netlink' 'and says how'
    has "$(client --status)" 'kernel: XFRM' 'and so does the status'
    # ESP in UDP needs a socket that the policies leave alone, for which PF_KEY has one option and XFRM another.
    ip addr add 192.0.2.2/24 dev lo
    echo 'add 192.0.2.1[4500] 192.0.2.2[4500] esp-udp 0x1002 -E null;' > "$work/empty.conf"
    client --reload
    has "$(cat /proc/net/udp)" '020200C0:1194' 'the port for ESP in UDP is open'
    lacks "$(cat "$work/log")" 'is not received' 'and received is what comes there'
    ip addr del 192.0.2.2/24 dev lo
    client -c <<<'add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213;'
    has "$(ip xfrm state)" 'rfc4106(gcm(aes))' 'an SA that is added is in the kernel'
    stop_daemon
    reset_kernel
    mv /tmp/key "/lib/modules/$(uname -r)/kernel/net/"
    insmod "$(echo "/lib/modules/$(uname -r)"/kernel/net/key/af_key.ko*)" 2>/dev/null || modprobe af_key
    grep -q '^af_key ' /proc/modules
    ok $? 'af_key is back for the suites after this one'
fi
finish
