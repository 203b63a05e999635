package dev.mneme.engine.log;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The name of a segment's file: its sequence number in 20 digits, so that a listing is in the log's order.
final class SegmentName {
    private static final Pattern FORM = Pattern.compile("([0-9]{20})\\.wal");

    private SegmentName() {}

    static String of(long sequence) {
        return "%020d.wal".formatted(sequence);
    }

    /// The sequence number; empty when the file is no segment.
    static OptionalLong sequence(String name) {
        var form = FORM.matcher(name);
        return form.matches() && form.group(1).startsWith("0")
                ? OptionalLong.of(Long.parseLong(form.group(1)))
                : OptionalLong.empty();
    }
}
