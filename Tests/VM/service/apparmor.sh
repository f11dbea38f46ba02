# The AppArmor profile of the package is in force, and denies nothing that the daemon does.
. ./check.sh
umask 022

package=$(echo "$PWD"/setkeyd_*.deb)
conf=/etc/setkeyd/setkey.conf
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
confinement() { tr -d '\0' < "/proc/$(systemctl show -p MainPID --value "$1")/attr/current"; }
denied() { dmesg | grep -F 'apparmor="DENIED"' | grep -F 'profile="setkeyd"'; }
in_kernel() { ip xfrm state | grep -q "spi $1"; }

reset_kernel
dmesg -C
is "$(cat /sys/module/apparmor/parameters/enabled)" Y 'this kernel has AppArmor'
output=$(dpkg -i "$package" 2>&1)
is $? 0 'the package installs' "$output"
has "$(cat /sys/kernel/security/apparmor/profiles)" 'setkeyd (enforce)' 'and loads its profile'
is "$(confinement setkeyd.service)" 'setkeyd (enforce)' 'the daemon runs confined'

# Everything that a daemon does, under the profile.
mkdir -p /etc/keys
echo "$key" > /etc/keys/tunnel
chmod 600 /etc/keys/tunnel
mkdir -p /run/systemd/system/setkeyd.service.d
printf '[Service]\nLoadCredential=tunnel:/etc/keys/tunnel\n' > /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
echo 'spdadd 10.3.0.0/16 10.4.0.0/16 tcp -P out ipsec esp/tunnel/192.0.2.1-192.0.2.3/require;' > /etc/setkeyd/conf.d/more.conf
chgrp _setkeyd /etc/setkeyd/conf.d/more.conf
chmod 640 /etc/setkeyd/conf.d/more.conf
cat > $conf <<END
include "/etc/setkeyd/conf.d/*.conf";
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E aes-cbc @tunnel -A hmac-sha1 ${key}11223344;
add 192.0.2.2 192.0.2.1 esp-udp 0x1002 -m tunnel -E aes-cbc $key -A hmac-sha1 ${key}55667788;
add 2001:db8::2 2001:db8::1 esp-udp 0x1003 -E aes-cbc $key -A hmac-sha1 ${key}99aabbcc;
spdadd 10.1.0.0/16[http] 10.2.0.0/16 tcp -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
END
systemctl restart setkeyd.service
is $? 0 'it starts with a credential, an included file and ESP in UDP' "$(systemctl status setkeyd.service 2>&1 | tail -n 12)"
in_kernel 0x00001001 && in_kernel 0x00001002 && in_kernel 0x00001003
ok $? 'what the file declares is in the kernel'
lacks "$(setkey --status)" warning 'the ports of ESP in UDP are open'
sed -i 's/0x1001/0x1004/' $conf
systemctl reload setkeyd.service
is $? 0 'systemctl reload works, whose client is confined, too'
in_kernel 0x00001004
ok $? 'and the SA is there'
sed -i 's/0x1004/0x1005/' $conf
setkey --reload --confirm 60 > /dev/null 2>&1 && setkey --revert > /dev/null 2>&1
is $? 0 'a reload can wait for its confirmation, and be reverted'
setkey -c <<< 'add 192.0.2.1 192.0.2.9 esp 0x1009 -E null; dump;' > /dev/null
is $? 0 'a run works'
# ESP in UDP by an SA that is not here, so that a counter has counted.
ip addr add 192.0.2.1/32 dev lo
printf '\022\064\126\170\0\0\0\1%032d' 0 > /dev/udp/192.0.2.1/4500
has "$(setkey --doctor)" '[XfrmInNoStates]' 'the doctor sees the counters'
ip addr del 192.0.2.1/32 dev lo
kill -KILL "$(systemctl show -p MainPID --value setkeyd.service)"
until_ 30 eval '[ "$(confinement setkeyd.service 2> /dev/null)" = "setkeyd (enforce)" ] && setkey --status > /dev/null'
ok $? 'a daemon that was killed is there again, confined'
ip netns add blue
install -m 640 -g _setkeyd /dev/null /etc/setkeyd/blue.conf
systemctl start setkeyd@blue.service
is "$(confinement setkeyd@blue.service)" 'setkeyd (enforce)' 'the daemon of a namespace is confined'
systemctl stop setkeyd@blue.service setkeyd-root@blue.socket
ip netns del blue
setkeyd --check --config /etc/hostname > /dev/null 2>&1
is $? 1 'a setkeyd started by hand reads any file: it is not confined'
is "$(denied)" '' 'nothing was denied'

# What the profile does not name is denied: so the lines above mean something.
echo 'include "/etc/hosts";' > $conf
! systemctl reload setkeyd.service 2> /dev/null
ok $? 'a file from elsewhere is refused'
has "$(denied)" 'name="/etc/hosts"' 'by AppArmor, and the kernel log says so'
echo '/etc/hosts r,' > /etc/apparmor.d/local/setkeyd
apparmor_parser -r /etc/apparmor.d/setkeyd
dmesg -C
systemctl reload setkeyd.service 2> /dev/null
is "$(denied)" '' 'a line in local/setkeyd allows it'

rm /run/systemd/system/setkeyd.service.d/test.conf
systemctl daemon-reload
dpkg -P setkeyd > /dev/null 2>&1
is "$(cat /sys/kernel/security/apparmor/profiles | grep -c '^setkeyd ')$(ls /etc/apparmor.d/setkeyd /etc/apparmor.d/local/setkeyd 2> /dev/null)" 1 'purge removes the profile from the disk'
rm -rf /etc/setkeyd /etc/keys
finish
