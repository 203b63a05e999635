package dev.mneme.engine.read;

import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.table.Rows;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A place in every shard's changes at once: base64url of the epoch and, for each shard, its log index, the ordinal
/// within that entry, and how many changes retention had removed when the cursor was made.
record OperatorCursor(String epoch, List<Place> places) {
    private static final Pattern PLACE = Pattern.compile("[0-9]{1,18}\\.(-1|[0-9]{1,10})\\.[0-9]{1,18}");

    record Place(long logIndex, int ordinal, long trims) {
        /// Whether nothing after this place has been removed since the cursor was made.
        boolean served(Rows.Shard shard) {
            return trims == shard.trims()
                    || logIndex > shard.trimmedIndex()
                    || (logIndex == shard.trimmedIndex() && ordinal >= shard.trimmedOrdinal());
        }
    }

    OperatorCursor {
        places = List.copyOf(places);
    }

    OperatorCursor with(int shard, Place place) {
        List<Place> changed = new ArrayList<>(places);
        changed.set(shard, place);
        return new OperatorCursor(epoch, changed);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(epoch);
        places.forEach(place -> text.append(' ')
                .append(place.logIndex())
                .append('.')
                .append(place.ordinal())
                .append('.')
                .append(place.trims()));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /// @return empty for a cursor of another epoch or another number of shards
    /// @throws MnemeException `invalid_request` for a text that is no cursor
    static Optional<OperatorCursor> parse(String text, String epoch, int shards) {
        String[] words = decoded(text).split(" ", -1);
        List<Place> places = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            if (!PLACE.matcher(words[i]).matches()) {
                throw invalid();
            }
            String[] numbers = words[i].split("\\.", -1);
            places.add(new Place(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1]), Long.parseLong(numbers[2])));
        }
        if (places.isEmpty()) {
            throw invalid();
        }
        return words[0].equals(epoch) && places.size() == shards
                ? Optional.of(new OperatorCursor(epoch, places))
                : Optional.empty();
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
