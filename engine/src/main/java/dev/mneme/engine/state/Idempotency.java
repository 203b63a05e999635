package dev.mneme.engine.state;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Subject;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.table.IdempotencyRow;
import dev.mneme.engine.table.IdempotencyRow.Kept;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.IdempotencyOrderRow;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes a repeated write answer as the first did.
final class Idempotency {
    private Idempotency() {}

    /// The earlier write's result, if this one repeats it.
    static Optional<WriteResult> replay(Entry entry, OwnerState owner, Write write, MemoryRows memories) {
        Write.Idempotency idempotency = write.idempotency();
        if (idempotency == null) {
            return Optional.empty();
        }
        byte[] row = entry.rows().get(Keys.idempotency(owner.hash(), keyHash(write, idempotency)));
        if (row == null) {
            return Optional.empty();
        }
        IdempotencyRow kept = IdempotencyRow.decode(row);
        if (!kept.at().isAfter(entry.at().minus(entry.retention().maxIdempotencyAge()))) {
            return Optional.empty();
        }
        if (!Arrays.equals(kept.requestHash(), idempotency.requestHash())) {
            Outcome reused = new Outcome.Rejected(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "This idempotency key was used for another request: use a new key for a new request.",
                    "Idempotency-Key",
                    null);
            return Optional.of(new WriteResult(
                    Collections.nCopies(Math.max(1, write.commands().size()), reused), owner.position(), false));
        }
        List<Outcome> outcomes = new ArrayList<>();
        ContextDecisions contexts = new ContextDecisions(entry, owner, write.by());
        kept.outcomes().forEach(outcome -> outcomes.add(outcome(outcome, owner, memories, contexts)));
        return Optional.of(new WriteResult(outcomes, owner.position().withSequence(kept.sequence()), true));
    }

    private static Outcome outcome(Kept kept, OwnerState owner, MemoryRows memories, ContextDecisions contexts) {
        return switch (kept) {
            case Kept.Stored stored -> {
                Subject subject = subject(stored.ref(), owner, memories, contexts);
                yield subject == null
                        ? new Outcome.Rejected(ErrorCode.NOT_FOUND, "What this request stored is gone.", null, null)
                        : new Outcome.Stored(stored.event(), subject);
            }
            case Kept.Deleted deleted -> new Outcome.Deleted(deleted.id());
            case Kept.DeletedMany many -> new Outcome.DeletedMany(many.count(), many.incomplete());
            case Kept.Removed removed -> new Outcome.Removed(removed.version());
            case Kept.Done done -> new Outcome.Done();
            case Kept.Rejected rejected ->
                new Outcome.Rejected(
                        rejected.code(),
                        rejected.message(),
                        rejected.field(),
                        rejected.current() == null ? null : subject(rejected.current(), owner, memories, contexts),
                        rejected.paths());
        };
    }

    private static @Nullable Subject subject(
            IdempotencyRow.Ref ref, OwnerState owner, MemoryRows memories, ContextDecisions contexts) {
        return switch (ref) {
            case IdempotencyRow.Ref.OfMemory memory -> memories.atVersion(owner, memory.id(), memory.version());
            case IdempotencyRow.Ref.OfContext context -> contexts.from(context.key(), context.version());
            case IdempotencyRow.Ref.Whole whole -> whole.subject();
        };
    }

    /// Keeps what became of a write, and drops what is too old or too much.
    static void keep(Entry entry, OwnerState owner, Write write, List<Outcome> outcomes) {
        Write.Idempotency idempotency = write.idempotency();
        if (idempotency == null) {
            return;
        }
        byte[] keyHash = keyHash(write, idempotency);
        long ordinal = owner.idempotencyNext();
        IdempotencyRow row = new IdempotencyRow(
                idempotency.requestHash(),
                entry.at(),
                ordinal,
                owner.sequence(),
                outcomes.stream().map(Kept::of).toList());
        entry.rows().put(Keys.idempotency(owner.hash(), keyHash), row.encode());
        entry.rows()
                .put(
                        Keys.idempotencyOrder(owner.hash(), ordinal),
                        new IdempotencyOrderRow(keyHash, entry.at()).encode());
        owner.idempotency(trimmed(entry, owner, ordinal + 1), ordinal + 1);
    }

    private static long trimmed(Entry entry, OwnerState owner, long next) {
        Retention retention = entry.retention();
        long oldest = owner.idempotencyOldest();
        for (int i = 0; i < Entry.MAX_REMOVED_AT_ONCE && oldest < next - 1; i++) {
            byte[] orderKey = Keys.idempotencyOrder(owner.hash(), oldest);
            byte[] row = entry.rows().get(orderKey);
            if (row != null) {
                IdempotencyOrderRow order = IdempotencyOrderRow.decode(row);
                boolean tooMany = next - oldest > retention.maxIdempotencyKeys();
                if (!tooMany && order.at().isAfter(entry.at().minus(retention.maxIdempotencyAge()))) {
                    break;
                }
                entry.rows().delete(orderKey);
                dropUnlessRenewed(entry, owner, order.keyHash(), oldest);
            }
            oldest++;
        }
        return oldest;
    }

    /// An expired key that was used again has a newer record under the same hash: that one stays.
    private static void dropUnlessRenewed(Entry entry, OwnerState owner, byte[] keyHash, long ordinal) {
        byte[] key = Keys.idempotency(owner.hash(), keyHash);
        byte[] row = entry.rows().get(key);
        if (row != null && IdempotencyRow.decode(row).ordinal() == ordinal) {
            entry.rows().delete(key);
        }
    }

    private static byte[] keyHash(Write write, Write.Idempotency idempotency) {
        byte[] name = new ByteWriter(64)
                .string(write.by().keyId())
                .string(idempotency.key())
                .toByteArray();
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(name), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
