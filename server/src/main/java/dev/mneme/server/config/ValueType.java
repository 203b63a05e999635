package dev.mneme.server.config;

import dev.mneme.core.audit.Prices;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns a setting's text into a value, and says which values there are.
///
/// @param description for the operator, for example `a number from 0 to 65535`
/// @param reader gives the value; empty if the text is none
/// @param verbatim whether spaces at its ends belong to it
record ValueType<T>(String description, Function<String, Optional<T>> reader, boolean verbatim) {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*(B|KiB|MiB|GiB)?");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h|d)");

    private ValueType(String description, Function<String, Optional<T>> reader) {
        this(description, reader, false);
    }

    static ValueType<Integer> integer(int least, int most) {
        return new ValueType<>(
                "a number from " + least + " to " + most,
                text -> whole(text)
                        .filter(number -> number >= least && number <= most)
                        .map(Long::intValue));
    }

    static ValueType<Integer> powerOfTwo(int least, int most) {
        return new ValueType<>(
                "a power of two from " + least + " to " + most,
                text -> whole(text)
                        .filter(number -> number >= least && number <= most && Long.bitCount(number) == 1)
                        .map(Long::intValue));
    }

    private static Optional<Long> whole(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    static ValueType<Long> bytes(String least, String most) {
        long low = size(least).orElseThrow();
        long high = size(most).orElseThrow();
        return new ValueType<>(
                "a size from " + least + " to " + most + ", for example 64MiB",
                text -> size(text).filter(bytes -> bytes >= low && bytes <= high));
    }

    private static Optional<Long> size(String text) {
        Matcher parts = SIZE.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String unit = parts.group(2) == null ? "B" : parts.group(2);
        int shift = switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> 0;
        };
        BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(1L << shift));
        return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
                ? Optional.of(bytes.longValueExact())
                : Optional.empty();
    }

    static ValueType<Duration> duration(String least, String most) {
        Duration low = duration(least).orElseThrow();
        Duration high = duration(most).orElseThrow();
        return new ValueType<>(
                "a duration from " + least + " to " + most + ", for example 500ms, 30s, 7d",
                text -> duration(text).filter(time -> time.compareTo(low) >= 0 && time.compareTo(high) <= 0));
    }

    private static Optional<Duration> duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    static ValueType<Boolean> truth() {
        return new ValueType<>(
                "true or false",
                text -> text.equals("true") || text.equals("false")
                        ? Optional.of(text.equals("true"))
                        : Optional.empty());
    }

    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            names.add(constant.name().toLowerCase(Locale.ROOT));
        }
        return new ValueType<>("one of " + String.join(", ", names), text -> {
            int at = names.indexOf(text);
            return at < 0 ? Optional.empty() : Optional.of(type.getEnumConstants()[at]);
        });
    }

    static ValueType<String> text() {
        return new ValueType<>("text", Optional::of);
    }

    static ValueType<Optional<String>> optionalText() {
        return new ValueType<>("text", text -> Optional.of(text.isEmpty() ? Optional.empty() : Optional.of(text)));
    }

    /// The text as it is, including spaces.
    static ValueType<Optional<String>> prefix() {
        return new ValueType<>(
                "text",
                text -> Optional.of(
                        text.isEmpty()
                                ? Optional.empty()
                                : Optional.of(text.strip().equals("none") ? "" : text)),
                true);
    }

    static <E extends Enum<E>> ValueType<Optional<E>> optionalChoice(Class<E> type) {
        ValueType<E> choice = choice(type);
        return new ValueType<>(choice.description(), text -> {
            Optional<E> value =
                    text.isEmpty() ? Optional.empty() : choice.reader().apply(text);
            return text.isEmpty() || value.isPresent() ? Optional.of(value) : Optional.empty();
        });
    }

    static ValueType<Optional<Secret>> secret() {
        return new ValueType<>(
                "text", text -> Optional.of(text.isEmpty() ? Optional.empty() : Optional.of(new Secret(text))));
    }

    static ValueType<Optional<Path>> optionalPath() {
        return new ValueType<>("a path", text -> {
            Optional<Path> path = text.isEmpty() ? Optional.empty() : path(text);
            return text.isEmpty() || path.isPresent() ? Optional.of(path) : Optional.empty();
        });
    }

    static ValueType<Path> requiredPath() {
        return new ValueType<>("a path", text -> text.isEmpty() ? Optional.empty() : path(text));
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }

    /// Prices of models: `model=prompt/completion` or `provider/model=prompt/completion`, separated by commas. A price
    /// has up to 9 digits before and after the point.
    static ValueType<Prices> prices() {
        Pattern entry = Pattern.compile("([^=,]+)=([0-9]{1,9}(?:\\.[0-9]{1,9})?)/([0-9]{1,9}(?:\\.[0-9]{1,9})?)");
        return new ValueType<>("prices like small=0.25/1.25 with commas between, for example large=3/15", text -> {
            Map<String, Prices.Price> prices = new LinkedHashMap<>();
            for (String one : text.isBlank() ? new String[0] : text.strip().split("\\s*,\\s*", -1)) {
                Matcher parts = entry.matcher(one);
                if (!parts.matches() || prices.containsKey(parts.group(1).strip())) {
                    return Optional.empty();
                }
                prices.put(
                        parts.group(1).strip(),
                        new Prices.Price(new BigDecimal(parts.group(2)), new BigDecimal(parts.group(3))));
            }
            return Optional.of(new Prices(prices));
        });
    }

    /// Origins exactly as browsers send them: no wildcard, no path.
    static ValueType<List<String>> origins() {
        Pattern origin = Pattern.compile("https?://[^/\\s*,]+");
        return new ValueType<>("origins like https://app.example, with commas between", text -> {
            List<String> origins =
                    text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
            boolean valid = origins.stream().allMatch(one -> origin.matcher(one).matches());
            return valid ? Optional.of(origins) : Optional.empty();
        });
    }
}
