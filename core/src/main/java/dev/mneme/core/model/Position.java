package dev.mneme.core.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The place of a change in its owner's order: `<epoch>:<slot in hex>:<sequence>`, for example `k7f3q2ab:1a4:42`.
/// Sequences of an owner start at 1 and have no gaps; 0 stands before the first change. Epochs are only compared for
/// equality.
public record Position(String epoch, int slot, long sequence) {
    /// How the epoch begins of positions that a write has which waits to be committed: it was not given a place yet.
    public static final String PENDING = "pending";

    private static final Pattern FORM = Pattern.compile("([a-z0-9]{1,32}):([0-9a-f]{1,3}):([0-9]{1,18})");

    /// Reads the printed form; empty when it is not one.
    public static Optional<Position> parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Position(m.group(1), Integer.parseInt(m.group(2), 16), Long.parseLong(m.group(3))));
    }

    /// Whether what was written here waits to be committed.
    public boolean isPending() {
        return epoch.startsWith(PENDING);
    }

    public Position withSequence(long other) {
        return new Position(epoch, slot, other);
    }

    @Override
    public String toString() {
        return epoch + ":" + Integer.toHexString(slot) + ":" + sequence;
    }
}
