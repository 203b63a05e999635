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

/// Takes in what another store handed out: records with their ids, times and versions. What is there
/// stays as it is, so that an import which is repeated, or was cut off, can be sent again.
///
/// A record is checked as if it had been written here, before it is proposed: nothing comes in that
/// could not have been made.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone; `not_allowed` without an admin key. Those of the store as a whole
/// (`OVERLOADED`, `STORAGE_FULL` and the like) end the import: what came before is in, and all of it may be
/// sent again.
public final class RecordImportService {
    /// Records of one write, which is applied as a whole.
    private static final int WRITE_RECORDS = 32;

    /// About how large a write gets before the next begins.
    private static final long WRITE_BYTES = 1 << 20;

    private final Store store;
    private final ImportChecks checks;

    public RecordImportService(Store store, InstantSource clock, Limits limits, ContextRules rules) {
        this.store = store;
        this.checks = new ImportChecks(clock, limits, rules);
    }

    /// A record, or what was already wrong with it when it was read.
    public sealed interface Item {
        /// @param bytes about how large it is
        record Valid(Exported record, int bytes) implements Item {}

        record Invalid(MnemeException failure) implements Item {}
    }

    /// What became of a record.
    public sealed interface Result {
        /// @param event `ADD`, or `NONE`: it was there
        record Done(MemoryEvent event) implements Result {}

        record Refused(MnemeException failure) implements Result {}
    }

    /// Takes records in, in their order.
    ///
    /// @param skipBad whether to go on after a record that is refused; without it the results end with the
    ///     first one
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

    /// One import. What is waiting is of one owner.
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

        /// All vectors of an owner are of one space. The store decides; this refuses before it has to.
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

        /// A write that is refused as a whole for what is the matter with one of its records is taken apart.
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

        /// A record may be too large for a write of its own, let alone with others; its id may be another owner's.
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

        /// Without `skipBad` nothing after the first refusal is told, though what was written with it is in.
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
