package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Fixtures;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the writers of one context were told, through any number of lives of a store, and whether the
/// store keeps to it. Each put has data of its own, under a key of its own, whatever the version. The
/// store must keep every version.
///
/// **Threads**: any; one at a time gets in, but for the store's own calls.
final class ContextHistory {
    private static final String KEY = "shared";

    private final Owner owner;
    private final Map<Json, Long> acknowledged = new HashMap<>();
    private final Set<Json> refused = new HashSet<>();
    private final Map<Json, Write> unknown = new LinkedHashMap<>();
    private final Set<Json> retried = new HashSet<>();
    private int written;

    ContextHistory(Owner owner) {
        this.owner = owner;
    }

    /// Puts the next version, and notes what the store says of it.
    void put(Store store) {
        Json data;
        Write write;
        synchronized (this) {
            String name = owner.id() + "-context-" + ++written;
            data = Fixtures.json("written", name);
            Command put = new Command.PutContext(
                    KEY, ContextType.CUSTOM, null, data, List.of(), null, Command.ANY_VERSION, MergeStrategy.REPLACE);
            write = Fixtures.once(owner, name, name, put);
        }
        attempt(store, data, write);
    }

    /// Asks once more, under the same key, for all that nobody knows of.
    void retryUnknown(Store store) {
        Map<Json, Write> again;
        synchronized (this) {
            again = new LinkedHashMap<>(unknown);
        }
        again.forEach((data, write) -> attempt(store, data, write));
    }

    private void attempt(Store store, Json data, Write write) {
        synchronized (this) {
            unknown.put(data, write);
        }
        try {
            acknowledged(data, store.write(write));
        } catch (MnemeException failure) {
            failed(data, failure.code());
        }
    }

    private synchronized void acknowledged(Json data, WriteResult result) {
        Outcome.Stored stored = (Outcome.Stored) result.outcomes().getFirst();
        assertThat(((Context) stored.subject()).data()).isEqualTo(data);
        unknown.remove(data);
        refused.remove(data);
        acknowledged.put(data, result.position().sequence());
    }

    /// A retry that is refused says nothing of the attempt before it.
    private synchronized void failed(Json data, ErrorCode code) {
        boolean first = !refused.contains(data) && !retried.contains(data);
        if (code == ErrorCode.OUTCOME_UNKNOWN) {
            retried.add(data);
        } else if (first) {
            unknown.remove(data);
            refused.add(data);
        }
    }

    synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /// After a restart, before anything is written.
    ///
    /// @param changes all of the owner's
    synchronized void check(Store store, List<Change> changes) {
        List<Context> put = changes.stream()
                .filter(change -> change.subject() instanceof Context)
                .map(change -> (Context) java.util.Objects.requireNonNull(change.subject()))
                .toList();
        List<Json> data = put.stream().map(Context::data).toList();
        assertThat(data).as("put once").doesNotHaveDuplicates();
        assertThat(refused).as("refused puts").noneMatch(data::contains);
        for (int i = 0; i < put.size(); i++) {
            assertThat(put.get(i).version()).as("dense versions").isEqualTo(i + 1);
        }
        acknowledged.forEach((each, sequence) -> {
            assertThat(changes.size()).as("the acknowledged %d", sequence).isGreaterThanOrEqualTo(sequence.intValue());
            assertThat(changes.get(sequence.intValue() - 1).subject())
                    .isInstanceOfSatisfying(
                            Context.class, context -> assertThat(context.data()).isEqualTo(each));
        });
        assertThat(store.contexts().versions(owner, KEY).value())
                .as("the versions are what the changes say")
                .extracting(ContextVersion::context)
                .isEqualTo(put);
        assertThat(store.contexts().find(owner, KEY).value().stream().toList())
                .isEqualTo(put.isEmpty() ? List.of() : List.of(put.getLast()));
    }
}
