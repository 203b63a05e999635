package dev.mneme.api.request;

import dev.mneme.core.access.KeyService.NewKey;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.wire.KeyRequest;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the core's new key from a request.
public final class NewKeys {
    private NewKeys() {}

    public static NewKey of(KeyRequest request) {
        Instant expiresAt = SentTimes.instant(request.expiresAt());
        KeyRequest.Rate rate = request.rate();
        return new NewKey(
                request.name(),
                role(request.role()),
                restriction(request.restrict()),
                expiresAt,
                rate == null ? null : new ApiKey.Rate(rate.perSecond(), rate.burst()));
    }

    private static Role role(String name) {
        for (Role role : Role.values()) {
            if (role.wireName().equals(name)) {
                return role;
            }
        }
        throw MnemeException.invalid("role", "role must be admin, write or read.");
    }

    private static Restriction restriction(KeyRequest.@Nullable Restrict restrict) {
        if (restrict == null) {
            return Restriction.NONE;
        }
        Map<OwnerKind, Set<String>> allowed = new EnumMap<>(OwnerKind.class);
        for (OwnerKind kind : OwnerKind.values()) {
            List<String> ids = ids(restrict, kind);
            if (ids != null) {
                allowed.put(kind, checked(kind, ids));
            }
        }
        if (allowed.isEmpty()) {
            throw MnemeException.invalid(
                    "restrict", "restrict must name users, agents, apps or runs: leave it out for no restriction.");
        }
        return new Restriction(allowed);
    }

    private static Set<String> checked(OwnerKind kind, List<String> ids) {
        String field = "restrict." + kind.wireName() + "s";
        for (int i = 0; i < ids.size(); i++) {
            try {
                new Owner(Owner.DEFAULT_PROJECT, kind, ids.get(i)).slot();
            } catch (MnemeException e) {
                throw MnemeException.invalid(field + "[" + i + "]", String.valueOf(e.getMessage()));
            }
        }
        return new HashSet<>(ids);
    }

    private static @Nullable List<String> ids(KeyRequest.Restrict restrict, OwnerKind kind) {
        return switch (kind) {
            case USER -> restrict.users();
            case AGENT -> restrict.agents();
            case APP -> restrict.apps();
            case RUN -> restrict.runs();
        };
    }
}
