package dev.mneme.api.rest;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Times;
import dev.mneme.wire.EntityList;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/api/v1/entities`: the users, agents, apps and runs that memories are about.
final class EntityRoutes {
    private static final Tag TAG = new Tag("entities", "The users, agents, apps and runs that memories carry");

    private final MemoryService memories;

    EntityRoutes(MemoryService memories) {
        this.memories = memories;
    }

    List<Route> routes() {
        return List.of(Route.get("/api/v1/entities")
                .named("listEntities", TAG, "List the users, agents, apps and runs that memories carry")
                .query(Paging.LIMIT, Paging.CURSOR)
                .gives(Reply.json(200, EntityList.class, "a page, by kind and id")
                        .with(LeftOut.HEADER))
                .errors(ErrorCode.OVERLOADED, ErrorCode.INTEGRITY_VIOLATION)
                .by(this::list));
    }

    private Answer list(Request request) {
        int limit = request.query().integer(Paging.LIMIT);
        request.expects(limit);
        List<Entity> page =
                memories.entities(request.caller(), after(request.query().text(Paging.CURSOR)), limit);
        List<EntityList.Entity> items = page.stream()
                .map(entity -> new EntityList.Entity(
                        entity.kind().wireName(), entity.id(), entity.memories(), Times.format(entity.updatedAt())))
                .toList();
        Answer answer = Answer.json(200, new EntityList(items, page.size() < limit ? null : cursor(page.getLast())));
        return LeftOut.said(answer, memories.leftOut(request.caller(), Filter.And.ALL));
    }

    /// The last entity's kind and id, in base64url.
    private static String cursor(Entity last) {
        byte[] bytes = (last.kind().wireName() + ':' + last.id()).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static @Nullable Entity after(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            int colon = text.indexOf(':');
            for (OwnerKind kind : OwnerKind.values()) {
                if (colon > 0 && text.substring(0, colon).equals(kind.wireName())) {
                    return new Entity(kind, text.substring(colon + 1), 0, null, Instant.EPOCH);
                }
            }
        } catch (IllegalArgumentException | CharacterCodingException e) {
            // said below
        }
        throw MnemeException.invalid("cursor", "cursor must be the nextCursor of an earlier answer.");
    }
}
