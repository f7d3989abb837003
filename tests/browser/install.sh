#!/bin/sh
# Make sure that the tests have a Chromium and a D-Bus (for real desktop alerts), and tesseract (for text layers):
# use what is there, else install it with the system's packages, else with Playwright. Firefox and WebKitGTK come too
# where the system has them; without them some tests are skipped and say so, and without the shell they take longer. Usage: install.sh PYTHON
set -u
python=${1:-python3}
here=$(dirname "$0")

lacking() {
    "$python" "$here/chromium.py" >/dev/null 2>&1 || echo chromium
    command -v dbus-daemon >/dev/null 2>&1 || echo dbus
    tesseract --list-langs 2>/dev/null | grep -q '^deu$' || echo tesseract-ocr tesseract-ocr-deu
}

more_engines() {
    command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || echo firefox-esr libnotify4
    { command -v WebKitWebDriver && command -v Xvfb; } >/dev/null 2>&1 || echo webkit2gtk-driver xvfb xauth
}

lighter() {
    command -v chromium-headless-shell >/dev/null 2>&1 || echo chromium-headless-shell
}

packages=$(lacking)
engines=$(more_engines)
[ -z "$packages$engines" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null 2>&1; then as_root="sudo"; else as_root=none; fi
    if [ "$as_root" != none ]; then
        echo "Installing for the tests:" $packages $engines
        $as_root apt-get update -qq
        for some in "$packages" "$engines" "$(lighter)"; do # the first are needed, others may be unknown here
            # shellcheck disable=SC2086
            [ -z "$some" ] || DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq \
                --no-install-recommends $some >/dev/null
        done
    fi
fi

case $(lacking) in *chromium*)
    echo "No Chromium from the system; trying the one that Playwright brings ..."
    "$python" -m playwright install chromium ;;
esac

case $(lacking) in *tesseract*)
    echo "tesseract cannot be installed here: the tests that read print will be skipped, and say so." >&2 ;;
esac
packages=$(lacking | grep -v tesseract)
[ -z "$packages" ] && exit 0
echo "The browser tests cannot run: still missing are" $packages >&2
echo "Install a Chromium or Chrome (or name one: CHROMIUM=/path/to/chrome) and dbus-daemon, then try again." >&2
exit 1
