package dev.mneme.core.transfer;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Imports records of another store with their ids, times and versions. Records that are already here stay as they are,
/// so that an import can be repeated, or sent again after it was cut off.
///
/// Each record is checked before it is proposed, by the same rules as if it had been written here.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone; `not_allowed` without an admin key. Failures of the store as a whole
/// (`OVERLOADED`, `STORAGE_FULL` and the like) end the import: the records before are imported, and all may be sent
/// again.
public final class RecordImportService {
    /// How many records one write has; a write is applied as a whole.
    private static final int WRITE_RECORDS = 32;

    /// About how large a write becomes before the next one begins.
    private static final long WRITE_BYTES = 1 << 20;

    private final Store store;
    private final ImportChecks checks;

    public RecordImportService(Store store, InstantSource clock, Limits limits, ContextRules rules) {
        this.store = store;
        this.checks = new ImportChecks(clock, limits, rules);
    }

    /// A record, or the error that was found while it was read.
    public sealed interface Item {
        /// @param bytes about how large it is
        record Valid(Exported record, int bytes) implements Item {}

        record Invalid(MnemeException failure) implements Item {}
    }

    /// The result for one record.
    public sealed interface Result {
        /// @param event `ADD`, or `NONE`: it was already there
        record Done(MemoryEvent event) implements Result {}

        record Refused(MnemeException failure) implements Result {}
    }

    /// Imports records, in their order.
    ///
    /// @param skipBad whether to go on after a record that is refused; otherwise the results end with the first
    ///     such record
    /// @return a result for each record that was looked at
    public List<Result> take(Caller caller, List<Item> items, boolean skipBad) {
        Authorizer.require(caller, Role.ADMIN);
        Import under = new Import(caller, skipBad);
        for (Item item : items) {
            if (under.stopped()) {
                break;
            }
            under.take(item);
        }
        under.flush();
        return under.results();
    }

    /// One import under way. The records that wait to be written are all of one owner.
    private final class Import {
        private final Caller caller;
        private final boolean skipBad;
        private final List<Result> results = new ArrayList<>();
        private final List<Command> waiting = new ArrayList<>();
        private final Map<Owner, EmbeddingSpace> spaces = new HashMap<>();
        private @Nullable Owner owner;
        private long bytes;
        private boolean refused;

        Import(Caller caller, boolean skipBad) {
            this.caller = caller;
            this.skipBad = skipBad;
        }

        boolean stopped() {
            return refused && !skipBad;
        }

        void take(Item item) {
            switch (item) {
                case Item.Invalid(MnemeException failure) -> refuse(failure);
                case Item.Valid(Exported exported, int size) -> {
                    try {
                        Authorizer.requireImport(caller, exported);
                        checks.check(exported);
                        checkSpace(exported);
                    } catch (MnemeException e) {
                        refuse(e);
                        return;
                    }
                    add(exported, size);
                }
            }
        }

        private void refuse(MnemeException failure) {
            flush();
            if (!stopped()) {
                results.add(new Result.Refused(failure));
                refused = true;
            }
        }

        private void add(Exported exported, int size) {
            if (!exported.owner().equals(owner) || waiting.size() == WRITE_RECORDS || bytes + size > WRITE_BYTES) {
                flush();
            }
            if (!stopped()) {
                owner = exported.owner();
                waiting.add(new Command.Import(exported));
                bytes += size;
            }
        }

        /// Checks that all vectors of an owner are of one space. The store decides it; this refuses earlier.
        private void checkSpace(Exported exported) {
            Embedding embedding = exported instanceof Exported.OfMemory memory ? memory.embedding() : null;
            if (embedding == null) {
                return;
            }
            OwnerSpace there = store.space(exported.owner());
            EmbeddingSpace now =
                    there.now() == null ? spaces.getOrDefault(exported.owner(), embedding.space()) : there.now();
            if (!embedding.space().equals(now) && !embedding.space().equals(there.next())) {
                throw MnemeException.at(
                        ErrorCode.EMBEDDER_MISMATCH,
                        "memory.embedding",
                        "This owner's vectors are of " + now.embedder() + " with " + now.dimension()
                                + " numbers: import the memory without its embedding.");
            }
            spaces.putIfAbsent(exported.owner(), now);
        }

        void flush() {
            Owner whose = owner;
            if (waiting.isEmpty() || whose == null) {
                return;
            }
            List<Command> commands = List.copyOf(waiting);
            waiting.clear();
            bytes = 0;
            write(whose, commands);
        }

        /// Writes records. If the write is refused as a whole because of one of them, they are written one by one.
        private void write(Owner whose, List<Command> commands) {
            try {
                WriteResult result = store.write(new Write(whose, caller.by(), null, commands));
                result.outcomes().forEach(this::heard);
            } catch (MnemeException e) {
                if (!isOfOneRecord(e)) {
                    throw e;
                }
                if (commands.size() == 1) {
                    results.add(new Result.Refused(e));
                    refused = true;
                    return;
                }
                for (Command each : commands) {
                    if (!stopped()) {
                        write(whose, List.of(each));
                    }
                }
            }
        }

        /// Whether the refusal concerns one record: it may be too large even for a write of its own, or its id may be
        /// another owner's.
        private static boolean isOfOneRecord(MnemeException failure) {
            return failure.code() == ErrorCode.TOO_LARGE || failure.code() == ErrorCode.VERSION_CONFLICT;
        }

        private void heard(Outcome outcome) {
            switch (outcome) {
                case Outcome.Stored stored -> results.add(new Result.Done(stored.event()));
                default -> {
                    results.add(new Result.Refused(Writes.failure(outcome, false)));
                    refused = true;
                }
            }
        }

        /// The results. Without `skipBad` they end with the first refusal, even if records after it were written.
        List<Result> results() {
            if (skipBad) {
                return List.copyOf(results);
            }
            List<Result> upToFirst = new ArrayList<>();
            for (Result result : results) {
                upToFirst.add(result);
                if (result instanceof Result.Refused) {
                    break;
                }
            }
            return upToFirst;
        }
    }
}
