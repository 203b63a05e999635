package dev.mneme.cli.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The last position that was seen. A position is `epoch:slot:sequence` of an owner, or the operator's opaque cursor.
/// One thread.
final class Seen {
    private static final Pattern OWNERS = Pattern.compile("(.+:[0-9a-f]+):([0-9]{1,18})");

    private @Nullable String last;

    Seen(@Nullable String last) {
        this.last = last;
    }

    @Nullable
    String last() {
        return last;
    }

    void moveTo(String position) {
        last = position;
    }

    /// There is no position to go on from.
    void forget() {
        last = null;
    }

    /// Whether a change at `position` was already seen, that is, whether it is the last one, or before it in the same
    /// order.
    boolean covers(String position) {
        if (last == null) {
            return false;
        }
        if (last.equals(position)) {
            return true;
        }
        Matcher ours = OWNERS.matcher(last);
        Matcher theirs = OWNERS.matcher(position);
        return ours.matches()
                && theirs.matches()
                && ours.group(1).equals(theirs.group(1))
                && Long.parseLong(theirs.group(2)) <= Long.parseLong(ours.group(2));
    }
}
