# Who gets in, by the package on a real systemd: what counts is who called connect(2), not what that process is by now.
. ./check.sh
umask 022

conf=/etc/setkeyd/setkey.conf
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
control=/run/setkeyd/control.sock
# as USER GROUPS COMMAND...: with nothing but that.
as() { setpriv --reuid "$1" --regid "$1" --groups "$2" --inh-caps -all "${@:3}"; }

reset_kernel
output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
is $? 0 'the package installs' "$output"
echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc $key -A hmac-sha1 ${key}11223344;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out discard;" > $conf
systemctl reload setkeyd
is $? 0 'a file is in force'
group=$(getent group setkeyd | cut -d: -f3)

# A member connects and becomes a set-uid program, and its accomplice uses the connections.
output=$(as 1234 "$group" "$PWD/bin/borrow" $control 30 2> /dev/null)
is "$output" 'euid 0, granted 0, denied 60' 'a connection of a member gains nothing when its process becomes root'
output=$(as 1234 "$group" "$PWD/bin/borrow" $control 30 2> /dev/null)
is "$output" 'euid 0, granted 0, denied 60' 'nor at the second try'
has "$(ip xfrm policy)" '10.1.0.0/16' 'the policies are untouched'
output=$(as 1234 "$group" setkey --status 2>&1)
is $? 0 'and members still have read-only access' "$output"

# Capabilities are no authority: only root and the user of the daemon change anything.
output=$(setpriv --reuid 1234 --regid 1234 --groups "$group" --inh-caps +net_admin --ambient-caps +net_admin setkey -F 2>&1)
is $? 4 'a process with CAP_NET_ADMIN that is not root is refused' "$output"
has "$(kernel_state)" 'spi 0x00001001' 'and the SA is still there'
output=$(setpriv --reuid _setkeyd --regid _setkeyd --clear-groups --inh-caps -all setkey --reload 2>&1)
is $? 0 "the daemon's own user may reload" "$output"

# Members take what they can get, and root is served.
held=()
for number in $(seq 3); do
    as 1234 "$group" "$PWD/bin/occupy" $control 300 > "$work/occupied.$number" &
    held+=($!)
done
until_ 30 eval '[ "$(cat "$work"/occupied.* | wc -l)" -eq 3 ]'
ok $? 'a member has taken what places it gets' "$(cat "$work"/occupied.*)"
until_ 10 eval 'timeout 5 setkey --status > "$work/status"'
ok $? 'root is served nevertheless'
output=$(systemctl reload setkeyd 2>&1)
is $? 0 'and reloads' "$output"
clients=$(setkey --status --json 2> /dev/null | sed -n 's/.*"clients" : \([0-9]*\).*/\1/p')
[ "${clients:-999}" -le 40 ]
ok $? "one member holds $clients places, root's included"
output=$(as 1235 "$group" setkey --status 2>&1)
is $? 0 'and another member has places of its own' "$output"
kill "${held[@]}"
wait

systemctl stop setkeyd.service setkeyd-root.socket
output=$(dpkg -P setkeyd 2>&1)
is $? 0 'purge' "$output"
finish
