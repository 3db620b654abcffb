"""What beat rings for, and how often."""

MINUTE = 60
HOUR = 60 * MINUTE

# name: seconds between two rings, and why it rings.
SCHEDULE: dict[str, float] = {
    "core.heartbeat": 10,  # readiness: beat rings and a worker answers
    "outbound.deliver_due": 5,  # mail whose doorbell was lost, and second tries
    "personal_data.run_erasures": 10,  # an erasure that a crash left half-way
    "personal_data.run_imports": 10,  # an import that a crash left half-way
    "personal_data.make_packages": 10,  # copies whose doorbell was lost, second tries, and those whose time is over
    "consent.follow_up": MINUTE,  # what follows from an answer whose doorbell was lost
    "cases.send_codes": 10,  # codes for looking up a case whose doorbell was lost
    "dsr_requests.send_identity_codes": 10,  # codes to held addresses whose doorbell was lost
    "dsr_requests.fulfil": 10,  # steps of requests whose doorbell was lost, and those that waited or failed
    "dsr_requests.look_after": 10 * MINUTE,  # recipients who are late, steps that wait for a person
    "dsr_requests.go_on_waiting": MINUTE,  # requests that waited after a changed contact detail
    "cases.sweep_marks": 20,  # reminders, what was missed, what ends by itself
    "cases.follow_calendar": MINUTE,  # dates of open cases after a change of the calendar
    "cases.write_digests": 5 * MINUTE,  # the morning's mail to the desk
    "accounts.tell_imported": MINUTE,  # people brought in, told once what is held
    "accounts.sweep_sessions": HOUR,  # security records past their retention
    "personal_data.replay_register": MINUTE,  # what the register announced and a crash kept from being committed
    "personal_data.sweep_orphans": HOUR,  # sealed bytes and keys that a crash left without an owner
    "personal_data.retention": 5 * MINUTE,  # the nightly run, and a turn of one whose doorbell was lost
    "personal_data.warn": HOUR,  # people told 30 and 7 days before something goes
    "personal_data.own_records": HOUR,  # what the portal wrote for itself and has kept long enough
    "personal_data.holds": HOUR,  # holds to be reviewed, and purposes that end for everybody
    "privacy_portal.alert_failing_jobs": 5 * MINUTE,  # a job that keeps failing is told to administrators
}
