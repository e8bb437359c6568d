"""The moments of schedules, computed by the rules of the manual with Python's own time zone data. It shares nothing with
the product. Reads a list of {schedule, timeZone, after, until} (seconds since 1970) as JSON, writes a list of lists of
seconds."""

import json
import sys
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def instant(day, clock, zone):
    """The first time the clock shows this; in a gap, the first moment after it."""
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute))
    for _ in range(24 * 60):
        moment = local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += timedelta(minutes=1)
    raise ValueError("no such time")


def days(after, until):
    day = after.date() - timedelta(days=3)
    while day <= until.date() + timedelta(days=3):
        yield day
        day += timedelta(days=1)


def window(day, given, zone):
    """Begin and end of a window that begins on this day."""
    begin = instant(day, given["from"], zone)
    end = instant(day, given["to"], zone)
    if end <= begin:
        end = instant(day + timedelta(days=1), given["to"], zone)
    return begin, end


def falls_on(day, allowed):
    return DAYS[day.weekday()] in allowed


def moments(case):
    schedule, zone = case["schedule"], ZoneInfo(case["timeZone"])
    after = datetime.fromtimestamp(case["after"], timezone.utc)
    until = datetime.fromtimestamp(case["until"], timezone.utc)
    found = set()
    closed = []
    for day in days(after, until):
        for row in schedule.get("times", []):
            if falls_on(day, row["days"]):
                found.update(instant(day, clock, zone) for clock in row["at"])
        interval = schedule.get("interval")
        if interval and falls_on(day, interval["window"]["days"]):
            begin, end = window(day, interval["window"], zone)
            moment = begin
            while moment < end:
                found.add(moment)
                moment += timedelta(minutes=interval["minutes"])
        for given in schedule.get("blackouts", []):
            if falls_on(day, given["days"]):
                closed.append(window(day, given, zone))
    return [
        int(moment.timestamp())
        for moment in sorted(found)
        if after < moment <= until and not any(begin <= moment < end for begin, end in closed)
    ]


json.dump([moments(case) for case in json.load(sys.stdin)], sys.stdout)
