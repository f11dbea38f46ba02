# The service on a kernel without PF_KEY: the module is not there for anybody, and nothing of the boot may fail for that.
. ./check.sh
umask 022

package=$(echo "$PWD"/setkeyd_*.deb)
conf=/etc/setkeyd/setkey.conf
prop() { systemctl show -p "$1" --value "${2:-setkeyd.service}"; }
drop_in() {
    mkdir -p /run/systemd/system/setkeyd.service.d
    printf '[Service]\n%s\n' "$1" > /run/systemd/system/setkeyd.service.d/nokey.conf
    systemctl daemon-reload
}

ip xfrm state flush
ip xfrm policy flush
[ -e /usr/sbin/setkeyd ] && dpkg --purge setkeyd > /dev/null 2>&1
rmmod af_key 2> /dev/null
printf 'blacklist af_key\ninstall af_key /bin/false\n' > /etc/modprobe.d/no-af_key.conf
output=$(dpkg -i "$package" 2>&1)
is $? 0 'the package installs' "$output"
lacks "$(cat /proc/modules)" 'af_key ' 'there is no PF_KEY'
is "$(prop ActiveState)" active 'the service is running' "$(systemctl status setkeyd.service 2>&1 | tail -n 20)"
has "$(setkey --status)" 'kernel: XFRM' 'by XFRM'
is "$(prop ActiveState modprobe@af_key.service) $(prop Result modprobe@af_key.service)" 'inactive success' \
    'the module that is missing is no failure'
is "$(systemctl --failed --no-legend --plain | grep -v '^$' | grep -c 'modprobe\|modules-load\|setkeyd')" 0 \
    'and no unit has failed' "$(systemctl --failed --no-legend)"

printf '%s\n' 'add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-gcm-16 0x3f0c1d2e4b5a69788796a5b4c3d2e1f011223344;' \
    'spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;' > $conf
systemctl reload setkeyd
is $? 0 'a file of what only XFRM can say is applied'
has "$(ip xfrm state)" 'rfc4106(gcm(aes))' 'and is in the kernel'
is "$(ip xfrm policy count | sed -n 's/.*OUT *\([0-9]*\).*/\1/p')" 1 'with its policy'
ip xfrm state delete dst 192.0.2.2 proto esp spi 0x1001
until_ 10 eval '[[ $(ip xfrm state) == *rfc4106* ]]'
ok $? 'drift is repaired'
systemctl restart setkeyd
has "$(journalctl -u setkeyd.service -n 20 --no-pager)" '0 kernel writes' 'a restart writes nothing'

# Netlink is all that it needs.
drop_in 'RestrictAddressFamilies=
RestrictAddressFamilies=AF_UNIX AF_NETLINK
ExecStart=
ExecStart=/usr/sbin/setkeyd --state-directory /run/setkeyd/state --kernel xfrm'
systemctl restart setkeyd
is "$(prop ActiveState)" active 'it runs with AF_UNIX and AF_NETLINK alone' "$(systemctl status setkeyd.service 2>&1 | tail -n 20)"
is "$(prop StatusText)" 'settled: 1 SA, 1 policy, 0 drifted' 'and is settled'
rm /run/systemd/system/setkeyd.service.d/nokey.conf
systemctl daemon-reload

dpkg --purge setkeyd > /dev/null 2>&1
rm /etc/modprobe.d/no-af_key.conf
ip xfrm state flush
ip xfrm policy flush
finish
