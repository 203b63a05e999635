package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.MemoryMapping;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Times;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.wire.mem0.Done;
import dev.mneme.wire.mem0.EntityItem;
import dev.mneme.wire.mem0.EntityPage;
import dev.mneme.wire.mem0.ServerEntity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The users, agents, apps and runs that memories carry: `/v1/entities/`, `/v2/entities/…`, and `/entities` of mem0's
/// own server. Deleting an entity deletes the memories that carry it. Its name is read from the path as it is,
/// including white space around it, so that entities that came through other doors can be deleted here.
final class EntityRoutes {
    private static final int MAX_PAGE = 10_000;
    private static final Parameter TYPE =
            Parameter.string("entity_type", "user, agent, app or run").withSlashes();
    private static final Parameter NAME =
            Parameter.string("name", "the entity's id").withSlashes();
    private static final Parameter NUMBER =
            Parameter.string("entity_id", "its number").withSlashes();

    private final MemoryService memories;
    private final RecentEvents events;

    EntityRoutes(MemoryService memories, RecentEvents events) {
        this.memories = memories;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/entities/")
                        .in(Dialect.MEM0)
                        .named("mem0Entities", Mem0Api.TAG, "List entities")
                        .by(this::list),
                Route.get("/v2/entities/{entity_type}/{name}/")
                        .in(Dialect.MEM0)
                        .named("mem0Entity", Mem0Api.TAG, "An entity")
                        .path(TYPE, NAME)
                        .by(this::get),
                announced(OwnerKind.USER),
                announced(OwnerKind.AGENT),
                announced(OwnerKind.APP),
                announced(OwnerKind.RUN),
                Route.delete("/v2/entities/{entity_type}/{name}/")
                        .in(Dialect.MEM0)
                        .named("mem0DeleteEntity", Mem0Api.TAG, "Delete an entity's memories")
                        .path(TYPE, NAME)
                        .by(request -> delete(request, kind(request), request.path(NAME.name()))),
                Route.delete("/v1/entities/{entity_type}/{entity_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0DeleteEntityByNumber", Mem0Api.TAG, "Delete an entity's memories")
                        .path(TYPE, NUMBER)
                        .by(this::deleteByNumber),
                Route.get("/entities")
                        .in(Dialect.MEM0)
                        .named("mem0ServerEntities", Mem0Api.TAG, "List entities")
                        .by(this::listOfServer),
                Route.delete("/entities/{entity_type}/{name}")
                        .in(Dialect.MEM0)
                        .named("mem0ServerDeleteEntity", Mem0Api.TAG, "Delete an entity's memories")
                        .path(TYPE, NAME)
                        .by(request -> delete(request, kind(request), request.path(NAME.name()))));
    }

    private static OwnerKind kind(Request request) {
        return Mem0Scopes.kind(request.path(TYPE.name()));
    }

    private Answer list(Request request) {
        PageNumbers page = PageNumbers.of(request.query(), MAX_PAGE, MAX_PAGE);
        List<Entity> all = memories.entities(request.caller());
        List<EntityItem> shown = all.stream()
                .skip(page.from())
                .limit(page.size())
                .map(EntityRoutes::item)
                .toList();
        return answer(
                request,
                Filter.And.ALL,
                new EntityPage(
                        all.size(),
                        page.next(request, all.size()),
                        page.previous(request),
                        shown,
                        count(all, OwnerKind.USER),
                        count(all, OwnerKind.AGENT),
                        count(all, OwnerKind.APP),
                        count(all, OwnerKind.RUN)));
    }

    private Answer answer(Request request, Filter filter, Object body) {
        return LeftOut.said(Answer.json(200, body), memories.leftOut(request.caller(), filter));
    }

    /// The one entity, in a list, as mem0's API describes it.
    private Answer get(Request request) {
        OwnerKind kind = kind(request);
        String name = request.path(NAME.name());
        return memories.entities(request.caller()).stream()
                .filter(entity -> entity.kind() == kind && entity.id().equals(name))
                .findFirst()
                .map(entity -> answer(request, Filter.scope(kind, name), List.of(item(entity))))
                .orElseThrow(() -> absent(request, kind, name));
    }

    /// Fails because nothing carries the entity, or only memories that must be refused do.
    private MnemeException absent(Request request, OwnerKind kind, String name) {
        if (ScopeIds.isId(name)) {
            Filter filter = Filter.scope(kind, name);
            memories.list(request.caller(), filter, Order.CREATED_AT_DOWN, 1, null, true, ReadOptions.DEFAULT);
            if (memories.leftOut(request.caller(), filter) > 0) {
                return new MnemeException(
                        ErrorCode.INTEGRITY_VIOLATION,
                        "What carries this " + kind.wireName() + " was changed from outside, and is not served.");
            }
        }
        return new MnemeException(
                ErrorCode.NOT_FOUND, "No memory carries this " + kind.wireName() + ": nothing else makes one.");
    }

    /// `POST /v1/users/` and the like. Entities exist through memories that carry them, so nothing is written.
    private Route announced(OwnerKind kind) {
        return Route.post("/v1/" + kind.wireName() + "s/")
                .in(Dialect.MEM0)
                .named("mem0Create" + kind.name(), Mem0Api.TAG, "Announce a " + kind.wireName())
                .by(request -> announce(Body.of(request), kind));
    }

    private Answer announce(Body body, OwnerKind kind) {
        String field = Mem0Scopes.name(kind);
        String given = body.id(field);
        if (given == null) {
            throw Body.wrong(field, "is needed.");
        }
        String id = Mem0Scopes.id(field, given);
        if (!ScopeIds.isId(id) || id.equals(Mem0Scopes.ANY)) {
            throw Body.wrong(field, "must be an id of 1 to " + ScopeIds.MAX_ID_LENGTH + " characters.");
        }
        body.object("metadata");
        String now = Times.format(memories.now());
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("id", number(kind, id));
        answer.put(field, id);
        answer.put("metadata", Map.of());
        answer.put("created_at", now);
        answer.put("updated_at", now);
        answer.put("is_deleted", false);
        answer.put(
                "message",
                "Nothing is written: a " + kind.wireName()
                        + " is there with the first memory that carries it. Metadata of its own is not kept.");
        return Answer.json(201, answer);
    }

    private Answer listOfServer(Request request) {
        return answer(
                request,
                Filter.And.ALL,
                memories.entities(request.caller()).stream()
                        .map(entity -> new ServerEntity(
                                entity.id(),
                                entity.kind().wireName(),
                                entity.memories(),
                                MemoryMapping.time(entity.createdAt()),
                                Times.format(entity.updatedAt())))
                        .toList());
    }

    private static long count(List<Entity> all, OwnerKind kind) {
        return all.stream().filter(entity -> entity.kind() == kind).count();
    }

    private static EntityItem item(Entity entity) {
        return new EntityItem(
                String.valueOf(number(entity.kind(), entity.id())),
                entity.id(),
                entity.kind().wireName(),
                Mem0Api.ORGANIZATION,
                null,
                entity.memories(),
                MemoryMapping.time(entity.createdAt()),
                Times.format(entity.updatedAt()));
    }

    private Answer delete(Request request, OwnerKind kind, String name) {
        if (!ScopeIds.isId(name)) {
            throw MnemeException.invalid("name", "name must be the id of a " + kind.wireName() + ".");
        }
        if (name.equals(Mem0Scopes.ANY)) {
            String id = Mem0Scopes.name(kind);
            throw MnemeException.invalid(
                    "name",
                    "Nothing was deleted: '*' is no " + kind.wireName() + ". DELETE /v1/memories/?" + id
                            + "=* deletes the memories of all.");
        }
        WholesaleDeletion.require(request, Set.of());
        Instant startedAt = memories.now();
        Filter filter = Filter.scope(kind, name);
        memories.deleteMatching(request.caller(), filter, request.idempotency());
        UUID event = events.done(request.caller(), "DELETE", startedAt, memories.now(), List.of());
        return answer(request, filter, new Done("Entity deleted successfully!", event.toString(), null));
    }

    /// @throws MnemeException `not_found` for a number that nobody has, `invalid_request` for one that two have
    private Answer deleteByNumber(Request request) {
        WholesaleDeletion.require(request, Set.of());
        OwnerKind kind = kind(request);
        String number = request.path(NUMBER.name());
        List<Entity> meant = memories.entities(request.caller()).stream()
                .filter(entity -> entity.kind() == kind)
                .filter(entity -> String.valueOf(number(kind, entity.id())).equals(number))
                .toList();
        if (meant.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.NOT_FOUND, "There is no " + kind.wireName() + " with this number: delete it by name.");
        }
        if (meant.size() > 1) {
            throw MnemeException.invalid(NUMBER.name(), "This number stands for several: delete by name.");
        }
        return delete(request, kind, meant.getFirst().id());
    }

    /// 52 bits of SHA-256 of kind and name: as many as JavaScript's numbers keep.
    static long number(OwnerKind kind, String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((kind.wireName() + ':' + name).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() >>> 12;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
