package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.JsonMerge;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Subject;
import dev.mneme.core.spi.Contexts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The model's contexts of one user: each key has its versions, the newest last. Guarded by the store's lock.
final class ModelContexts {
    static final Comparator<String> BY_BYTES =
            Comparator.comparing(key -> key.getBytes(java.nio.charset.StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private final ModelOwner owner;
    private final TreeMap<String, List<ContextVersion>> versions = new TreeMap<>(BY_BYTES);

    ModelContexts(ModelOwner owner) {
        this.owner = owner;
    }

    Outcome put(Command.PutContext put, ModelOwner.Stamp stamp) {
        Optional<Context> there = visible(put.key(), stamp.at());
        long version = there.map(Context::version).orElse(0L);
        boolean upToDate = put.expectedVersion() == Command.ANY_VERSION || put.expectedVersion() == version;
        if (upToDate) {
            return store(put, false, stamp);
        }
        if (there.isEmpty()) {
            return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "gone", null, null);
        }
        Context current = there.get();
        if (put.strategy() == MergeStrategy.IGNORE) {
            return new Outcome.Stored(MemoryEvent.NONE, current);
        }
        Optional<Context> base = earlier(put.key(), put.expectedVersion());
        if (put.strategy() == MergeStrategy.REPLACE || (base.isEmpty() && put.expectedVersion() != 0)) {
            return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "outdated", null, current);
        }
        Json from = base.map(Context::data).orElse(JsonObject.EMPTY);
        JsonMerge merge = JsonMerge.of(from, put.data(), current.data());
        if (!merge.clashes().isEmpty()) {
            return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "clash", null, current, merge.clashes());
        }
        Set<String> seen = Set.copyOf(base.map(Context::tags).orElse(List.of()));
        Predicate<String> dropped = tag -> seen.contains(tag) && !put.tags().contains(tag);
        Set<String> tags = new LinkedHashSet<>(current.tags());
        tags.removeIf(dropped);
        put.tags().stream().filter(tag -> !seen.contains(tag)).forEach(tags::add);
        boolean typeLeft = base.filter(b -> b.type() == put.type()).isPresent();
        boolean modeLeft = base.filter(b -> b.mode() == put.mode()).isPresent();
        Command.PutContext joined = new Command.PutContext(
                put.key(),
                typeLeft ? current.type() : put.type(),
                modeLeft ? current.mode() : put.mode(),
                merge.merged(),
                List.copyOf(tags),
                put.expiresAt(),
                put.expectedVersion(),
                put.strategy());
        return store(joined, true, stamp);
    }

    private Outcome store(Command.PutContext put, boolean merged, ModelOwner.Stamp stamp) {
        Optional<Context> there = visible(put.key(), stamp.at());
        String writer = stamp.by().instance();
        Context next = new Context(
                owner.owner().id(),
                put.key(),
                put.type(),
                put.mode(),
                put.data(),
                put.tags(),
                latest(put.key()) + 1,
                there.map(Context::createdAt).orElse(stamp.at()),
                stamp.at(),
                there.map(Context::createdBy).orElse(writer),
                writer,
                put.expiresAt(),
                owner.localOnly(stamp)
                        || (merged && there.map(Context::localOnly).orElse(false)));
        if (there.isPresent() && sameContent(there.get(), next)) {
            return new Outcome.Stored(MemoryEvent.NONE, there.get());
        }
        if (there.isEmpty() && find(put.key()).isPresent()) {
            versions.remove(put.key()); // what was hidden does not come back as an earlier version
        }
        keep(new ContextVersion(next, false), stamp);
        owner.tell(ChangeType.CONTEXT_PUT, next.key(), next, next.localOnly(), stamp);
        return new Outcome.Stored(there.isPresent() ? MemoryEvent.UPDATE : MemoryEvent.ADD, next);
    }

    private static boolean sameContent(Context a, Context b) {
        return a.type() == b.type()
                && a.mode() == b.mode()
                && a.data().equals(b.data())
                && a.tags().equals(b.tags())
                && Objects.equals(a.expiresAt(), b.expiresAt());
    }

    Outcome delete(Command.DeleteContext delete, ModelOwner.Stamp stamp) {
        Optional<Context> there = visible(delete.key(), stamp.at());
        if (there.isEmpty()) {
            return new Outcome.Rejected(ErrorCode.NOT_FOUND, "none", null, null);
        }
        long expected = delete.expectedVersion();
        if (expected != Command.ANY_VERSION && expected != there.get().version()) {
            return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "outdated", null, there.get());
        }
        return remove(there.get(), stamp);
    }

    private Outcome remove(Context context, ModelOwner.Stamp stamp) {
        Context deletion = new Context(
                context.userId(),
                context.key(),
                context.type(),
                context.mode(),
                new JsonNull(),
                List.of(),
                context.version() + 1,
                context.createdAt(),
                stamp.at(),
                context.createdBy(),
                stamp.by().instance(),
                null,
                context.localOnly());
        keep(new ContextVersion(deletion, true), stamp);
        owner.tell(ChangeType.CONTEXT_DELETED, deletion.key(), deletion, deletion.localOnly(), stamp);
        return new Outcome.Removed(deletion.version());
    }

    void expire(Command.Expired.OfContext expired, ModelOwner.Stamp stamp) {
        Optional<Context> there = find(expired.key());
        if (there.isPresent()
                && there.get().version() == expired.version()
                && there.get().expired(stamp.at())) {
            remove(there.get(), stamp);
            versions.computeIfPresent(expired.key(), (key, all) -> new ArrayList<>(List.of(all.getLast())));
        }
    }

    Outcome bring(Exported.OfContext imported, ModelOwner.Stamp stamp) {
        Context context = imported.newest().context();
        if (versions.containsKey(context.key())) {
            return new Outcome.Stored(MemoryEvent.NONE, find(context.key()).orElse(context));
        }
        imported.versions().forEach(version -> keep(version, stamp));
        ChangeType type = imported.newest().deleted() ? ChangeType.CONTEXT_DELETED : ChangeType.CONTEXT_PUT;
        owner.tell(type, context.key(), context, context.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, context);
    }

    private void keep(ContextVersion version, ModelOwner.Stamp stamp) {
        List<ContextVersion> all = versions.computeIfAbsent(version.context().key(), key -> new ArrayList<>());
        all.add(version);
        while (all.size() > 1 + stamp.settings().contextVersions()) {
            all.removeFirst();
        }
    }

    private long latest(String key) {
        List<ContextVersion> all = versions.get(key);
        return all == null ? 0 : all.getLast().context().version();
    }

    private Optional<Context> visible(String key, Instant now) {
        return find(key).filter(context -> !context.expired(now));
    }

    private Optional<Context> earlier(String key, long version) {
        return versions(key).stream()
                .filter(each -> each.context().version() == version && !each.deleted())
                .map(ContextVersion::context)
                .findFirst();
    }

    /// The oldest kept version from this one on that is no deletion.
    Optional<Subject> from(String key, long version) {
        return versions(key).stream()
                .filter(each -> each.context().version() >= version && !each.deleted())
                .findFirst()
                .map(ContextVersion::context);
    }

    Optional<Context> find(String key) {
        return Optional.ofNullable(newest(key)).filter(each -> !each.deleted()).map(ContextVersion::context);
    }

    private @Nullable ContextVersion newest(String key) {
        List<ContextVersion> all = versions.get(key);
        return all == null ? null : all.getLast();
    }

    List<ContextVersion> versions(String key) {
        return List.copyOf(versions.getOrDefault(key, List.of()));
    }

    List<Exported> exported() {
        return versions.values().stream().<Exported>map(Exported.OfContext::new).toList();
    }

    List<Context> all() {
        return versions.keySet().stream().flatMap(key -> find(key).stream()).toList();
    }

    List<Context> list(Contexts.Query query) {
        String after = query.afterKey();
        return (after == null ? versions : versions.tailMap(after, false))
                .keySet().stream()
                        .flatMap(key -> find(key).stream())
                        .filter(query::matches)
                        .limit(query.limit())
                        .toList();
    }
}
