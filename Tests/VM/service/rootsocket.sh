# The control socket of root: members cannot open it, so they cannot fill its queue; it comes and goes with the other one.
. ./check.sh
umask 022

control=/run/setkeyd/control.sock
as() { setpriv --reuid "$1" --regid "$1" --groups "$2" --inh-caps -all "${@:3}"; }
# connects PATH: whether a connection gets its place at once.
connects() { [ "$(timeout 3 "$PWD/bin/occupy" "$1" 1)" = 'connected 1' ]; }

reset_kernel
output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
is $? 0 'the package installs' "$output"
group=$(getent group setkeyd | cut -d: -f3)
is "$(stat -c '%U:%G %a' $control $control.root)" "_setkeyd:setkeyd 660
_setkeyd:_setkeyd 600" 'there are two sockets, for the group and for root'
is "$(systemd-analyze verify --man=no setkeyd.service setkeyd.socket setkeyd-root.socket 2>&1)" '' 'systemd-analyze verify is silent'
is "$(as 1234 "$group" timeout 3 "$PWD/bin/occupy" $control.root 1)" 'connected 0' 'a member cannot open that of root'

# While the daemon does not accept, members fill the queue of the group's socket.
pid=$(systemctl show -p MainPID --value setkeyd.service)
kill -STOP "$pid"
held=()
for number in 1 2 3; do
    # Not by `as`: what is killed below is the program, and not a shell that waits for it.
    setpriv --reuid 1234 --regid 1234 --groups "$group" --inh-caps -all "$PWD/bin/occupy" $control 300 > /dev/null &
    held+=($!)
done
until_ 30 eval '! connects $control'
ok $? 'their queue is full: nobody gets in there, not even root'
connects $control.root
ok $? 'by the other one root does'
kill -CONT "$pid"
has "$(setkey --status)" "kernel: $kernel_name" 'setkey takes it by itself'
kill "${held[@]}"
wait

# That of root starts the daemon, and stays; that of members comes and goes with it.
systemctl stop setkeyd.service
has "$(setkey --status)" "kernel: $kernel_name" 'a client of root starts the daemon'
as 1235 "$group" setkey --status > /dev/null
is $? 0 'and one of a member finds it'
systemctl restart setkeyd.service
is "$(systemctl is-active setkeyd.socket setkeyd-root.socket | sort -u)" active 'a restart leaves both open'
systemctl stop setkeyd-root.socket
is "$(systemctl is-active setkeyd.service)" inactive 'with the socket of root the service is stopped'
until_ 30 eval '[ ! -e $control ]'
[ ! -e $control ] && [ ! -e $control.root ]
ok $? 'and no socket is left'
systemctl start setkeyd.socket
until_ 30 eval '[ ! -e $control ]'
is "$(systemctl is-active setkeyd.service)" inactive 'that of the group does not stay without the service, nor starts it'
systemctl start setkeyd.service
connects $control.root
ok $? 'the service opens both'

ip netns add blue
install -m 640 -g _setkeyd /dev/null /etc/setkeyd/blue.conf
systemctl start setkeyd@blue.service
is "$(stat -c '%U:%G %a' /run/setkeyd/blue/control.sock.root)" '_setkeyd:_setkeyd 600' 'the daemon of a namespace has one, too'
has "$(setkey --socket /run/setkeyd/blue/control.sock --status)" '/etc/setkeyd/blue.conf' 'and root uses it'
dpkg -P setkeyd > /dev/null 2>&1
is "$(systemctl is-active 'setkeyd*.socket' | sort -u)$(ls /run/setkeyd 2> /dev/null)" '' 'purge leaves no socket'
finish
