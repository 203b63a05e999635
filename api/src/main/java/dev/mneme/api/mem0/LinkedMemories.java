package dev.mneme.api.mem0;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.request.ReadOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The memories that a memory has superseded, directly or through others: `delete_linked` deletes them with it.
final class LinkedMemories {
    private static final int MOST = 1_000;

    private final MemoryService memories;
    private final MemoryWalk walk;

    LinkedMemories(MemoryService memories) {
        this.memories = memories;
        this.walk = new MemoryWalk(memories);
    }

    /// All memories that lead to this one, without itself.
    ///
    /// @throws MnemeException `not_found` for a memory that does not exist, `too_large` for more than 1,000
    Set<MemoryId> to(Caller caller, MemoryId id) {
        Memory memory = memories.get(caller, id, ReadOptions.DEFAULT).value();
        Filter owner = whole(memory.scope().owner());
        Set<MemoryId> found = new LinkedHashSet<>();
        Deque<MemoryId> open = new ArrayDeque<>(List.of(id));
        while (!open.isEmpty()) {
            Filter replaced = new Compare(
                    new Field.Named(Name.REPLACED_BY),
                    Operator.EQ,
                    new JsonString(open.poll().toString()));
            for (Memory each : walk.newest(caller, Filter.and(owner, replaced), true, MOST + 1)
                    .items()) {
                if (!each.id().equals(id) && found.add(each.id())) {
                    open.add(each.id());
                }
            }
            if (found.size() > MOST) {
                throw new MnemeException(
                        ErrorCode.TOO_LARGE, "More than " + MOST + " memories are linked to this: delete them first.");
            }
        }
        return found;
    }

    private static Filter whole(Owner owner) {
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            if (kind == owner.kind()) {
                parts.add(Filter.scope(kind, owner.id()));
                return Mem0Scopes.all(parts);
            }
            parts.add(new Compare(new Field.Scope(kind), Operator.EQ, new dev.mneme.core.model.Json.JsonNull()));
        }
        throw new IllegalStateException("an owner of no kind");
    }

    /// @return whether it was still there
    boolean delete(Caller caller, MemoryId id) {
        try {
            memories.delete(caller, id, Command.ANY_VERSION, null);
            return true;
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
