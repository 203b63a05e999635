package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Random commands of response sources and sync events, of few chats, hashes and instances, so that repeats and
/// conflicts happen often.
final class RandomAudit {
    static final List<String> INSTANCES = List.of("desk", "phone", "key:k1", "laptop");
    static final List<String> CHATS = List.of("c", "c1", "1c");
    static final List<String> MESSAGES = List.of("1", "11", "2", "m");

    private final SplittableRandom random;
    private final boolean expiring;
    private final List<MemoryId> posted = new ArrayList<>();

    /// @param expiring whether events expire: not in a history whose clock goes back, as a store may have removed
    ///     by then what has not expired any more
    RandomAudit(SplittableRandom random, boolean expiring) {
        this.random = random;
        this.expiring = expiring;
    }

    /// @param now what the history's clock says
    Command command(Owner user, Instant now) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> response();
            case 3, 4 -> post(user, now);
            case 5, 6 -> new Command.ProcessSyncEvent(someEvent(user), pick(INSTANCES));
            default -> random.nextInt(3) == 0 ? inspire() : expire(user);
        };
    }

    private Command response() {
        return new Command.RecordResponse(
                pick(INSTANCES),
                pick(CHATS),
                pick(MESSAGES),
                random.nextBoolean() ? null : pick(List.of(Mode.values())),
                pick(List.of(SourceType.values())),
                pick(List.of("anthropic", "ollama")),
                pick(List.of("large", "small")),
                random.nextBoolean() ? null : random.nextInt(5) / 4.0,
                pick(List.of("h1", "h1", "h2")),
                random.nextBoolean() ? JsonObject.EMPTY : Fixtures.json("tokens", random.nextInt(100)),
                random.nextInt(3) == 0 ? ManualClock.START.plusSeconds(random.nextInt(1_000)) : null);
    }

    private Command post(Owner user, Instant now) {
        boolean again = !expiring && !posted.isEmpty() && random.nextInt(8) == 0;
        MemoryId id = again ? pick(posted) : Fixtures.id(user, 500_000_000L + posted.size());
        if (!again) {
            posted.add(id);
        }
        return new Command.PostSyncEvent(
                id,
                pick(INSTANCES),
                pick(List.of(SyncEvent.Type.values())),
                Fixtures.json("n", random.nextInt(10)),
                targets(),
                pick(List.of(SyncEvent.Priority.values())),
                expiring && random.nextBoolean() ? expiry(now) : null);
    }

    private static Instant millis(Instant at) {
        return Instant.ofEpochMilli(at.toEpochMilli());
    }

    private Instant expiry(Instant now) {
        return millis(now).plusSeconds(random.nextBoolean() ? random.nextInt(200) : random.nextInt(500_000));
    }

    private @Nullable Set<String> targets() {
        if (random.nextBoolean()) {
            return null;
        }
        Set<String> targets = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            targets.add(pick(INSTANCES));
        }
        return targets;
    }

    private MemoryId someEvent(Owner user) {
        return posted.isEmpty() || random.nextInt(10) == 0
                ? Fixtures.id(user, 999_000_000L + random.nextInt(10))
                : posted.get(posted.size() - 1 - random.nextInt(Math.min(8, posted.size())));
    }

    /// What an instance writes from now on is local only; or no longer.
    private Command inspire() {
        Mode to = random.nextBoolean() ? Mode.INSPIRED : Mode.DIDACTIC;
        return new Command.SwitchMode(pick(INSTANCES), to, null, null, null, null, null, Command.ANY_VERSION);
    }

    private Command expire(Owner user) {
        return new Command.Expire(List.of(
                new Expired.OfSyncEvent(someEvent(user), 1 + random.nextInt(3)),
                new Expired.OfSyncEvent(someEvent(user), 1)));
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
