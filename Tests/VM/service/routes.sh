# Routes instead of policies, in the words of the guide: its drop-in for XFRM, its xfrm interface of systemd-networkd, its SAs
# and policies. The other end has policies, by ip-xfrm(8), which is code that is not ours.
. ./check.sh
umask 022

package=$(echo "$PWD"/setkeyd_*.deb)
# The guide's text, as the package has it
guide=$(dpkg-deb --fsys-tarfile "$package" | tar -xO ./usr/share/doc/setkeyd/administration.md)
drop_in=/run/systemd/system/setkeyd.service.d/routes.conf
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
credentials=(gw1.e gw1.a gw2.e gw2.a)
# The keys differ in their last digits; those of hmac-sha512 have 64 bytes.
keys() { case $1 in *.e) echo "$key" ;; *) printf '0x%0126d%s\n' 0 "0${1:2:1}" ;; esac; }

reset_kernel
output=$(dpkg -i "$package" 2>&1)
is $? 0 'the package installs' "$output"
# What the guide has indented under its heading: files, each after its name, and statements
sed -n '/^### Routes instead/,/^## /p' <<<"$guide" | awk -v conf="$work/site.conf" '
    /^[^ ]/ { file = "" }
    /^    # \// { file = $2; next }
    /^    (add|spdadd) / { print substr($0, 5) > conf; next }
    /^    / && file { print substr($0, 5) > file }'
is "$(ls /etc/systemd/network)" $'50-ipsec0.netdev\n50-ipsec0.network' 'the guide has files for systemd-networkd'
is "$(grep -c . "$work/site.conf")" 5 'and statements'
install -m 640 -g _setkeyd "$work/site.conf" /etc/setkeyd/conf.d/site.conf
mkdir -p "${drop_in%/*}" "$work/keys"
{
    sed -n '/^## PF_KEY or XFRM/,/^###/s/^    \(ExecStart=.*\|\[Service\]\)/\1/p' <<<"$guide"
    for name in "${credentials[@]}"; do
        keys $name > "$work/keys/$name"
        echo "LoadCredential=$name:$work/keys/$name"
    done
} > $drop_in
systemctl daemon-reload
systemctl restart setkeyd
is "$(systemctl show -p StatusText --value setkeyd.service)" 'settled: 2 SAs, 3 policies, 0 drifted' 'the service takes them' \
    "$(cat $drop_in; systemctl status setkeyd.service 2>&1 | tail -n 20)"
has "$(setkey --status)" 'kernel: XFRM' 'by XFRM'

# The guest has no udev, for which systemd-networkd waits unless /sys cannot be written; and loads nothing on demand.
mkdir -p /run/systemd/system/systemd-networkd.service.d
printf '[Service]\nReadOnlyPaths=/sys\n' > /run/systemd/system/systemd-networkd.service.d/guest.conf
modprobe xfrm_interface
systemctl daemon-reload
systemctl start systemd-networkd
until_ 30 eval "ip route show dev ipsec0 2> /dev/null | grep -q '^10.2.0.0/16 '"
ok $? 'systemd-networkd makes the interface and its route' "$(ip link; ip route; journalctl -u systemd-networkd -n 30 --no-pager)"
has "$(ip -d link show ipsec0)" 'if_id 0x7' 'with its id'

# A host behind this gateway, and the other gateway
for end in host gateway; do
    ip netns add $end
    ip -n $end link set lo up
done
ip link add lan type veth peer name lan netns host
ip link add wan type veth peer name wan netns gateway
ip addr add 10.1.0.1/16 dev lan
ip addr add 192.0.2.1/32 dev wan
ip link set lan up
ip link set wan up
ip route add 198.51.100.1 dev wan src 192.0.2.1
ip -n host -batch - <<'END'
addr add 10.1.0.2/16 dev lan
link set lan up
route add default via 10.1.0.1
END
state='mode tunnel enc cbc(aes)'
ip -n gateway -batch - <<END
addr add 198.51.100.1/32 dev wan
addr add 10.2.0.1/16 dev lo
link set wan up
route add 192.0.2.1 dev wan src 198.51.100.1
route add 10.1.0.0/16 dev wan
xfrm state add src 192.0.2.1 dst 198.51.100.1 proto esp spi 0x2001 $state $(keys gw1.e) auth-trunc hmac(sha512) $(keys gw1.a) 256
xfrm state add src 198.51.100.1 dst 192.0.2.1 proto esp spi 0x2002 $state $(keys gw2.e) auth-trunc hmac(sha512) $(keys gw2.a) 256
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir out tmpl src 198.51.100.1 dst 192.0.2.1 proto esp mode tunnel
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir in tmpl src 192.0.2.1 dst 198.51.100.1 proto esp mode tunnel
END
ok $? 'the other gateway is there'
sysctl -q -w net.ipv4.ip_forward=1
# received COMMAND...: so many of three come back
received() { "$@" ping -q -n -c 3 -l 3 -i 1 -W 1 10.2.0.1 | sed -n 's/.* \([0-9]*\) received.*/\1/p'; }
counted() { ip -n gateway -s xfrm state list spi "$1" | sed -n 's/^\s*[0-9]*(bytes), \([0-9]*\)(packets)$/\1/p'; }
is "$(received ip netns exec host)" 3 'packets of a host behind the gateway come back'
is "$(counted 0x2001) $(counted 0x2002)" '3 3' 'through the tunnel'

# Routes decide: elsewhere packets go in clear, and in the tunnel nothing does.
ip -n gateway addr add 10.3.0.1/32 dev lo
ip route add 10.3.0.1 via 198.51.100.1 dev wan onlink
is "$(ping -q -n -c 2 -l 2 -i 1 -W 1 10.3.0.1 | sed -n 's/.* \([0-9]*\) received.*/\1/p')" 2 'what is not routed into it goes in clear'
is "$(counted 0x2001)" 3 'and not through the tunnel'
sed -i 's/0x2001/0x2003/' /etc/setkeyd/conf.d/site.conf
systemctl reload setkeyd
is "$(received ip netns exec host)" 0 'with another SA than the other end has, nothing passes'

systemctl stop systemd-networkd.service systemd-networkd.socket
dpkg --purge setkeyd > /dev/null 2>&1
rm -rf /etc/setkeyd /run/systemd/system/systemd-networkd.service.d $drop_in /etc/systemd/network/50-ipsec0.*
systemctl daemon-reload
ip link delete ipsec0
ip netns delete host
ip netns delete gateway
sysctl -q -w net.ipv4.ip_forward=0
finish
