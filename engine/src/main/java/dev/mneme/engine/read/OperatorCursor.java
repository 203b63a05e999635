package dev.mneme.engine.read;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in every shard's changes at once: base64url of the epoch and, for each shard,
/// `<id>:<log index>.<ordinal within that entry>.<how many changes retention had removed when the cursor was given>`.
///
/// Earlier versions wrote no id: the first place was that of shard 0, and so on. Their cursors go on.
record OperatorCursor(String epoch, SortedMap<ShardId, FeedPlace> places) {
    private static final Pattern PLACE =
            Pattern.compile("(?:([0-9]{1,9}):)?([0-9]{1,18})\\.(-1|[0-9]{1,10})\\.([0-9]{1,18})");

    OperatorCursor {
        places = Collections.unmodifiableSortedMap(new TreeMap<>(places));
    }

    OperatorCursor with(ShardId shard, FeedPlace place) {
        SortedMap<ShardId, FeedPlace> changed = new TreeMap<>(places);
        changed.put(shard, place);
        return new OperatorCursor(epoch, changed);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(epoch);
        places.forEach((shard, place) -> text.append(' ')
                .append(shard)
                .append(':')
                .append(place.logIndex())
                .append('.')
                .append(place.ordinal())
                .append('.')
                .append(place.trims()));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /// @return empty for a cursor of another epoch or of other shards
    /// @throws MnemeException `invalid_request` for what is no cursor
    static Optional<OperatorCursor> parse(String text, String epoch, Set<ShardId> shards) {
        String[] words = decoded(text).split(" ", -1);
        SortedMap<ShardId, FeedPlace> places = new TreeMap<>();
        for (int i = 1; i < words.length; i++) {
            Matcher word = PLACE.matcher(words[i]);
            if (!word.matches()) {
                throw invalid();
            }
            ShardId shard = new ShardId(word.group(1) == null ? i - 1 : Integer.parseInt(word.group(1)));
            places.put(shard, place(word));
        }
        if (places.isEmpty() || places.size() != words.length - 1) {
            throw invalid();
        }
        return words[0].equals(epoch) && places.keySet().equals(shards)
                ? Optional.of(new OperatorCursor(epoch, places))
                : Optional.empty();
    }

    private static FeedPlace place(Matcher word) {
        try {
            return new FeedPlace(
                    Long.parseLong(word.group(2)), Integer.parseInt(word.group(3)), Long.parseLong(word.group(4)));
        } catch (NumberFormatException e) {
            MnemeException invalid = invalid();
            invalid.addSuppressed(e);
            throw invalid;
        }
    }

    private static String decoded(String text) {
        try {
            return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            MnemeException invalid = invalid();
            invalid.addSuppressed(e);
            throw invalid;
        }
    }

    private static MnemeException invalid() {
        return MnemeException.invalid("after", "This is no cursor of the operator's feed: use one that it gave.");
    }
}
