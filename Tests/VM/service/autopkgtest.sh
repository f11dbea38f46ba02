# The tests that the package brings for autopkgtest, on the package as it installs.
. ./check.sh
umask 022

reset_kernel
output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
ok $? 'the package installs' "$output"
for test in autopkgtest/simulated-kernel autopkgtest/service; do
    output=$("$test" 2>&1)
    ok $? "debian/tests/${test#*/} passes" "$output"
done
dpkg -P setkeyd > /dev/null 2>&1
finish
