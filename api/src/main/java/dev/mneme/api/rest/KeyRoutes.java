package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.MemoryMapping;
import dev.mneme.api.request.NewKeys;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.access.KeyService.CreatedOnce;
import dev.mneme.core.access.KeyService.NewKey;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Times;
import dev.mneme.wire.KeyList;
import dev.mneme.wire.KeyRequest;
import dev.mneme.wire.KeyResource;
import dev.mneme.wire.KeyRevoked;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `/api/v1/keys`, for unrestricted admin keys.
///
/// A secret is shown once and kept nowhere, so a repeated `POST` with the same `Idempotency-Key` is answered with the
/// key that the first one made, without its secret. A repeated `DELETE` finds nothing to revoke.
final class KeyRoutes {
    private static final String KEYS = "/api/v1/keys";
    private static final Tag TAG = new Tag("keys", "API keys, for admin keys without restrictions");
    private static final Parameter ID = Parameter.string("id", "the key's id");

    private final KeyService keys;

    KeyRoutes(KeyService keys) {
        this.keys = keys;
    }

    List<Route> routes() {
        return List.of(
                Route.post(KEYS)
                        .access(Access.ADMIN)
                        .named("createKey", TAG, "Make a key; a repeat under one Idempotency-Key shows no secret")
                        .takes(KeyRequest.class)
                        .gives(Reply.json(201, KeyResource.class, "the key, with the secret that is shown once")
                                .with(Headers.REPLAYED))
                        .errors(ErrorCode.IDEMPOTENCY_KEY_REUSED)
                        .by(this::create),
                Route.get(KEYS)
                        .access(Access.ADMIN)
                        .named("listKeys", TAG, "List the keys, without their secrets")
                        .gives(Reply.json(200, KeyList.class, "every key, oldest first"))
                        .by(this::list),
                Route.delete(KEYS + "/{id}")
                        .access(Access.ADMIN)
                        .named("revokeKey", TAG, "Revoke a key: from the answer on it opens nothing")
                        .path(ID)
                        .gives(Reply.json(200, KeyRevoked.class, "it is revoked"))
                        .errors(ErrorCode.NOT_FOUND)
                        .by(this::revoke));
    }

    private Answer create(Request request) {
        NewKey asked = NewKeys.of(request.json(KeyRequest.class));
        Idempotency idempotency = request.idempotency();
        if (idempotency == null) {
            KeyService.Created created = keys.create(
                    request.caller(), asked.name(), asked.role(), asked.restriction(), asked.expiresAt(), asked.rate());
            return Answer.json(201, resource(created.key(), created.secret()));
        }
        CreatedOnce created = keys.createOnce(request.caller(), asked, idempotency.key());
        return Answer.json(201, resource(created.key(), created.secret()))
                .with(Headers.REPLAYED.name(), created.secret() == null ? "true" : null);
    }

    private Answer list(Request request) {
        return Answer.json(
                200,
                new KeyList(keys.list(request.caller()).stream()
                        .map(key -> resource(key, null))
                        .toList()));
    }

    private Answer revoke(Request request) {
        String id = request.path(ID.name());
        keys.revoke(request.caller(), id);
        return Answer.json(200, new KeyRevoked("DELETE", id));
    }

    private static KeyResource resource(ApiKey key, @Nullable String secret) {
        ApiKey.Rate rate = key.rate();
        return new KeyResource(
                key.id(),
                key.name(),
                key.role().wireName(),
                restrict(key.restriction()),
                Times.format(key.createdAt()),
                MemoryMapping.time(key.expiresAt()),
                rate == null ? null : new KeyRequest.Rate(rate.perSecond(), rate.burst()),
                secret);
    }

    private static KeyRequest.@Nullable Restrict restrict(Restriction restriction) {
        return restriction.isNone()
                ? null
                : new KeyRequest.Restrict(
                        ids(restriction, OwnerKind.USER),
                        ids(restriction, OwnerKind.AGENT),
                        ids(restriction, OwnerKind.APP),
                        ids(restriction, OwnerKind.RUN));
    }

    private static @Nullable List<String> ids(Restriction restriction, OwnerKind kind) {
        Set<String> ids = restriction.allowed().get(kind);
        return ids == null ? null : List.copyOf(new java.util.TreeSet<>(ids));
    }
}
