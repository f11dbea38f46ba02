# The package on a real systemd: installed, started, reloaded, watched, upgraded, purged.
. ./check.sh
umask 022

package=$(echo "$PWD"/setkeyd_*.deb)
conf=/etc/setkeyd/setkey.conf
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
tunnel="add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc $key -A hmac-sha1 ${key}11223344;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;"

prop() { systemctl show -p "$1" --value "${2:-setkeyd.service}"; }
active() { [ "$(prop ActiveState "${1:-}")" = active ]; }
# entries FIELD=VALUE...: the journal's entries, as JSON, one a line.
entries() { journalctl --sync; journalctl -o json --no-pager "$@"; }
id() { sed -n "/case .$1: /s/.*\"\\(.*\\)\"/\\1/p" LogKind.swift; }
# drop_in TEXT: further settings of the service; none takes them away.
drop_in() {
    mkdir -p /run/systemd/system/setkeyd.service.d
    printf '[Service]\n%s\n' "$1" > /run/systemd/system/setkeyd.service.d/test.conf
    systemctl daemon-reload
}
# as USER GROUPS COMMAND...: with nothing but that.
as() { setpriv --reuid "$1" --regid "$1" --groups "$2" --inh-caps -all --bounding-set -all "${@:3}"; }

reset_kernel
output=$(dpkg -i "$package" 2>&1)
is $? 0 'the package installs' "$output"
active && active setkeyd.socket
ok $? 'the service and its socket are running' "$(systemctl status setkeyd.service 2>&1 | tail -n 20)"
is "$(stat -c '%U:%G %a' $conf)" 'root:_setkeyd 640' 'the file is for root and for the daemon'
is "$(stat -c '%G %a' /run/setkeyd/control.sock)" 'setkeyd 660' 'the socket is for the group'
is "$(prop StatusText)" 'settled: 0 SAs, 0 policies, 0 drifted' 'its status says how things stand'
pid=$(prop MainPID)
is "$(ps -o user= -p "$pid")" _setkeyd 'it runs as its own user'
has "$(grep CapEff "/proc/$pid/status")" 0000000000001000 'with one capability'
has "$(grep CapBnd "/proc/$pid/status")" 0000000000001000 'and can have no other'
has "$(grep 'Max core' "/proc/$pid/limits")" 'Max core file size        0' 'it leaves no core dump'
is "$(tr -d '\0' < "/proc/$pid/attr/current")" 'setkeyd (enforce)' 'it is confined by AppArmor'
is "$(systemd-analyze verify --man=no setkeyd.service setkeyd.socket 2>&1)" '' 'systemd-analyze verify is silent'
exposure=$(systemd-analyze security --no-pager setkeyd.service | sed -n 's/.*level for.*: \([0-9.]*\).*/\1/p')
[ "$(awk -v e="$exposure" 'BEGIN { print (e > 0 && e <= 1.6) }')" = 1 ]
ok $? "its exposure is $exposure"

# Reload: good and bad.
echo "$tunnel" > $conf
systemctl reload setkeyd
is $? 0 'systemctl reload of a good file succeeds'
is "$(prop StatusText)" 'settled: 1 SA, 1 policy, 0 drifted' 'and the status follows'
has "$(kernel_state)" 'spi 0x00001001' 'the SA is there'
before="$(kernel_state; kernel_policies)"
echo 'add 192.0.2.1 192.0.2.2 esp 12 -E null;' >> $conf
! systemctl reload setkeyd 2> /dev/null
ok $? 'systemctl reload of a bad file fails'
has "$(entries -u setkeyd.service MESSAGE_ID="$(id fileError)")" 'setkey.conf:3:' 'the journal says where'
is "$(kernel_state; kernel_policies)" "$before" 'and the state is as it was'
active
ok $? 'the service is running'
echo "$tunnel" > $conf
systemctl reload setkeyd
chmod 644 $conf
! systemctl reload setkeyd 2> /dev/null
ok $? 'a file with keys that everybody may read is refused'
has "$(entries MESSAGE_ID="$(id fileError)")" "chown root:_setkeyd $conf; chmod 640 $conf" 'with the command that mends it'
chmod 640 $conf
systemctl reload setkeyd

# The journal.
ip xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x9999 mode tunnel enc 'ecb(cipher_null)' ''
ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
until_ 60 eval '[[ $(kernel_state) == *00001001* ]]'
ok $? 'what is declared comes back'
entry=$(entries MESSAGE_ID="$(id associationAdded)" | tail -n 1)
for field in '"SETKEYD_SPI":"0x9999"' '"SETKEYD_DESTINATION":"192.0.2.9"' '"SETKEYD_PROTOCOL":"esp"' \
    '"SETKEYD_AUTHOR":"other"' '"_TRANSPORT":"journal"' '"SYSLOG_IDENTIFIER":"setkeyd"' '"PRIORITY":"6"'; do
    has "$entry" "$field" "an entry of the journal has $field"
done
entry=$(entries MESSAGE_ID="$(id drift)" | tail -n 1)
has "$entry" "\"SETKEYD_STATEMENT\":\"$conf:1:1\"" 'one about drift names the statement'
has "$entry" '"SETKEYD_REASON":"missing"' 'and what differs'
setkey -c <<< 'add 192.0.2.1 192.0.2.8 esp 0x8888 -E null;'
entry=$(entries MESSAGE_ID="$(id clientChange)" | tail -n 1)
has "$entry" '"SETKEYD_CLIENT_UID":"0"' 'what a client does is in the audit trail'
has "$(journalctl -x -n 200 --no-pager)" 'Another program has added an SA' 'journalctl -x explains it'
journalctl --sync
lacks "$(journalctl -o export --no-pager | tr -d '\0' | tr 'A-F' 'a-f')" "${key#0x}" 'no key is in the journal'

# A flood is summarised, and not written line by line.
awk 'BEGIN { for (i = 0; i < 5000; i++)
    printf "xfrm state add src 192.0.2.1 dst 10.7.%d.%d proto esp spi 0x%x mode tunnel enc cbc(aes) 0x%032x\n",
        i / 250, i % 250 + 1, 20480 + i, i }' > "$work/flood.ip"
ip -batch "$work/flood.ip"
until_ 120 eval 'setkey --status | grep -q "associations: 500[0-9] in the kernel"'
ip xfrm state delete src 192.0.2.1 dst 10.7.0.1 proto esp spi 0x5000
told=$(entries MESSAGE_ID="$(id associationAdded)" | wc -l)
[ "$told" -ge 100 ] && [ "$told" -lt 4000 ]
ok $? "of 5,000 SAs that others add, $told are told one by one"
until_ 60 eval '[ -n "$(entries MESSAGE_ID="$(id summary)")" ]'
ok $? 'and the rest in one line' "$(entries -u setkeyd.service | tail -n 3 | cut -c1-300)"
ip xfrm state deleteall src 192.0.2.1 proto esp mode tunnel 2> /dev/null
until_ 60 eval '[[ $(kernel_state) == *00001001* ]]'
ok $? 'what is declared is there again'

# Access.
group=$(getent group setkeyd | cut -d: -f3)
output=$(as 1234 "$group" setkey -D 2>&1)
is $? 0 'a member of the group may look' "$output"
has "$output" '<hidden ' 'and sees no key'
output=$(as 1234 "$group" setkey --fingerprint 2>&1)
is $? 4 'nor fingerprints that could be compared elsewhere' "$output"
output=$(as 1234 "$group" setkey -D --show-keys 2>&1)
is $? 4 'nor gets one' "$output"
output=$(as 1234 "$group" setkey -F 2>&1)
is $? 4 'nor changes anything'
has "$output" 'root and the user that setkeyd runs as' 'and is told who may'
output=$(as 1234 "$group" setkey --plan 2>&1)
is $? 0 'but may ask for the plan' "$output"
output=$(as 1234 "$group" unshare -Ur setkey -F 2>&1)
is $? 4 'being root of a user namespace of its own is of no avail' "$output"
output=$(as 1234 65534 setkey -D 2>&1)
is $? 4 'nobody else gets in' "$output"
output=$(setpriv --reuid 1234 --regid 1234 --groups "$group" --inh-caps +net_admin --ambient-caps +net_admin setkey -c <<< 'flush ah;' 2>&1)
is $? 4 'a process with CAP_NET_ADMIN that is not root may not, whatever the kernel' "$output"

# Credentials.
mkdir -p /etc/keys
echo "$key" > /etc/keys/tunnel
chmod 600 /etc/keys/tunnel
printf '%s' "${key}55667788" | systemd-creds encrypt --name=auth - /etc/keys/auth.cred 2> /dev/null
encrypted=$?
sed -i "s/aes-cbc $key/aes-cbc @tunnel/; s/hmac-sha1 .*;/hmac-sha1 @auth;/" $conf
chmod 644 $conf
if [ $encrypted = 0 ]; then
    drop_in $'LoadCredential=tunnel:/etc/keys/tunnel\nLoadCredentialEncrypted=auth:/etc/keys/auth.cred'
else
    drop_in $'LoadCredential=tunnel:/etc/keys/tunnel\nSetCredential=auth:'"${key}55667788"
fi
systemctl restart setkeyd
is $? 0 "keys from credentials (encrypted: $encrypted)" "$(systemctl status setkeyd.service 2>&1 | tail -n 12)"
has "$(kernel_state)" "hmac(sha1) ${key}55667788" 'they are in the kernel, from a file that everybody may read'
sed -i 's/@auth/@absent/' $conf
! systemctl reload setkeyd 2> /dev/null
ok $? 'a credential that is missing is an error'
has "$(entries MESSAGE_ID="$(id fileError)" | tail -n 3)" 'setkey.conf:1:' 'at its place'
rm /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
chmod 640 $conf
echo "$tunnel" > $conf
systemctl restart setkeyd
ok $? 'and back to keys in the file'

# The watchdog: a daemon that hangs is started again, and the kernel keeps what it has.
drop_in 'WatchdogSec=5s'
systemctl restart setkeyd
restarts=$(prop NRestarts)
moment=$(ip -s xfrm state list spi 0x1001 | grep ' add ')
kill -STOP "$(prop MainPID)"
until_ 60 eval '[ "$(prop NRestarts)" -gt "$restarts" ] && active'
ok $? 'a daemon that hangs is started again'
is "$(ip -s xfrm state list spi 0x1001 | grep ' add ')" "$moment" 'the SAs are untouched'
has "$(entries MESSAGE_ID="$(id settled)" | tail -n 1)" '"SETKEYD_WRITES":"0"' 'and nothing was written'
until_ 10 active
pid=$(prop MainPID)
until_ 13 eval '[ "$(prop MainPID)" != "$pid" ]'
[ "$(prop MainPID)" = "$pid" ]
ok $? 'one that does not hang is left alone'
rm /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
systemctl restart setkeyd

# Watching holds on; and those who may only look do not start a service that is stopped.
control=/run/setkeyd/control.sock
setpriv --reuid 1234 --regid 1234 --groups "$group" --inh-caps -all setkey -x > "$work/watch" 2> "$work/watch.errors" &
member=$!
setkey -x --json > "$work/watch.root" 2> /dev/null &
root=$!
setkey -l > /dev/null 2> "$work/watch.live" &
live=$!
until_ 10 grep -q listening "$work/watch.root"
until_ 10 eval '[ "$(setkey --status --json | sed -n '\''s/.*"clients" : \([0-9]*\).*/\1/p'\'')" -ge 4 ]'
run=$(prop InvocationID)
systemctl stop setkeyd.service
for file in watch.errors watch.live; do
    until_ 10 grep -q 'waiting for it to come back' "$work/$file"
    ok $? "$file: what watches says that the daemon has stopped" "$(cat "$work/$file")"
done
until_ 10 grep -q '"error":"org.setkeyd.Stopping"' "$work/watch.root"
ok $? 'in JSON, too'
until_ 30 eval '[ ! -e $control ]'
ok $? 'the socket of the group is closed' "$(systemctl status setkeyd.socket 2>&1 | tail -n 5)"
is "$(systemctl is-active setkeyd-root.socket)" active 'that of root is not'
output=$(as 1234 "$group" setkey -D 2>&1)
is $? 3 'a member finds nobody' "$output"
has "$output" 'systemctl status setkeyd' 'and is told what to look at'
as 1234 "$group" setkey -D > /dev/null 2>&1
output=$(as 1234 "$group" setkey -c <<< 'dump;' 2>&1)
is $? 3 'with statements neither'
# All three have tried several times.
spent() { awk '{ print $14 + $15 }' "/proc/$live/stat"; }
ticks=$(spent)
until_ 4 false
[ "$(($(spent) - ticks))" -le 40 ]
ok $? "who waits takes no time of the processor ($(($(spent) - ticks)) ticks in 4 s)"
is "$(prop ActiveState) $(prop InvocationID)" "inactive $run" 'nothing of all that has started the service'
systemctl start setkeyd.service
for file in watch.errors watch.live; do
    until_ 10 grep -q 'setkeyd is back' "$work/$file"
    ok $? "$file: and that it is back" "$(cat "$work/$file")"
    is "$(wc -l < "$work/$file")" 2 'each once'
done
until_ 10 eval '[ "$(grep -c listening "$work/watch.root")" = 2 ]'
ok $? 'events are told again'
setkey -c <<< 'add 192.0.2.1 192.0.2.8 esp 0x8889 -E null;'
until_ 10 grep -q 'spi 0x8889' "$work/watch"
ok $? 'to the member as well' "$(cat "$work/watch" "$work/watch.errors")"

# Members who call without end do not start it in the moment of its stop, either.
for number in 1 2; do
    while [ ! -e "$work/enough" ]; do as 1234 "$group" setkey --status > /dev/null 2>&1; done &
done
started=
for number in 1 2 3 4; do
    systemctl reset-failed setkeyd.service 2> /dev/null
    systemctl start setkeyd.service
    run=$(prop InvocationID)
    systemctl stop setkeyd.service
    until_ 1 false
    [ "$(prop ActiveState) $(prop InvocationID)" = "inactive $run" ] || started+=" $number"
done
touch "$work/enough"
is "$started" '' 'four stops, and nobody has started it'
systemctl reset-failed setkeyd.service
systemctl start setkeyd.service

# One that the service manager starts again: its socket stays.
systemctl restart setkeyd.service
pid=$(prop MainPID)
kill -KILL "$pid"
until_ 10 eval '[ "$(prop MainPID)" != "$pid" ] && active'
is "$(stat -c '%U:%G %a' $control)" '_setkeyd:setkeyd 660' 'restarts leave the socket as it is'
output=$(as 1234 "$group" setkey -D 2>&1)
is $? 0 'and members find the daemon' "$output"
systemctl reset-failed setkeyd.service
kill $member $root $live
wait $member $root $live 2> /dev/null

# The socket of root starts it.
systemctl stop setkeyd.service
! active
ok $? 'the service is stopped'
has "$(setkey --status)" "kernel: $kernel_name" 'a client of root starts it'
until_ 30 active
ok $? 'and it runs'
for number in 1 2 3 4 5 6 7 8; do setkey --status > "$work/status.$number" 2>&1 & done
for number in 9 10; do as 1234 "$group" setkey --status > "$work/status.$number" 2>&1 & done
systemctl restart setkeyd.service
wait
[ "$(cat "$work"/status.* | grep -c "kernel: $kernel_name")" = 10 ]
ok $? 'a restart turns no client away, root or not' "$(cat "$work"/status.*)"

# A start that fails, and says so. All of them are to fall into one interval.
mkdir -p /run/systemd/system/setkeyd.service.d
printf '[Unit]\nStartLimitIntervalSec=600\n' > /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
systemctl reset-failed setkeyd.service
echo 'nonsense;' > $conf
! systemctl restart setkeyd 2> /dev/null
ok $? 'a start with a bad file fails'
until_ 180 eval '[ "$(prop ActiveState)" = failed ]'
until_ 30 eval '[ ! -e $control ]'
ok $? 'one that has failed for good is closed to members, too' "$(systemctl status setkeyd.service setkeyd.socket 2>&1 | tail -n 20)"
is "$(prop StatusErrno)" 22 'and has an errno'
rm /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
has "$(kernel_state)" 'spi 0x00001001' 'and the kernel keeps what it has'
systemctl stop setkeyd.service setkeyd-root.socket
echo "$tunnel" > $conf
systemctl reset-failed setkeyd.service
systemctl start setkeyd.service
ok $? 'with a good one it starts again'

# A network namespace with a daemon of its own.
ip netns add blue
install -m 640 -g _setkeyd /dev/null /etc/setkeyd/blue.conf
echo 'spdadd 10.5.0.0/16 10.6.0.0/16 any -P out discard;' > /etc/setkeyd/blue.conf
systemctl start setkeyd@blue.service
is $? 0 'a daemon for a network namespace starts' "$(systemctl status setkeyd@blue.service 2>&1 | tail -n 12)"
has "$(ip -n blue xfrm policy)" '10.5.0.0/16' 'its policy stands there'
lacks "$(ip xfrm policy)" '10.5.0.0/16' 'and not here'
has "$(setkey --socket /run/setkeyd/blue/control.sock --status)" '/etc/setkeyd/blue.conf' 'it has a socket of its own'
systemctl stop setkeyd@blue.service setkeyd-root@blue.socket
until_ 30 eval '[ ! -e /run/setkeyd/blue/control.sock ]'
ok $? 'which goes with it'

# Two hosts, a daemon for each: what goes over the wire between them is ESP.
# both OUT IN: the file of the host for which 10.9.0.1 to 10.9.0.2 is OUT
both() {
    echo "add 10.9.0.1 10.9.0.2 esp 0x2001 -E aes-cbc $key -A hmac-sha1 ${key}11111111;
add 10.9.0.2 10.9.0.1 esp 0x2002 -E aes-cbc $key -A hmac-sha1 ${key}22222222;
spdadd 10.9.0.1 10.9.0.2 icmp -P $1 ipsec esp/transport//require;
spdadd 10.9.0.2 10.9.0.1 icmp -P $2 ipsec esp/transport//require;"
}
for host in a b; do
    ip netns add $host
    ip -n $host link set lo up
    install -m 640 -g _setkeyd /dev/null /etc/setkeyd/$host.conf
done
ip link add wire netns a type veth peer name wire netns b
ip -n a addr add 10.9.0.1/24 dev wire
ip -n b addr add 10.9.0.2/24 dev wire
ip -n a link set wire up
ip -n b link set wire up
both out in > /etc/setkeyd/a.conf
both in out > /etc/setkeyd/b.conf
systemctl start setkeyd@a.service setkeyd@b.service
is $? 0 'two daemons for two namespaces start'
ip netns exec a tcpdump --immediate-mode -U -n -Z root -Q out -i wire -w "$work/wire.pcap" ip 2> "$work/capture" &
capture=$!
until_ 20 grep -q listening "$work/capture"
ip netns exec a ping -q -c 5 -i .1 -W 5 10.9.0.2 > /dev/null
ok $? 'the two hosts reach each other'
on_wire() { tcpdump --count -n -r "$work/wire.pcap" "$1" 2> /dev/null | sed -n 's/^\([0-9]*\) packets\?$/\1/p'; }
until_ 10 eval '[ "$(on_wire ip)" -ge 5 ]'
kill -INT $capture
wait $capture
is "$(on_wire esp), $(on_wire icmp)" '5, 0' 'by ESP, and nothing in clear'
systemctl stop 'setkeyd@*.service' 'setkeyd-root@*.socket'
ip netns del a
ip netns del b

# Off, over a restart, and on.
before=$(kernel_state; kernel_policies)
output=$(setkey --off 2>&1)
is $? 0 'off' "$output"
is "$(kernel_policies)" '' 'no policy is left'
systemctl restart setkeyd.service
ok $? 'a service that is off starts'
is "$(kernel_policies)" '' 'and stays off'
has "$(systemctl status setkeyd.service)" "off: nothing of $conf is applied until setkey --on" 'systemctl status says so'
! systemctl reload setkeyd.service 2> /dev/null
ok $? 'and a reload fails'
has "$(journalctl --sync; journalctl -u setkeyd.service MESSAGE_ID=7c0e3b5f1d8f4d6c9a4ef2b1c6d05a83 -o cat)" 'no reload: off' 'the journal says why'
setkey --on > /dev/null 2>&1
is "$(kernel_state; kernel_policies)" "$before" 'on' "$(diff <(echo "$before") <(kernel_state; kernel_policies))"

# Of keys that are all zero it asks whether the kernel is locked down.
ip xfrm state add src 198.51.100.7 dst 198.51.100.8 proto esp spi 0x7777 mode transport \
    enc 'cbc(aes)' 0x00000000000000000000000000000000
until_ 10 eval 'setkey -D | grep -q 0x00007777'
ip xfrm state delete dst 198.51.100.8 proto esp spi 0x7777
is "$(dmesg | grep 'apparmor="DENIED".*profile="setkeyd"')" '' 'and AppArmor has denied nothing'

# Upgrade, removal, purge.
moment=$(ip -s xfrm state list spi 0x1001 | grep ' add ')
pid=$(prop MainPID)
output=$(dpkg -i "$package" 2>&1)
is $? 0 'an upgrade' "$output"
until_ 10 eval '[ "$(prop MainPID)" != "$pid" ] && active'
ok $? 'runs the new program'
is "$(ip -s xfrm state list spi 0x1001 | grep ' add ')" "$moment" 'and touches no SA'
is "$(cat $conf)" "$tunnel" 'nor the file'
output=$(dpkg -r setkeyd 2>&1)
is $? 0 'removal' "$output"
has "$output" 'what is in the kernel stays there' 'says what stays in the kernel'
has "$output" 'setkey --off' 'and how to take it out'
! active
ok $? 'stops the service'
has "$(kernel_state)" 'spi 0x00001001' 'and leaves the SAs'
is "$(cat $conf)" "$tunnel" 'and the file'
output=$(dpkg -P setkeyd 2>&1)
is $? 0 'purge' "$output"
[ ! -e $conf ] && [ ! -e /run/setkeyd ] && [ ! -e /var/lib/setkeyd ] && [ ! -e /usr/sbin/setkeyd ]
ok $? 'leaves nothing' "$(ls -R /etc/setkeyd /run/setkeyd 2>&1)"
finish
