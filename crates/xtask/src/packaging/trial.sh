# Installs the package on a bare Debian and opens its window on a virtual display. Argument: the package.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install --yes --no-install-recommends "$1" xvfb dbus
echo "installed: $(dpkg-query -W slipway)"
slipway --version
cd /root
slipway new trial --template shop
slipway check --project trial
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3> /tmp/display &
tries=0
until [ -s /tmp/display ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || { echo "no virtual display came up" >&2; exit 1; }
  sleep 0.1
done
DISPLAY=:$(cat /tmp/display)
export DISPLAY SLIPWAY_READY_FILE=/tmp/ready
dbus-run-session -- slipway-desktop --project /root/trial &
window=$!
tries=0
until [ -s /tmp/ready ]; do
  kill -0 "$window" || { echo "the window ended before it painted" >&2; exit 1; }
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || { echo "the window did not paint within a minute" >&2; exit 1; }
  sleep 0.1
done
echo "the installed window has painted"
kill "$window"
