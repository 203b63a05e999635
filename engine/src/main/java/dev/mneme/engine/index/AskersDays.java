package dev.mneme.engine.index;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/// How well memories' days agree with those of a query, by the asker's calendar. A memory that was told with an offset
/// of its own keeps its day; any other one belongs to the day that the asker's clock showed when it was told.
///
/// Days in the text of a memory without an offset ("yesterday") were resolved in UTC when it was stored, and stay so.
///
/// **Threads**: of one search alone, since it remembers the last day's offset.
final class AskersDays {
    private static final int DAY_MINUTES = 1440;
    private static final int SECONDS = 60;

    private final DateCue cue;
    private final ZoneId zone;

    private int lastDay;
    private int lastOffset;
    private boolean lastIsWhole;

    /// @param zone of the asker
    AskersDays(DateCue cue, ZoneId zone) {
        this.cue = cue;
        this.zone = zone;
    }

    boolean isEmpty() {
        return cue.isEmpty();
    }

    /// The part "date", 0 to 1, of the memory in this slot.
    double part(Slots slots, int slot) {
        if (cue.isEmpty()) {
            return 0;
        }
        int date = slots.date(slot);
        int day = slots.day(slot);
        int minute = slots.minute(slot);
        if (minute != Slots.NONE && !zone.equals(ZoneOffset.UTC)) {
            int shift = Math.floorDiv(minute + offset(day, minute), DAY_MINUTES);
            if (shift != 0) {
                day = DateCue.pack(DateCue.unpack(day).plusDays(shift));
                date = date == 0 ? 0 : day;
            }
        }
        return cue.part(date, day, slots.told(slot));
    }

    /// The zone's offset in minutes at a minute of a day in UTC. The zone's rules are asked only once for consecutive
    /// memories of one day, unless the clock changes on that day.
    private int offset(int day, int minute) {
        if (day != lastDay) {
            LocalDate date = DateCue.unpack(day);
            lastDay = day;
            lastOffset = offset(date, 0);
            lastIsWhole = lastOffset == offset(date, DAY_MINUTES);
        }
        return lastIsWhole ? lastOffset : offset(DateCue.unpack(day), minute);
    }

    private int offset(LocalDate day, int minute) {
        return Math.floorDiv(
                zone.getRules()
                        .getOffset(day.atStartOfDay().toInstant(ZoneOffset.UTC).plus(minute, ChronoUnit.MINUTES))
                        .getTotalSeconds(),
                SECONDS);
    }
}
