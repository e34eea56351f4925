#!/usr/bin/env bash
# crontab.example under the system's real cron (Debian's), with every line due each minute, on the demo's board:
# mails arrive, cron mails nothing while all is well, and one line for each task when the database is gone.
# Needs root and cron. cron runs in a mount namespace of its own, with another crontab, cron.d and sendmail: nothing
# of this machine is changed.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

[[ $(id -u) == 0 ]] || { echo "needs root" >&2; exit 77; }
command -v cron >/dev/null || { echo "needs cron (apt-get install cron)" >&2; exit 77; }
unshare --mount true 2>/dev/null || { echo "needs mount namespaces (unshare --mount)" >&2; exit 77; }
! pgrep -x cron >/dev/null || { echo "a cron is running already" >&2; exit 77; }

folder=$(mktemp -d)
mkdir "$folder/cron-mail" "$folder/cron.d" "$folder/spool"
cron_pid=
clean_up() {
    [[ -z $cron_pid ]] || kill "$cron_pid" 2>/dev/null || true
    wait 2>/dev/null || true
    [[ -s /usr/sbin/sendmail || ! -f /usr/sbin/sendmail ]] || rm -f /usr/sbin/sendmail  # made for the mount
    rm -rf "$folder"
}
trap clean_up EXIT

cat > "$folder/sendmail" <<STANDIN
#!/bin/sh
cat > "\$(mktemp $folder/cron-mail/XXXXXX)"
STANDIN
chmod 755 "$folder/sendmail"

"$root/.venv/bin/jobraker" --quiet demo --keep "$folder/demo" 2>/dev/null
settings() { printf 'DATABASE_URL=sqlite:///%s\nEMAIL_BACKEND=file\nEMAIL_FILE_PATH=%s/mail\n' "$1" "$folder"; }
settings "$folder/demo/board.db" > "$folder/.env"
chmod 600 "$folder/.env"

# Jobs like those that people were mailed, of other companies: new ones, for cron to find.
"$root/.venv/bin/python" - "$folder/demo/board.db" <<'PYTHON'
import sqlite3, sys, uuid
from datetime import UTC, datetime
board = sqlite3.connect(sys.argv[1])
board.row_factory = sqlite3.Row
now = str(datetime.now(UTC).replace(tzinfo=None))
jobs = board.execute("SELECT * FROM jobs WHERE id IN (SELECT job_id FROM jobraker_sent_job) LIMIT 200").fetchall()
for number, job in enumerate(jobs):
    new = dict(job) | {"id": uuid.uuid4().hex, "company": f"Newcomer {number}", "status": "active", "created_at": now}
    new |= {"posted_date": now, "application_deadline": None, "external_id": f"cron-{number}"}
    marks = ", ".join("?" * len(new))
    board.execute(f"INSERT INTO jobs ({', '.join(new)}) VALUES ({marks})", list(new.values()))
board.commit()
PYTHON

# Each line of the example with its own command, due every minute, here, as root.
sed -E -e "s#^[0-9*/]+( +[0-9*/]+){4} +jobraker +cd /etc/jobraker#* * * * * root cd $folder#" \
    -e "s#^PATH=#PATH=$root/.venv/bin:#" crontab.example > "$folder/cron.d/jobraker"
lines=$(grep -c '^\* \* \* \* \* root cd' "$folder/cron.d/jobraker")
chmod 644 "$folder/cron.d/jobraker"
# shellcheck disable=SC2016  # the inner shell expands it
unshare --mount sh -c '
    : > "$1/crontab"
    if [ ! -e /usr/sbin/sendmail ]; then touch /usr/sbin/sendmail; fi
    mount --bind "$1/crontab" /etc/crontab
    mount --bind "$1/cron.d" /etc/cron.d
    mount --bind "$1/spool" /var/spool/cron/crontabs
    mount --bind "$1/sendmail" /usr/sbin/sendmail
    exec cron -f
' cron-test "$folder" &
cron_pid=$!
echo "cron runs $lines tasks every minute in $folder"

tasks_that_ran() {
    "$root/.venv/bin/jobraker" --database-url "sqlite:///$folder/demo/board.db" --format csv runs --limit 200 |
        awk -F, -v since="$began" 'NR > 1 && $3 >= since && ($5 == "done" || $5 == "incomplete") { print $2 }' | sort -u | wc -l
}
mails() { find "$1" -type f 2>/dev/null | wc -l; }
wait_for() { # seconds, what, command...
    local left=$1 what=$2
    shift 2
    until "$@"; do
        ((left -= 2)) || true
        ((left > 0)) || { echo "FAILED: $what did not happen" >&2; exit 1; }
        sleep 2
    done
    echo "ok: $what"
}
began=$(date -u +%Y-%m-%dT%H:%M:%S)
all_ran() { [[ $(tasks_that_ran) -ge $lines ]]; }
mail_came() { [[ $(mails "$folder/mail") -gt 0 ]]; }
cron_mailed() { [[ $(mails "$folder/cron-mail") -ge $lines ]]; }

wait_for 200 "every task ran under cron" all_ran
wait_for 100 "mails arrived" mail_came
sleep 5
[[ $(mails "$folder/cron-mail") == 0 ]] || { cat "$folder"/cron-mail/*; echo "FAILED: output on success" >&2; exit 1; }
echo "ok: $(mails "$folder/mail") mails, and cron had nothing to report"

settings "$folder/nowhere.db" > "$folder/.env"
wait_for 130 "cron mailed the operator about each task" cron_mailed
for one in "$folder"/cron-mail/*; do
    said=$(sed '1,/^$/d' "$one")
    [[ $(wc -l <<<"$said") == 1 && $said == "jobraker: "*"run: jobraker init"* ]] ||
        { cat "$one"; echo "FAILED: not one clear line" >&2; exit 1; }
done
echo "ok: one line each: $said"
