package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.Dedupe;
import dev.mneme.core.command.Command.DeleteMatching;
import dev.mneme.core.command.Command.DeleteMemory;
import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Deleted;
import dev.mneme.core.command.Outcome.DeletedMany;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Outcome.Stored;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.testkit.Duplicates.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All that the model keeps of one owner, and the decisions on it. Guarded by the store's lock.
final class ModelOwner {
    private static final Duration CHANGES_KEPT = Duration.ofDays(7);
    private static final Duration IDEMPOTENCY_KEPT = Duration.ofHours(24);

    /// A memory with the vector that it is found by.
    ///
    /// @param arrival the owner's sequence at the add
    /// @param changed the owner's sequence at the last change
    record Held(Memory memory, @Nullable Embedding embedding, long arrival, long changed) {
        Held changedTo(Memory next, @Nullable Embedding nextEmbedding, long sequence) {
            return new Held(next, nextEmbedding, arrival, sequence);
        }
    }

    /// Who writes, when, and under which limits.
    record Stamp(Provenance by, Instant at, StoreSettings settings) {}

    private record RequestKey(String keyId, String key) {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Answer(byte[] requestHash, WriteResult result, Instant at) {}

    private final Owner owner;
    private final String epoch;
    private final ModelFeed feed;
    private final TreeMap<MemoryId, Held> memories = new TreeMap<>();
    private final Map<MemoryId, List<MemoryVersion>> history = new LinkedHashMap<>(); // by arrival
    private final TreeMap<Long, ModelFeed.Entry> changes = new TreeMap<>();
    private final Map<RequestKey, Answer> answers = new LinkedHashMap<>();
    private ModelContexts contexts = new ModelContexts(this);
    private ModelModes modes = new ModelModes(this);
    private ModelResponses responses = new ModelResponses(this);
    private ModelSyncEvents syncEvents = new ModelSyncEvents(this);
    private ModelDocuments documents = new ModelDocuments(this::has);
    private ModelConflicts conflicts = new ModelConflicts(this);
    private final Map<MemoryId, Embedding> staged = new HashMap<>();
    private @Nullable EmbeddingSpace space;
    private @Nullable EmbeddingSpace next;
    private long sequence;

    ModelOwner(Owner owner, String epoch, ModelFeed feed) {
        this.owner = owner;
        this.epoch = epoch;
        this.feed = feed;
    }

    Owner owner() {
        return owner;
    }

    Position head() {
        return new Position(epoch, owner.slot(), sequence);
    }

    Iterable<Held> memories() {
        return memories.values();
    }

    int size() {
        return memories.size();
    }

    OwnerCounts counts(Restriction restriction, Instant now) {
        return new OwnerCounts(
                memories.values().stream()
                        .filter(held -> restriction.allows(held.memory().scope()))
                        .count(),
                contexts.all().stream().filter(context -> !context.expired(now)).count(),
                modes.all().size(),
                modes.transitions().size(),
                responses.list(response -> true, 0, Integer.MAX_VALUE).size(),
                syncEvents.count(now),
                changes.size());
    }

    Optional<Memory> find(MemoryId id) {
        return Optional.ofNullable(memories.get(id)).map(Held::memory);
    }

    private boolean has(String id) {
        return memories.keySet().stream().anyMatch(memory -> memory.toString().equals(id));
    }

    /// What the limits leave of a memory's history; empty when that is nothing.
    Optional<List<MemoryVersion>> history(MemoryId id, Instant now, StoreSettings settings) {
        List<MemoryVersion> all = history.getOrDefault(id, List.of());
        List<MemoryVersion> kept = all.subList(firstKept(all, settings), all.size()).stream()
                .filter(version -> isPresent(id, version) || !tooOld(version, now, settings))
                .toList();
        return kept.isEmpty() ? Optional.empty() : Optional.of(kept);
    }

    private static int firstKept(List<MemoryVersion> all, StoreSettings settings) {
        return settings.versionsPerMemory() == 0 ? 0 : Math.max(0, all.size() - settings.versionsPerMemory());
    }

    private static boolean tooOld(MemoryVersion version, Instant now, StoreSettings settings) {
        return !settings.versionAge().isZero() && !version.at().isAfter(now.minus(settings.versionAge()));
    }

    private boolean isPresent(MemoryId id, MemoryVersion version) {
        return find(id).filter(memory -> memory.version() == version.version()).isPresent();
    }

    /// Everything that is kept.
    List<Exported> export(Instant now, StoreSettings settings) {
        List<Exported> all = new ArrayList<>();
        for (MemoryId id : history.keySet()) {
            Held held = memories.get(id);
            history(id, now, settings)
                    .ifPresent(kept -> all.add(new Exported.OfMemory(kept, held == null ? null : held.embedding())));
        }
        contexts.exported().forEach(all::add);
        modes.all().stream()
                .sorted(Comparator.comparingLong(ModeState::activatedBy))
                .forEach(mode -> all.add(new Exported.OfMode(mode)));
        modes.transitions().forEach(transition -> all.add(new Exported.OfTransition(transition)));
        responses
                .list(response -> true, 0, Integer.MAX_VALUE)
                .forEach(response -> all.add(new Exported.OfResponse(response)));
        syncEvents.all().forEach(event -> all.add(new Exported.OfSyncEvent(event)));
        conflicts.all().forEach(conflict -> all.add(new Exported.OfConflict(conflict)));
        return all;
    }

    Optional<EmbeddingSpace> space() {
        return Optional.ofNullable(space);
    }

    /// @throws MnemeException `idempotency_key_reused`
    WriteResult write(Write write, Instant at, StoreSettings settings) {
        answers.values().removeIf(answer -> !at.isBefore(answer.at().plus(IDEMPOTENCY_KEPT)));
        Write.Idempotency idempotency = write.idempotency();
        if (idempotency == null) {
            return apply(write, at, settings);
        }
        return answered(write.by(), idempotency, at, settings).orElseGet(() -> {
            WriteResult result = apply(write, at, settings);
            RequestKey key = new RequestKey(write.by().keyId(), idempotency.key());
            answers.put(key, new Answer(idempotency.requestHash().clone(), result, at));
            dropOldestAnswers(settings.idempotencyKeysPerOwner());
            return result;
        });
    }

    /// @throws MnemeException `idempotency_key_reused`
    Optional<WriteResult> answered(Provenance by, Write.Idempotency idempotency, Instant at, StoreSettings settings) {
        Answer answer = answers.get(new RequestKey(by.keyId(), idempotency.key()));
        if (answer == null || !at.isBefore(answer.at().plus(IDEMPOTENCY_KEPT))) {
            return Optional.empty();
        }
        if (!Arrays.equals(answer.requestHash(), idempotency.requestHash())) {
            throw MnemeException.at(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key",
                    "This idempotency key was used with another request: send a new key.");
        }
        List<Outcome> outcomes = answer.result().outcomes().stream()
                .map(outcome -> asKept(outcome, at, settings))
                .toList();
        return Optional.of(new WriteResult(outcomes, answer.result().position(), true));
    }

    /// A memory at a version that is no longer kept is answered as the next one that is.
    private Outcome asKept(Outcome outcome, Instant at, StoreSettings settings) {
        return switch (outcome) {
            case Stored stored ->
                asKept(stored.subject(), at, settings)
                        .<Outcome>map(subject -> new Stored(stored.event(), subject))
                        .orElseGet(() -> new Rejected(ErrorCode.NOT_FOUND, "gone", null, null));
            case Rejected rejected
            when rejected.current() != null ->
                new Rejected(
                        rejected.code(),
                        rejected.message(),
                        rejected.field(),
                        asKept(rejected.current(), at, settings).orElse(null),
                        rejected.paths());
            default -> outcome;
        };
    }

    private Optional<Subject> asKept(Subject subject, Instant at, StoreSettings settings) {
        return switch (subject) {
            case Memory memory -> asKept(memory, at, settings).map(Subject.class::cast);
            case Context context -> contexts.from(context.key(), context.version());
            default -> Optional.of(subject);
        };
    }

    private Optional<Memory> asKept(Memory memory, Instant at, StoreSettings settings) {
        return history(memory.id(), at, settings).stream()
                .flatMap(List::stream)
                .filter(version -> version.version() >= memory.version())
                .findFirst()
                .map(MemoryVersion::memory);
    }

    private void dropOldestAnswers(int limit) {
        Iterator<RequestKey> oldest = answers.keySet().iterator();
        while (answers.size() > limit) {
            oldest.next();
            oldest.remove();
        }
    }

    private WriteResult apply(Write write, Instant at, StoreSettings settings) {
        Stamp stamp = new Stamp(write.by(), at, settings);
        List<Outcome> outcomes =
                write.commands().stream().map(command -> decide(command, stamp)).toList();
        forgetChanges(at, settings.changesPerOwner());
        return new WriteResult(outcomes, head(), false);
    }

    private Outcome decide(Command command, Stamp stamp) {
        return switch (command) {
            case AddMemory add -> add(add, stamp);
            case UpdateMemory update -> update(update, stamp);
            case DeleteMemory delete -> delete(delete, stamp);
            case Command.DeleteUnchanged named -> deleteUnchanged(named, stamp);
            case DeleteMatching matching -> deleteMatching(matching, stamp);
            case EraseOwner erase -> erase(stamp);
            case Command.PutContext put -> contexts.put(put, stamp);
            case Command.DeleteContext gone -> contexts.delete(gone, stamp);
            case Command.SwitchMode mode -> modes.switchMode(mode, stamp);
            case Command.ConfigureMode mode -> modes.configure(mode, stamp);
            case Command.RecordResponse response -> responses.record(response, stamp);
            case Command.PostSyncEvent post -> syncEvents.post(post, stamp);
            case Command.ProcessSyncEvent process -> syncEvents.process(process, stamp);
            case Command.RecordConflict record -> conflicts.record(record, stamp);
            case Command.ResolveConflict resolve -> conflicts.resolve(resolve, write -> decide(write, stamp), stamp);
            case Command.Expire expire -> expire(expire, stamp);
            case Command.Import(Exported exported) -> bring(exported, stamp);
            case Command.ForgetVersions versions -> new DeletedMany(0); // the model hides what is too old, and keeps it
            case Command.BeginSpace(EmbeddingSpace to) -> begin(to);
            case Command.StageEmbedding each -> stage(each);
            case Command.SwitchSpace(EmbeddingSpace to) -> switchTo(to);
            case Command.DropOldVectors drop -> new DeletedMany(0); // the model keeps none
            case Command.Revise revise -> new ModelRevisions(this, documents).revise(revise, stamp);
            case Command.PutDocument put -> documents.put(put, stamp.at());
            case Command.DeleteDocument gone -> documents.delete(gone);
            case Command.PutEmbedder put -> throw new IllegalStateException("an embedder is the system's");
            case Command.PutKey put -> throw new IllegalStateException("a key is the system's");
            case Command.AcceptOwner accept -> new DeletedMany(0); // nobody changes the model from outside
            case Command.AcceptKeys accept -> throw new IllegalStateException("keys are the system's");
            case Command.Govern govern -> throw new IllegalStateException("a model has its rules from its settings");
            case Command.DeleteKey delete -> throw new IllegalStateException("a key is the system's");
        };
    }

    private Outcome expire(Command.Expire expire, Stamp stamp) {
        expire.records().forEach(record -> {
            switch (record) {
                case Command.Expired.OfContext context -> contexts.expire(context, stamp);
                case Command.Expired.OfSyncEvent event -> syncEvents.expire(event, stamp);
                case Command.Expired.OfConflict conflict -> conflicts.expire(conflict, stamp);
            }
        });
        return new Outcome.Done();
    }

    private Outcome bring(Exported exported, Stamp stamp) {
        return switch (exported) {
            case Exported.OfMemory memory -> bring(memory, stamp);
            case Exported.OfContext context -> contexts.bring(context, stamp);
            case Exported.OfMode(ModeState mode) -> modes.bring(mode, stamp);
            case Exported.OfTransition(Transition transition) -> modes.bring(transition, stamp);
            case Exported.OfResponse(ResponseSource response) -> responses.bring(response, stamp);
            case Exported.OfSyncEvent(SyncEvent event) -> syncEvents.bring(event, stamp);
            case Exported.OfConflict(Conflict conflict) -> conflicts.bring(conflict, stamp);
        };
    }

    private Outcome bring(Exported.OfMemory imported, Stamp stamp) {
        Memory memory = imported.newest().memory();
        if (history.containsKey(memory.id())) {
            return new Stored(MemoryEvent.NONE, find(memory.id()).orElse(memory));
        }
        Embedding embedding = imported.deleted() ? null : imported.embedding();
        if (foreign(embedding)) {
            return foreignVector();
        }
        Embedding present = coming(embedding) ? null : embedding;
        if (space == null && present != null) {
            space = present.space();
        }
        history.put(memory.id(), new ArrayList<>(imported.versions()));
        if (!imported.deleted()) {
            memories.put(memory.id(), new Held(memory, present, sequence + 1, sequence + 1));
        }
        tell(imported.deleted() ? ChangeType.MEMORY_DELETED : ChangeType.MEMORY_ADDED, memory, stamp);
        stageIfComing(memory.id(), embedding);
        return new Stored(MemoryEvent.ADD, memory);
    }

    private Outcome begin(EmbeddingSpace to) {
        if (space != null && !to.equals(next)) {
            next = to.equals(space) ? null : to;
            staged.clear();
        }
        return new Outcome.Done();
    }

    private Outcome stage(Command.StageEmbedding each) {
        Held held = memories.get(each.id());
        if (held == null) {
            return noSuchMemory();
        }
        if (held.memory().version() != each.version()) {
            return conflict(held.memory());
        }
        if (!coming(each.embedding())) {
            return notBegun();
        }
        staged.put(each.id(), each.embedding());
        return new Outcome.Done();
    }

    private Outcome switchTo(EmbeddingSpace to) {
        if (to.equals(space)) {
            return new Outcome.Done();
        }
        if (!to.equals(next)) {
            return notBegun();
        }
        if (!staged.keySet().containsAll(memories.keySet())) {
            return new Rejected(ErrorCode.VERSION_CONFLICT, "Memories lack a vector of that space.", null, null);
        }
        memories.replaceAll((id, held) -> held.changedTo(held.memory(), staged.get(id), held.changed()));
        staged.clear();
        space = to;
        next = null;
        return new Outcome.Done();
    }

    OwnerSpace spaces() {
        return new OwnerSpace(owner, space, next, false);
    }

    List<Unstaged> unstaged(long afterArrival, int limit) {
        return next == null
                ? List.of()
                : memories.values().stream()
                        .filter(held -> held.arrival() > afterArrival
                                && !staged.containsKey(held.memory().id()))
                        .sorted(Comparator.comparingLong(Held::arrival))
                        .limit(limit)
                        .map(held -> new Unstaged(held.arrival(), held.memory()))
                        .toList();
    }

    private Outcome add(AddMemory add, Stamp stamp) {
        if (foreign(add.embedding())) {
            return foreignVector();
        }
        Held taken = memories.get(add.id());
        if (taken != null) {
            return conflict(taken.memory());
        }
        Optional<Held> duplicate = duplicate(add, Set.of(), stamp.at());
        return duplicate.isPresent()
                ? merge(duplicate.get(), add, false, stamp)
                : new Stored(MemoryEvent.ADD, insert(add, false, stamp));
    }

    /// Stores a new memory.
    Memory insert(AddMemory add, boolean localOnly, Stamp stamp) {
        Memory memory = new Memory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                stamp.at(),
                stamp.at(),
                add.expiresAt(),
                1,
                null,
                localOnly || localOnly(stamp));
        Embedding present = coming(add.embedding()) ? null : add.embedding();
        store(MemoryEvent.ADD, new Held(memory, present, sequence + 1, sequence + 1), stamp);
        stageIfComing(add.id(), add.embedding());
        return memory;
    }

    /// The memory that is the same, if that is asked; not one that is expired, superseded, among `but`, or in
    /// contradiction. Of several, the one with the lowest id; only the latest 64 of one text are looked at.
    Optional<Held> duplicate(AddMemory add, Collection<MemoryId> but, Instant at) {
        if (add.dedupe() == Dedupe.BY_TEXT) {
            throw new IllegalStateException("the model has no older log");
        }
        List<Held> alike = memories.values().stream()
                .filter(held -> add.dedupe() == Dedupe.BY_CONTENT)
                .filter(held -> Identity.of(held.memory()).equals(Identity.of(add)))
                .sorted(Comparator.comparingLong(Held::arrival))
                .toList();
        return alike.subList(Math.max(0, alike.size() - 64), alike.size()).stream()
                .filter(held -> !held.memory().expired(at))
                .filter(held -> held.memory().replacedBy() == null)
                .filter(held -> !but.contains(held.memory().id()))
                .filter(held -> Duplicates.agree(held.memory(), add))
                .min(Comparator.comparing(held -> held.memory().id()));
    }

    /// Marks a memory as superseded.
    void supersede(MemoryId id, MemoryId newer, Stamp stamp) {
        Held existing = Objects.requireNonNull(memories.get(id));
        Memory now = existing.memory();
        Memory marked = next(
                now,
                now.text(),
                now.name(),
                now.metadata(),
                now.categories(),
                now.timestamp(),
                now.expiresAt(),
                newer,
                stamp.at(),
                localOnly(stamp));
        store(MemoryEvent.UPDATE, existing.changedTo(marked, existing.embedding(), sequence + 1), stamp);
    }

    Outcome merge(Held existing, AddMemory add, boolean localOnly, Stamp stamp) {
        Memory now = existing.memory();
        Memory merged = next(
                now,
                now.text(),
                now.name() == null ? add.name() : now.name(),
                Duplicates.merge(now.metadata(), add.metadata()),
                Duplicates.merge(now.categories(), add.categories()),
                Duplicates.merge(now.timestamp(), add.timestamp()),
                Duplicates.longer(now.expiresAt(), add.expiresAt()),
                now.replacedBy(),
                stamp.at(),
                localOnly || localOnly(stamp));
        Embedding brought = coming(add.embedding()) ? null : add.embedding();
        Embedding embedding = existing.embedding() == null ? brought : existing.embedding();
        return changed(existing, existing.changedTo(merged, embedding, sequence + 1), stamp);
    }

    private Outcome update(UpdateMemory update, Stamp stamp) {
        Held existing = memories.get(update.id());
        if (existing == null) {
            return noSuchMemory();
        }
        Memory now = existing.memory();
        if (!expected(update.expectedVersion(), now)) {
            return conflict(now);
        }
        if (foreign(update.embedding())) {
            return foreignVector();
        }
        Memory changed = next(
                now,
                update.text() == null ? now.text() : update.text(),
                now.name(),
                update.metadataPatch() == null ? now.metadata() : now.metadata().mergePatch(update.metadataPatch()),
                update.categories() == null ? now.categories() : update.categories(),
                update.timestamp() == null ? now.timestamp() : update.timestamp(),
                update.expiry() == null ? now.expiresAt() : update.expiry().at(),
                now.replacedBy(),
                stamp.at(),
                localOnly(stamp));
        long size = changed.metadata().utf8Size();
        boolean grew = !changed.metadata().equals(now.metadata())
                && size >= now.metadata().utf8Size();
        if (grew && update.metadataLimit() != Command.NO_LIMIT && size > update.metadataLimit()) {
            return new Rejected(ErrorCode.TOO_LARGE, "Too much metadata.", "metadata", null);
        }
        Embedding present = coming(update.embedding()) ? null : update.embedding();
        boolean sameText = changed.text().equals(now.text());
        if (!sameText) {
            staged.remove(now.id());
        }
        stageIfComing(now.id(), update.embedding());
        Embedding embedding = present == null && sameText ? existing.embedding() : present;
        return changed(existing, existing.changedTo(changed, embedding, sequence + 1), stamp);
    }

    private static Memory next(
            Memory now,
            String text,
            @Nullable String name,
            dev.mneme.core.model.Json.JsonObject metadata,
            List<String> categories,
            @Nullable Timestamp timestamp,
            @Nullable Instant expiresAt,
            @Nullable MemoryId replacedBy,
            Instant at,
            boolean localOnly) {
        return new Memory(
                now.id(),
                now.scope(),
                text,
                now.role(),
                name,
                metadata,
                categories,
                timestamp,
                now.createdAt(),
                at,
                expiresAt,
                now.version() + 1,
                replacedBy,
                now.localOnly() || localOnly);
    }

    /// Stores the new version, unless nothing but its number and time differ.
    private Outcome changed(Held before, Held after, Stamp stamp) {
        Memory was = before.memory();
        Memory is = after.memory();
        boolean same = was.text().equals(is.text())
                && was.metadata().equals(is.metadata())
                && was.categories().equals(is.categories())
                && Objects.equals(was.name(), is.name())
                && Objects.equals(was.expiresAt(), is.expiresAt())
                && Objects.equals(was.timestamp(), is.timestamp())
                && sameVector(before.embedding(), after.embedding());
        if (same) {
            return new Stored(MemoryEvent.NONE, was);
        }
        store(MemoryEvent.UPDATE, after, stamp);
        return new Stored(MemoryEvent.UPDATE, is);
    }

    private static boolean sameVector(@Nullable Embedding a, @Nullable Embedding b) {
        return Arrays.equals(a == null ? null : a.vector(), b == null ? null : b.vector());
    }

    private void store(MemoryEvent event, Held held, Stamp stamp) {
        Memory memory = held.memory();
        memories.put(memory.id(), held);
        Embedding embedding = held.embedding();
        if (space == null && embedding != null) {
            space = embedding.space();
        }
        remember(event, memory, memory.version(), stamp);
        tell(event == MemoryEvent.ADD ? ChangeType.MEMORY_ADDED : ChangeType.MEMORY_UPDATED, memory, stamp);
    }

    private Outcome delete(DeleteMemory delete, Stamp stamp) {
        Held existing = memories.get(delete.id());
        if (existing == null) {
            return noSuchMemory();
        }
        if (!expected(delete.expectedVersion(), existing.memory())) {
            return conflict(existing.memory());
        }
        remove(existing.memory(), stamp);
        return new Deleted(delete.id());
    }

    private Outcome deleteUnchanged(Command.DeleteUnchanged named, Stamp stamp) {
        long count = 0;
        for (Command.ForgetVersions.Version each : named.memories()) {
            Held held = memories.get(each.id());
            if (held != null && held.memory().version() == each.version()) {
                remove(held.memory(), stamp);
                count++;
            }
        }
        return new DeletedMany(count, count < named.memories().size());
    }

    /// In the order of arrival.
    private Outcome deleteMatching(DeleteMatching matching, Stamp stamp) {
        List<Memory> doomed = memories.values().stream()
                .sorted(Comparator.comparingLong(Held::arrival))
                .map(Held::memory)
                .filter(memory -> PlainFilter.matches(matching.filter(), memory))
                .limit(matching.limit())
                .toList();
        doomed.forEach(memory -> remove(memory, stamp));
        return new DeletedMany(doomed.size());
    }

    void remove(Memory memory, Stamp stamp) {
        memories.remove(memory.id());
        staged.remove(memory.id());
        documents.remove(Document.FEEDBACK, memory.id().toString());
        remember(MemoryEvent.DELETE, memory, memory.version() + 1, stamp);
        tell(ChangeType.MEMORY_DELETED, memory, stamp);
    }

    private Outcome erase(Stamp stamp) {
        long count = memories.size();
        memories.clear();
        history.clear();
        answers.clear();
        changes.values().forEach(feed::erase);
        changes.clear();
        contexts = new ModelContexts(this);
        modes = new ModelModes(this);
        responses = new ModelResponses(this);
        syncEvents = new ModelSyncEvents(this);
        documents = new ModelDocuments(this::has);
        conflicts = new ModelConflicts(this);
        space = null;
        next = null;
        staged.clear();
        tell(ChangeType.OWNER_ERASED, null, stamp);
        return new DeletedMany(count);
    }

    private void remember(MemoryEvent event, Memory memory, long version, Stamp stamp) {
        Provenance by = stamp.by();
        history.computeIfAbsent(memory.id(), id -> new ArrayList<>())
                .add(new MemoryVersion(event, memory, version, stamp.at(), by.keyId(), by.instance()));
    }

    private void tell(ChangeType type, @Nullable Memory memory, Stamp stamp) {
        sequence++;
        Change change = new Change(owner, head(), type, stamp.at(), stamp.by(), memory);
        changes.put(sequence, feed.append(change));
    }

    /// Tells of something other than a memory.
    ///
    /// @param key the record's name: see [Change]
    /// @return the sequence of the change
    long tell(ChangeType type, String key, Subject subject, boolean localOnly, Stamp stamp) {
        sequence++;
        changes.put(
                sequence,
                feed.append(new Change(owner, head(), type, stamp.at(), stamp.by(), localOnly, key, subject)));
        return sequence;
    }

    /// Whether what the writer writes now is kept from everything that is pushed.
    boolean localOnly(Stamp stamp) {
        return owner.kind() == OwnerKind.USER && modes.inspired(stamp.by().instance());
    }

    ModelDocuments documents() {
        return documents;
    }

    ModelConflicts conflicts() {
        return conflicts;
    }

    ModelContexts contexts() {
        return contexts;
    }

    ModelModes modes() {
        return modes;
    }

    ModelResponses responses() {
        return responses;
    }

    ModelSyncEvents syncEvents() {
        return syncEvents;
    }

    /// Drops the changes that are beyond the limit or too old.
    void forgetChanges(Instant now, int limit) {
        Instant oldest = now.minus(CHANGES_KEPT);
        while (!changes.isEmpty()
                && (changes.size() > limit
                        || !changes.firstEntry().getValue().change().at().isAfter(oldest))) {
            feed.forget(changes.pollFirstEntry().getValue());
        }
    }

    /// @param afterSequence or -1 for the oldest retained
    ChangeBatch changes(long afterSequence, int limit) {
        long retainedAfter = changes.isEmpty() ? sequence : changes.firstKey() - 1;
        long after = afterSequence < 0 ? retainedAfter : afterSequence;
        if (after > sequence || after < retainedAfter) {
            return new ChangeBatch(List.of(), sequence, head(), true);
        }
        List<Change> batch = changes.tailMap(after, false).values().stream()
                .limit(limit)
                .map(ModelFeed.Entry::change)
                .toList();
        return new ChangeBatch(batch, after, head(), false);
    }

    private boolean foreign(@Nullable Embedding embedding) {
        return foreign(embedding, space);
    }

    /// Whether an owner whose vectors are of `present` takes no such vector.
    boolean foreign(@Nullable Embedding embedding, @Nullable EmbeddingSpace present) {
        return present != null && embedding != null && !embedding.space().equals(present) && !coming(embedding);
    }

    private boolean coming(@Nullable Embedding embedding) {
        return embedding != null && embedding.space().equals(next);
    }

    private void stageIfComing(MemoryId id, @Nullable Embedding embedding) {
        if (embedding != null && coming(embedding)) {
            staged.put(id, embedding);
        }
    }

    private static Rejected notBegun() {
        return new Rejected(ErrorCode.EMBEDDER_MISMATCH, "The owner is not on its way to that space.", null, null);
    }

    private static boolean expected(long version, Memory now) {
        return version == Command.ANY_VERSION || version == now.version();
    }

    static Rejected conflict(Memory now) {
        return new Rejected(
                ErrorCode.VERSION_CONFLICT,
                "The memory is at version " + now.version() + ": read it again and repeat the change on that version.",
                null,
                now);
    }

    private static Rejected noSuchMemory() {
        return new Rejected(ErrorCode.NOT_FOUND, "There is no memory with this id.", null, null);
    }

    static Rejected foreignVector() {
        return new Rejected(
                ErrorCode.EMBEDDER_MISMATCH,
                "This owner's vectors are of another embedder or dimension: send a vector of theirs, or none.",
                "vector",
                null);
    }
}
