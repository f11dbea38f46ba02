# setkeyd-metrics.socket, by the package on a real systemd: figures over HTTP, for whoever connects, and nothing else.
. ./check.sh
umask 022

conf=/etc/setkeyd/setkey.conf
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
# ask REQUEST [HOST]: what is answered.
ask() {
    exec 3<> "/dev/tcp/${2:-127.0.0.1}/15051" || return
    printf '%b' "$1" >&3
    timeout 300 cat <&3
    exec 3>&-
}
get='GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'

reset_kernel
output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
is $? 0 'the package installs' "$output"
is "$(systemctl is-enabled setkeyd-metrics.socket; systemctl is-active setkeyd-metrics.socket)" 'disabled
inactive' 'the socket is not enabled by default'
is "$(systemd-analyze verify --man=no setkeyd-metrics.socket setkeyd-metrics@1.service 2>&1)" '' 'systemd-analyze verify is silent'
exposure=$(systemd-analyze security --no-pager setkeyd-metrics@1.service | sed -n 's/.*level for.*: \([0-9.]*\).*/\1/p')
[ "$(awk -v e="$exposure" 'BEGIN { print (e > 0 && e <= 1) }')" = 1 ]
ok $? "the exposure of the service is $exposure"
echo "add 192.0.2.1 192.0.2.2 esp 0x1001 -E aes-cbc $key -A hmac-sha1 ${key}11223344;" > $conf
systemctl reload setkeyd
systemctl enable --now setkeyd-metrics.socket 2> /dev/null
is $? 0 'it is enabled'

answer=$(ask "$get")
has "$answer" $'HTTP/1.1 200 OK\r' 'a request is answered'
has "$answer" 'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8' 'as OpenMetrics'
has "$answer" 'setkeyd_associations{owner="declared",state="mature"} 1' 'with the figures'
is "$(tail -n 1 <<< "$answer")" '# EOF' 'to their end'
lacks "$answer" "${key:2:16}" 'and without keys'
has "$(ask "$get" ::1)" 'setkeyd_up 1' 'at ::1, too'
has "$(setpriv --reuid nobody --regid nogroup --clear-groups bash -c "$(declare -f ask); ask '$get'")" 'setkeyd_up 1' \
    'any user of the machine may look'
answer=$(ask 'GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\n\r\n')
has "$answer" '# TYPE setkeyd_reloads_total counter' 'the older form is there for who accepts no other'
has "$(ask 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')" 'HTTP/1.1 404 ' 'there is nothing else'
has "$(ask 'POST /metrics HTTP/1.1\r\nHost: a\r\n\r\n')" 'HTTP/1.1 405 ' 'and nothing can be sent'
has "$(ask '{"method":"org.setkeyd.Flush","parameters":{"database":"associations"}}\0\r\n\r\n')" 'HTTP/1.1 400 ' \
    'calls of the control socket are no requests'
has "$(kernel_state)" 'spi 0x00001001' 'the SA is still there'
ask 'GET /metrics HT' > "$work/answer" &
instance=''
waits() { instance=$(systemctl list-units --plain --no-legend --state=active 'setkeyd-metrics@*' | cut -d ' ' -f 1); [ -n "$instance" ]; }
until_ 8 waits
pid=$(systemctl show -p MainPID --value "$instance")
user=$(stat -c %u "/proc/$pid")
[ "$user" -ge 61184 ] && [ "$user" -le 65519 ]
ok $? "it has a user of its own, $user"
is "$(sed -n 's/^CapBnd:\t//p' "/proc/$pid/status")" 0000000000000000 'which can have no capability'
is "$(tr -d '\0' < "/proc/$pid/attr/current")" 'setkeyd-metrics (enforce)' 'and is confined by AppArmor'
wait
answer=$(< "$work/answer")
has "$answer" 'HTTP/1.1 408 ' 'half a request is given up after a while'
is "$(journalctl --sync; journalctl -q -u 'setkeyd-metrics@*' -p warning 2> /dev/null)" '' 'none of that is a warning in the journal'

# Many at once: those that get no place are turned away, and the socket stays. That a machine is slow is no matter.
mkdir -p /run/systemd/system/setkeyd-metrics@.service.d
printf '[Service]\nRuntimeMaxSec=300s\n' > /run/systemd/system/setkeyd-metrics@.service.d/test.conf
systemctl daemon-reload
for _ in $(seq 60); do ask "$get" 2> /dev/null & done > "$work/answers"
wait
served=$(grep -ac '^# EOF$' "$work/answers")
[ "$served" -ge 16 ]
ok $? "of 60 requests at once $served are answered"
has "$(ask "$get")" 'setkeyd_up 1' 'and the next one is'
is "$(systemctl is-active setkeyd-metrics.socket setkeyd.service | sort -u)" active 'nothing has failed'

# A scrape starts nothing.
systemctl stop setkeyd.service
is "$(ask "$get" | tail -n 2)" 'setkeyd_up 0
# EOF' 'that a service is stopped is an answer'
is "$(setkey --metrics --http <<< $'GET /metrics HTTP/1.0\n' | tail -n 2)" 'setkeyd_up 0
# EOF' 'and root gets the same'
is "$(systemctl is-active setkeyd.service)" inactive 'and is not started'
systemctl start setkeyd.service
has "$(ask "$get")" 'setkeyd_up 1' 'when it runs again, it does'

output=$(dpkg -P setkeyd 2>&1)
is $? 0 'purge' "$output"
is "$(systemctl is-active 'setkeyd*.socket' | sort -u)$(ls /etc/systemd/system/sockets.target.wants/ | grep setkeyd)" '' \
    'leaves no socket'
finish
