package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.ConfigureMode;
import dev.mneme.core.command.Command.SwitchMode;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Random commands on the modes of a few instances, the writers of [Histories] among them.
final class RandomModes {
    private static final List<String> INSTANCES = List.of("desk", "phone", "key:k1", "\u00fcbt", "d");
    private static final List<Mode> MODES = List.of(Mode.values());

    private final SplittableRandom random;

    RandomModes(SplittableRandom random) {
        this.random = random;
    }

    Command of() {
        return random.nextInt(3) == 0 ? configured() : switched();
    }

    private SwitchMode switched() {
        return new SwitchMode(
                pick(INSTANCES),
                pick(MODES),
                capabilities(),
                configuration(),
                chance(4) ? (chance(2) ? new JsonNull() : Fixtures.json("open", "chat-1")) : null,
                chance(3) ? (long) random.nextInt(5_000) : null,
                chance(6) ? "the model did not load" : null,
                version());
    }

    private ConfigureMode configured() {
        JsonObject patch = configuration();
        return new ConfigureMode(
                pick(INSTANCES),
                patch != null && chance(3) ? new JsonObject(java.util.Map.of("a", new JsonNull())) : patch,
                capabilities(),
                version());
    }

    private @Nullable JsonObject configuration() {
        return switch (random.nextInt(4)) {
            case 0 -> Fixtures.json("a", random.nextInt(2));
            case 1 -> Fixtures.json("b", Fixtures.json("c", random.nextInt(2)));
            default -> null;
        };
    }

    private @Nullable Capabilities capabilities() {
        return chance(4) ? new Capabilities(chance(2), chance(2), true, false, chance(2)) : null;
    }

    private long version() {
        return chance(3) ? random.nextInt(4) : Command.ANY_VERSION;
    }

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
