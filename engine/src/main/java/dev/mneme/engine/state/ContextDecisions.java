package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.JsonMerge;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Provenance;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.ContextRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What commands do to a user's contexts. Versions count on over deletions, so that a number never
/// stands for two documents.
final class ContextDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final Provenance by;

    ContextDecisions(Entry entry, OwnerState owner, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.by = by;
    }

    /// What the document becomes.
    private record Next(
            Json data,
            List<String> tags,
            ContextType type,
            @Nullable Mode mode,
            boolean merged) {
        static Next of(Command.PutContext put) {
            return new Next(put.data(), put.tags(), put.type(), put.mode(), false);
        }
    }

    Outcome put(Command.PutContext put) {
        ContextRow row = row(put.key());
        Context current = visible(row);
        long seen = put.expectedVersion();
        boolean stale = seen != Command.ANY_VERSION && seen != (current == null ? 0 : current.version());
        if (!stale) {
            return store(put, row, current, Next.of(put));
        }
        if (current == null) {
            return conflict(null, "There is no such context any more: read it again, or write it with version 0.");
        }
        return switch (put.strategy()) {
            case REPLACE -> conflict(current, outdated(current));
            case IGNORE -> new Outcome.Stored(MemoryEvent.NONE, current);
            case MERGE -> merge(put, row, current);
        };
    }

    private Outcome merge(Command.PutContext put, ContextRow row, Context current) {
        Context base = base(put);
        if (base == null && put.expectedVersion() != 0) {
            return conflict(
                    current,
                    "Version " + put.expectedVersion() + " of this context is not kept, so nothing can be merged with"
                            + " it: read version " + current.version() + " and repeat the change on that.");
        }
        JsonMerge merge = JsonMerge.of(base == null ? JsonObject.EMPTY : base.data(), put.data(), current.data());
        if (!merge.clashes().isEmpty()) {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT,
                    "Others changed the same fields: read version " + current.version()
                            + " and repeat the change on that.",
                    null,
                    current,
                    merge.clashes());
        }
        List<String> tags = tags(base == null ? List.of() : base.tags(), put.tags(), current.tags());
        ContextType type = base != null && base.type() == put.type() ? current.type() : put.type();
        Mode mode = base != null && base.mode() == put.mode() ? current.mode() : put.mode();
        return store(put, row, current, new Next(merge.merged(), tags, type, mode, true));
    }

    private @Nullable Context base(Command.PutContext put) {
        byte[] row = entry.rows().get(Keys.contextVersion(owner.hash(), put.key(), put.expectedVersion()));
        if (row == null) {
            return null;
        }
        ContextVersion version = Rows.contextVersion(row);
        return version.deleted() ? null : version.context();
    }

    private static List<String> tags(List<String> base, List<String> mine, List<String> theirs) {
        List<String> tags = new ArrayList<>(theirs);
        tags.removeIf(tag -> base.contains(tag) && !mine.contains(tag));
        mine.stream().filter(tag -> !base.contains(tag) && !tags.contains(tag)).forEach(tags::add);
        return tags;
    }

    private Outcome store(Command.PutContext put, ContextRow row, @Nullable Context current, Next next) {
        if (current != null && unchanged(put, current, next)) {
            return new Outcome.Stored(MemoryEvent.NONE, current);
        }
        Context context = new Context(
                owner.owner().id(),
                put.key(),
                next.type(),
                next.mode(),
                next.data(),
                next.tags(),
                row.version() + 1,
                current == null ? entry.at() : current.createdAt(),
                entry.at(),
                current == null ? by.instance() : current.createdBy(),
                by.instance(),
                put.expiresAt(),
                owner.inspired(by.instance()) || (next.merged() && current != null && current.localOnly()));
        byte[] encoded = new ContextRow(context.version(), context).encode();
        if (next.merged() && encoded.length > entry.retention().maxContextBytes()) {
            return new Rejected(
                    ErrorCode.TOO_LARGE, "The merged context would be too large: take something out.", "data", null);
        }
        if (current == null && row.context() != null) {
            forget(row.context());
        } else {
            keep(row);
        }
        trim(put.key(), context.version());
        byte[] key = Keys.context(owner.hash(), put.key());
        entry.rows().put(key, encoded);
        if (context.expiresAt() != null) {
            entry.rows().put(Keys.expiry(context.expiresAt(), key), Rows.mark());
        }
        owner.change(ChangeType.CONTEXT_PUT, by, context);
        return new Outcome.Stored(current == null ? MemoryEvent.ADD : MemoryEvent.UPDATE, context);
    }

    private static boolean unchanged(Command.PutContext put, Context current, Next next) {
        return current.data().equals(next.data())
                && current.tags().equals(next.tags())
                && current.type() == next.type()
                && current.mode() == next.mode()
                && Objects.equals(current.expiresAt(), put.expiresAt());
    }

    Outcome delete(Command.DeleteContext delete) {
        ContextRow row = row(delete.key());
        Context current = visible(row);
        if (current == null) {
            return new Rejected(ErrorCode.NOT_FOUND, "There is no context with this key.", null, null);
        }
        if (delete.expectedVersion() != Command.ANY_VERSION && delete.expectedVersion() != current.version()) {
            return conflict(current, outdated(current));
        }
        return remove(current, row);
    }

    /// Removes what was seen expired, with its earlier versions.
    void expire(Command.Expired.OfContext expired) {
        ContextRow row = row(expired.key());
        Context context = row.context();
        if (context == null || context.version() != expired.version() || !context.expired(entry.at())) {
            return;
        }
        remove(context, row);
        forget(context);
    }

    /// Drops an expired version and all before it: what was hidden does not come back as an earlier version.
    private void forget(Context expired) {
        dropExpiry(expired);
        byte[] versions = Keys.contextVersions(owner.hash(), expired.key());
        byte[] next = Keys.contextVersion(owner.hash(), expired.key(), expired.version() + 1);
        entry.rows().visit(versions, next, (key, row) -> {
            entry.rows().delete(key);
            return true;
        });
    }

    private Outcome remove(Context current, ContextRow row) {
        long version = current.version() + 1;
        Context deletion = new Context(
                current.userId(),
                current.key(),
                current.type(),
                current.mode(),
                new JsonNull(),
                List.of(),
                version,
                current.createdAt(),
                entry.at(),
                current.createdBy(),
                by.instance(),
                null,
                current.localOnly());
        keep(row);
        entry.rows().put(Keys.context(owner.hash(), current.key()), new ContextRow(version, null).encode());
        entry.rows()
                .put(
                        Keys.contextVersion(owner.hash(), current.key(), version),
                        Rows.encode(new ContextVersion(deletion, true)));
        trim(current.key(), version);
        owner.change(ChangeType.CONTEXT_DELETED, by, deletion);
        return new Outcome.Removed(version);
    }

    /// Puts the newest version, if there is one, among the earlier ones.
    private void keep(ContextRow row) {
        Context context = row.context();
        if (context == null) {
            return;
        }
        dropExpiry(context);
        byte[] version = Keys.contextVersion(owner.hash(), context.key(), context.version());
        entry.rows().put(version, Rows.encode(new ContextVersion(context, false)));
    }

    private void dropExpiry(Context context) {
        if (context.expiresAt() != null) {
            entry.rows().delete(Keys.expiry(context.expiresAt(), Keys.context(owner.hash(), context.key())));
        }
    }

    /// Drops the earlier versions that are too many. They lie without a gap, so that from the newest of them on
    /// the first that is not there is beyond the oldest.
    private void trim(String key, long newest) {
        for (long gone = newest - entry.retention().maxContextVersions() - 1; gone > 0; gone--) {
            byte[] version = Keys.contextVersion(owner.hash(), key, gone);
            if (entry.rows().get(version) == null) {
                return;
            }
            entry.rows().delete(version);
        }
    }

    /// The oldest kept version from this one on that is no deletion: for the answer to a repeated request.
    @Nullable
    Context from(String key, long version) {
        byte[] versions = Keys.contextVersions(owner.hash(), key);
        byte[] first = Keys.contextVersion(owner.hash(), key, version);
        AtomicReference<@Nullable Context> found = new AtomicReference<>();
        entry.rows().visit(first, Keys.end(versions), (name, row) -> {
            ContextVersion kept = Rows.contextVersion(row);
            found.set(kept.deleted() ? null : kept.context());
            return kept.deleted();
        });
        return found.get() == null ? row(key).context() : found.get();
    }

    private ContextRow row(String key) {
        byte[] row = entry.rows().get(Keys.context(owner.hash(), key));
        return row == null ? new ContextRow(0, null) : ContextRow.decode(row);
    }

    private @Nullable Context visible(ContextRow row) {
        Context context = row.context();
        return context == null || context.expired(entry.at()) ? null : context;
    }

    private static String outdated(Context current) {
        return "The context is at version " + current.version() + ": read it again and repeat the change on that.";
    }

    private static Rejected conflict(@Nullable Context current, String message) {
        return new Rejected(ErrorCode.VERSION_CONFLICT, message, null, current);
    }
}
