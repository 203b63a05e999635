package dev.mneme.cli.view;

import dev.mneme.client.JsonView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Times as people read and type them.
public final class Times {
    private static final Pattern AHEAD = Pattern.compile("([1-9][0-9]{0,5})([smhdw])");
    private static final Pattern EPOCH_MILLIS = Pattern.compile("-?[0-9]{1,18}");

    private static final Pattern OFFSET = Pattern.compile(":[0-9.]+[+-][0-9]{2}(:?[0-9]{2})?$");

    private Times() {}

    /// How long ago, in one unit: `just now`, `5m ago`, `in 3d`; the text itself when it is not an instant.
    public static String age(String at, Instant now) {
        return instant(at).map(then -> age(Duration.between(then, now))).orElse(at);
    }

    private static String age(Duration age) {
        Duration size = age.abs();
        if (size.toSeconds() < 10) {
            return "just now";
        }
        return age.isNegative() ? "in " + brief(size) : brief(size) + " ago";
    }

    /// A length of time in its largest whole unit, for example `3d`.
    public static String brief(Duration size) {
        long seconds = size.toSeconds();
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m";
        }
        if (seconds < 86_400) {
            return seconds / 3600 + "h";
        }
        return seconds < 730L * 86_400 ? seconds / 86_400 + "d" : seconds / (365L * 86_400) + "y";
    }

    /// An instant to the second, in UTC; the text itself when it is not an instant.
    public static String shown(String at) {
        return instant(at)
                .map(then -> DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(then))
                .orElse(at);
    }

    /// A typed time in the form that the API takes: ISO-8601 text or epoch milliseconds as they are; `30m`, `12h`,
    /// `7d`, `2w` as that long after `now`.
    public static JsonView typed(String text, Instant now) {
        if (EPOCH_MILLIS.matcher(text).matches()) {
            return new JsonView(new JsonView.Digits(text));
        }
        Matcher ahead = AHEAD.matcher(text);
        if (ahead.matches()) {
            Instant then = now.plus(unit(ahead.group(2)).multipliedBy(Long.parseLong(ahead.group(1))));
            return new JsonView(then.truncatedTo(ChronoUnit.MILLIS).toString());
        }
        return new JsonView(text);
    }

    /// Whether a typed time has an offset of its own.
    public static boolean namesOffset(@Nullable String text) {
        return text != null && OFFSET.matcher(text).find();
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> Duration.ofDays(7);
        };
    }

    private static Optional<Instant> instant(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException notAnInstant) {
            return Optional.empty();
        }
    }
}
