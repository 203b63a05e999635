package dev.mneme.engine.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.HeapJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What callers of a journal were told, through any number of its lives, and whether the journal keeps to it. A
/// journal on the heap is the measure. Owned by one thread.
///
/// A life that ended in the midst of requests has done the first of them, up to one or another: [#check] finds up
/// to which.
final class JournalHistory {
    private final List<Asked> pending = new ArrayList<>();
    private final StringBuilder heard = new StringBuilder();
    private HeapJournal.Home kept;
    private long durable;

    JournalHistory(Iterable<ShardId> founding) {
        kept = new HeapJournal.Home(founding);
    }

    /// A request that was not answered yet, or whose outcome is unknown.
    private final class Asked implements Journal.Callback {
        private final ShardId shard;
        private final BiConsumer<Journal, Journal.Callback> request;

        Asked(ShardId shard, BiConsumer<Journal, Journal.Callback> request) {
            this.shard = shard;
            this.request = request;
        }

        @Override
        public void durable(long index) {
            heard.append(shard).append('=').append(index).append(' ');
            assertThat(pending.stream().filter(each -> each.shard.equals(shard)).findFirst())
                    .as("answered in order")
                    .hasValue(this);
            pending.remove(this);
            assertThat(doneOn(kept)).isEqualTo(index);
            durable++;
        }

        @Override
        public void failed(MnemeException failure) {
            heard.append(shard).append('!').append(failure.code()).append(' ');
            if (failure.code() == ErrorCode.INVALID_REQUEST) {
                HeapJournal.Home before = kept.copy();
                pending.subList(0, pending.indexOf(this)).forEach(each -> each.doneOn(before));
                assertThat(doneOn(before))
                        .as("refused: " + failure.getMessage())
                        .isNull();
            }
            if (failure.code() != ErrorCode.OUTCOME_UNKNOWN) {
                pending.remove(this);
            }
        }

        /// What its callback hears; null when it is refused.
        private @Nullable Long doneOn(HeapJournal.Home home) {
            Long[] index = new Long[1];
            request.accept(new HeapJournal(home), new Journal.Callback() {
                @Override
                public void durable(long last) {
                    index[0] = last;
                }

                @Override
                public void failed(MnemeException failure) {}
            });
            return index[0];
        }
    }

    void ask(Journal journal, ShardId shard, BiConsumer<Journal, Journal.Callback> request) {
        Asked asked = new Asked(shard, request);
        pending.add(asked);
        request.accept(journal, asked);
    }

    /// What is durable, to look things up in.
    Journal kept() {
        return new HeapJournal(kept);
    }

    long durable() {
        return durable;
    }

    /// Everything that callbacks heard, in order.
    String heard() {
        return heard.toString();
    }

    void release(Journal journal, ShardId shard, long index) {
        journal.releaseBefore(shard, index);
        kept().releaseBefore(shard, index);
    }

    /// Looks at a journal that was just opened.
    void check(Journal journal) {
        HeapJournal.Home guess = kept;
        String different = difference(journal, guess);
        for (int done = 1; different != null && done <= pending.size(); done++) {
            guess = guess.copy();
            pending.get(done - 1).doneOn(guess);
            String again = difference(journal, guess);
            different = again == null ? null : different + "; or " + again;
        }
        assertThat(different).as("what is there").isNull();
        kept = guess;
        pending.clear();
        kept().shards().forEach(shard -> journal.releaseBefore(shard, kept().firstIndex(shard)));
    }

    /// How an open journal differs from what is known to be durable; null when it does not.
    @Nullable
    String difference(Journal journal) {
        return difference(journal, kept);
    }

    private static @Nullable String difference(Journal journal, HeapJournal.Home home) {
        Journal expected = new HeapJournal(home);
        if (!new TreeSet<>(journal.shards()).equals(expected.shards())) {
            return "shards " + journal.shards() + " instead of " + expected.shards();
        }
        return expected.shards().stream()
                .map(shard -> difference(shard, journal, expected))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String difference(ShardId shard, Journal journal, Journal expected) {
        long from = expected.firstIndex(shard);
        String is = said(shard, journal, from);
        String should = said(shard, expected, from);
        return is.equals(should) ? null : "shard " + shard + ": " + is + " instead of " + should;
    }

    private static String said(ShardId shard, Journal journal, long from) {
        StringBuilder said = new StringBuilder();
        said.append(journal.lastIndex(shard)).append('/').append(journal.lastTerm(shard));
        said.append(' ').append(journal.vote(shard)).append(' ').append(journal.members(shard).length);
        if (from < journal.firstIndex(shard)) {
            return said.append(" begins at ").append(journal.firstIndex(shard)).toString();
        }
        long next = from;
        for (long at = -1; at < next; ) {
            at = next;
            next = journal.read(
                    shard,
                    at,
                    500,
                    (index, term, entry) -> said.append(' ')
                            .append(index)
                            .append('/')
                            .append(term)
                            .append(':')
                            .append(new String(entry, ISO_8859_1)));
        }
        return said.toString();
    }
}
