package dev.mneme;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.job.Duty;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Reembedding;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The memory of a program: the same engine as the server's, on a data folder of its own, without a server.
///
/// ```java
/// try (Mneme mneme = Mneme.open(Path.of("memory"))) {
///     mneme.add("alice", "I am allergic to peanuts");
///     mneme.search("alice", "what can I not eat?", 5);
/// }
/// ```
///
/// **Promises** are those of the server: a memory is on the disk before `add` returns, and the next search finds it;
/// the same fact is kept once. There are no keys: whoever holds this object may do everything.
///
/// **Threads**: any number may call; calls block.
///
/// **Failures**: [MnemeException] alone; its code and message say what to do. A folder that a server or another program
/// has open is `INVALID_REQUEST`.
public final class Mneme implements AutoCloseable {
    private static final String NAME = "library";
    private static final ContextRules CONTEXTS_FOR_EVER =
            new ContextRules(ContextRules.DEFAULTS.maxBytes(), Duration.ZERO);

    private final Store store;
    private final @Nullable Embedder embedder;
    private final @Nullable Reembedding reembedding;
    private final MemoryService memories;
    private final ContextService contexts;
    private final Caller caller;
    private final List<Listening> listening = new CopyOnWriteArrayList<>();

    private Mneme(Store store, @Nullable Embedder embedder, NodeRuntime runtime, @Nullable String instance) {
        InstantSource clock = runtime.clock();
        this.store = store;
        this.embedder = embedder;
        this.reembedding = embedder == null
                ? null
                : new Reembedding(store, embedder, Reembedding.former(store, embedder.space()), runtime);
        this.memories = new MemoryService(store, embedder, reembedding, clock, runtime.random(), Limits.DEFAULTS);
        this.contexts = new ContextService(store, clock, Limits.DEFAULTS, CONTEXTS_FOR_EVER);
        ApiKey everything =
                new ApiKey(NAME, NAME, Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[0]);
        this.caller = Caller.of(everything, instance);
        if (reembedding != null) {
            reembedding.start(Duty.ALONE);
        }
    }

    /// Opens a data folder with the embedder in the jar. A missing folder is created.
    public static Mneme open(Path folder) {
        return at(folder).open();
    }

    /// Opens a data folder with other options than the usual ones.
    public static Builder at(Path folder) {
        return new Builder(folder);
    }

    /// The options for opening a folder.
    public static final class Builder {
        private final Path folder;
        private LocalEngine.Settings settings = LocalEngine.Settings.DEFAULTS;
        private boolean builtIn = true;
        private @Nullable Embedder embedder;
        private @Nullable String instance;

        private Builder(Path folder) {
            this.folder = folder;
        }

        /// Makes vectors with this embedder, which is closed together with the folder.
        public Builder embedder(Embedder own) {
            this.embedder = own;
            this.builtIn = false;
            return this;
        }

        /// Finds texts by their words alone. The folder opens faster, and takes 150 MB less.
        public Builder withoutEmbedder() {
            this.embedder = null;
            this.builtIn = false;
            return this;
        }

        /// The name under which this program writes, which the history shows.
        public Builder instance(String name) {
            this.instance = name;
            return this;
        }

        /// All settings of the engine.
        public Builder engine(LocalEngine.Settings engine) {
            this.settings = engine;
            return this;
        }

        /// @throws MnemeException `INVALID_REQUEST` when the folder is in use or of a newer format,
        ///     `INTEGRITY_VIOLATION` when it is damaged
        public Mneme open() {
            Store store = LocalEngine.open(folder, settings);
            try {
                Embedder chosen = builtIn ? OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS) : embedder;
                return new Mneme(store, chosen, settings.runtime(), instance);
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        }
    }

    /// Remembers a text of a user. The result is the memory that is already there if the text is known.
    public Memory add(String userId, String text) {
        return add(ScopeIds.user(userId), text, JsonObject.EMPTY, List.of());
    }

    public Memory add(ScopeIds scope, String text, JsonObject metadata, List<String> categories) {
        return add(new NewMemory(scope, text, null, null, metadata, categories, null, null, null, null, true));
    }

    /// Remembers a memory with all of its parts.
    public Memory add(NewMemory memory) {
        return memories.add(caller, memory, null).subject();
    }

    /// The memories of a user that are nearest to the query, best first.
    public List<SearchResult.Hit> search(String userId, String query, int topK) {
        return search(ofUser(userId), query, topK);
    }

    /// The memories that match and are nearest to the query, best first.
    public List<SearchResult.Hit> search(Filter filter, String query, int topK) {
        return search(filter, query, topK, null);
    }

    /// As [#search(Filter, String, int)], asked at another time, or by another calendar than that of UTC.
    ///
    /// @param seenFrom the moment that is "now" in the query; its zone says whose days "yesterday" and "in May"
    ///     mean. Null: now, in UTC
    public List<SearchResult.Hit> search(Filter filter, String query, int topK, @Nullable ZonedDateTime seenFrom) {
        Search search = new Search(query, null, null, filter, topK, 0, false, seenFrom);
        return memories.search(caller, search, ReadOptions.DEFAULT).hits();
    }

    /// The memory; empty if it was never added, was deleted, or has expired.
    public Optional<Memory> find(MemoryId id) {
        try {
            return Optional.of(memories.get(caller, id, ReadOptions.DEFAULT).value());
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Every version, oldest first, even of a deleted memory.
    public List<MemoryVersion> history(MemoryId id) {
        return store.history(id).map(at -> at.value()).orElse(List.of());
    }

    /// A user's memories in the order in which they came.
    ///
    /// @param limit 1 to 1,000
    public List<Memory> list(String userId, int limit) {
        return memories.list(
                        caller, ofUser(userId), MemoryQuery.Order.CREATED_AT, limit, null, false, ReadOptions.DEFAULT)
                .items();
    }

    /// Gives a memory another text.
    public Memory update(MemoryId id, String text) {
        MemoryPatch patch = new MemoryPatch(text, null, null, null, null, null, Command.ANY_VERSION);
        return memories.update(caller, id, patch, null).subject();
    }

    /// Deletes a memory; its history stays.
    ///
    /// @throws MnemeException `NOT_FOUND`
    public void delete(MemoryId id) {
        memories.delete(caller, id, Command.ANY_VERSION, null);
    }

    /// Stores a user's context over whatever was there before. It stays until it is deleted.
    public Context putContext(String userId, String key, JsonObject data) {
        return putContext(userId, key, data, Command.ANY_VERSION);
    }

    /// Stores a user's context.
    ///
    /// @param expectedVersion the version that the caller saw, 0 for none
    /// @throws MnemeException `VERSION_CONFLICT` when somebody else stored it in between
    public Context putContext(String userId, String key, JsonObject data, long expectedVersion) {
        Command.PutContext put = new Command.PutContext(
                key, ContextType.CUSTOM, null, data, List.of(), null, expectedVersion, MergeStrategy.REPLACE);
        return contexts.put(caller, Owner.user(userId), put, null).subject();
    }

    public Optional<Context> context(String userId, String key) {
        return contexts.find(caller, Owner.user(userId), key, ReadOptions.DEFAULT)
                .value();
    }

    /// A user's contexts, in the order of their keys; fewer than `limit` when they are large.
    ///
    /// @param limit 1 to 1,000
    public List<Context> contexts(String userId, int limit) {
        ContextService.Listing listing = new ContextService.Listing(null, null, null, null, limit);
        return contexts.list(caller, Owner.user(userId), listing, ReadOptions.DEFAULT)
                .items();
    }

    /// @throws MnemeException `NOT_FOUND`
    public void deleteContext(String userId, String key) {
        contexts.delete(caller, Owner.user(userId), key, Command.ANY_VERSION, null);
    }

    /// Tells a listener every change of a user from now on, in order and each once, on a thread of its own.
    ///
    /// @param listener may block; an exception ends the subscription
    public Store.Subscription subscribe(String userId, Consumer<Change> listener) {
        Listening started = new Listening(store, Owner.user(userId), listener);
        listening.add(started);
        return () -> {
            started.close();
            listening.remove(started);
        };
    }

    /// The store below, for everything that has no method here.
    public Store store() {
        return store;
    }

    private static Filter ofUser(String userId) {
        return new Filter.Compare(new Filter.Field.Scope(OwnerKind.USER), Filter.Operator.EQ, new JsonString(userId));
    }

    /// Ends subscriptions, finishes writes, and closes the folder.
    @Override
    public void close() {
        listening.forEach(Listening::close);
        if (reembedding != null) {
            reembedding.close();
        }
        if (embedder != null) {
            embedder.close();
        }
        store.close();
    }

    /// A JSON object whose members are all strings.
    public static JsonObject json(Map<String, String> members) {
        Map<String, Json> values = new LinkedHashMap<>();
        members.forEach((name, value) -> values.put(name, new JsonString(value)));
        return new JsonObject(values);
    }
}
